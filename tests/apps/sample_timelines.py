"""A small recording and the timeline that a careful reader would write under it; for tests of what is printed."""

from __future__ import annotations

import numpy as np

from agents.timeline import (
    ActivityRecord,
    EpisodeRecord,
    EvidenceRecord,
    ExemplarRecord,
    ForecastBasis,
    ForecastRecord,
    LabelRecord,
    ModalityRecord,
    ModelRecord,
    RecordingRecord,
    SentenceRecord,
    StepRecord,
    StreamRecord,
    TimelineRecord,
    VerificationRecord,
    WithoutRecord,
)
from recordings import Annotation, Recording, Span, Step, Stream

MOTION = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
MOTION_UNITS = ("m/s²",) * 3 + ("rad/s",) * 3


def sample_recording(
    name: str = "sample", minutes: float = 6.0, rate_hz: float = 50.0, audio: bool = True
) -> Recording:
    """Sitting, walking and lying in turn, with a gap; documented noise, nothing that a model must recognise."""
    draw = np.random.default_rng(7)
    n = int(minutes * 60 * rate_hz)
    t = np.arange(n) / rate_hz
    phase = np.floor(t / 45) % 3
    samples = draw.normal(0, 0.08, (6, n)).astype(np.float32)
    samples[2] += 9.81
    walking = phase == 1
    samples[:3, walking] += (2.2 * np.sin(2 * np.pi * 1.9 * t[walking])).astype(np.float32)
    samples[3:, walking] += (0.9 * np.sin(2 * np.pi * 0.95 * t[walking] + 0.3)).astype(np.float32)
    gap = Span(60.0, 66.0)
    samples[:, int(gap.start_s * rate_hz) : int(gap.end_s * rate_hz)] = np.nan
    streams = [
        Stream(
            "watch", "motion", MOTION, MOTION_UNITS, rate_hz, samples, position="wrist", gravity="included", gaps=(gap,)
        )
    ]
    if audio:
        loud = np.repeat(np.where(phase == 1, 0.05, 0.004), int(8000 / rate_hz))
        sound = (draw.normal(0, 1, len(loud)) * loud).astype(np.float32)[None]
        streams.append(Stream("room", "audio", ("sound",), ("full scale",), 8000.0, sound))
    labels = ("sitting", "walking", "lying")
    spans = [
        Annotation(s, min(s + 45.0, minutes * 60), labels[int(s // 45) % 3]) for s in np.arange(0, minutes * 60, 45.0)
    ]
    history = (
        Step("units", "median magnitude 9.8 reads as m/s²", "unknown", "m/s²"),
        Step("rate", "median interval 20.0 ms", "", "50 Hz"),
        Step("gap", "no samples from 1:00 to 1:06", warning=True),
    )
    return Recording(name, f"{name}.csv", "ab" * 32, tuple(streams), history, simulated=True, annotations=tuple(spans))


def sample_timeline(recording: Recording) -> TimelineRecord:
    """One episode a label of the file, each with evidence and explanation."""
    episodes, evidence = [], []
    stream = recording.streams[0]
    for number, mark in enumerate(recording.annotations):
        ids = [f"e-{number:04d}{kind}" for kind in "ab"]
        evidence.append(
            EvidenceRecord(
                id=ids[0], tool="classify_motion", stream=stream.name, channel=None, start_s=mark.start_s, end_s=mark.end_s,
                quantity="activity", value=mark.label, unit="", method="mean log-probability of the windows", model="r1", probability=0.91,
            )
        )  # fmt: skip
        magnitude = float(np.nanmean(np.abs(stream.between(mark.start_s, mark.end_s)[0])))
        evidence.append(
            EvidenceRecord(
                id=ids[1], tool="describe_statistics", stream=stream.name, channel="acc_x", start_s=mark.start_s + 10,
                end_s=mark.start_s + 14, quantity="mean", value=round(magnitude, 3), unit="m/s²", method="mean of samples", model=None, probability=None,
            )
        )  # fmt: skip
        said = [
            SentenceRecord(
                sentence=f"The motion model says {mark.label} (91 %).", evidence=[ids[0]], verdict="supported"
            ),
            SentenceRecord(sentence="Acceleration x was measured in the same span.", evidence=ids, verdict="template"),
        ]
        modality = ModalityRecord(
            name="motion",
            top=[LabelRecord(label=mark.label, probability=0.91)],
            weight=0.7,
            without=WithoutRecord(activity="standing", confidence=0.4),
        )
        pool = ModalityRecord(
            name="pool", top=[LabelRecord(label=mark.label, probability=0.88)], weight=0.0, without=None
        )
        episodes.append(
            EpisodeRecord(
                id=f"p-{number}", start_s=mark.start_s, end_s=mark.end_s, activity=mark.label, confidence=0.88, status="known",
                alternatives=[ActivityRecord(activity="standing", probability=0.08)], decided_by="neighbours", agreement=0.94,
                modalities=[modality, pool], exemplars=[ExemplarRecord(id="x-1", label=mark.label, subject="hapt:1", distance=0.12)], explanation=said,
            )
        )  # fmt: skip
    end = recording.span.end_s
    return TimelineRecord(
        recording=RecordingRecord(
            id=recording.id, source=recording.source, sha256=recording.sha256, duration_s=recording.duration_s, start=None, timezone=None,
            simulated=recording.simulated,
            streams=[
                StreamRecord(
                    name=s.name, modality=s.modality, device=s.device, position=s.position, channels=list(s.channels), units=list(s.units),
                    rate_hz=s.rate_hz, n=s.n, start_s=s.start_s, gaps=[{"start_s": g.start_s, "end_s": g.end_s} for g in s.gaps],
                )
                for s in recording.streams
            ],
            history=[StepRecord(step=h.step, reason=h.reason, before=h.before, after=h.after, warning=h.warning) for h in recording.history],
        ),
        settings={"fusion": "auto", "llm": "embedded", "window_s": 2.56},
        models=[ModelRecord(role="motion", name="motion-cnn", revision="r1", licence="CC BY 4.0 data")],
        episodes=episodes,
        forecast=[
            ForecastRecord(activity="walking", start_s=end, duration_s=40.0, probability=0.6, interval_s=(end, end + 12.0),
                           from_=ForecastBasis(observed_s=end, method="semi-Markov"))
        ],
        evidence=evidence,
        verification=VerificationRecord(sentences=2 * len(episodes), supported=len(episodes), rewritten=0, templated=len(episodes), unsupported_printed=0),
        timings={"read_s": 0.1, "llm_calls": 0.0, "windows": 100.0},
    )  # fmt: skip
