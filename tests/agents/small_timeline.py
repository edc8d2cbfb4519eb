"""A small made-up timeline with one fact of every kind, for the verifier's unit tests."""

from __future__ import annotations

from agents.timeline import (
    ActivityRecord,
    EpisodeRecord,
    EvidenceRecord,
    ExemplarRecord,
    ForecastBasis,
    ForecastRecord,
    GapRecord,
    LabelRecord,
    ModalityRecord,
    RecordingRecord,
    StreamRecord,
    WithoutRecord,
)
from agents.verification import Facts


def _episode(n: int, start_s: float, end_s: float, activity: str, confidence: float) -> EpisodeRecord:
    status = activity if activity in ("unknown", "no_data") else "known"
    said = [LabelRecord(label=activity, probability=0.93), LabelRecord(label="walking_upstairs", probability=0.04)]
    return EpisodeRecord.model_validate(
        {
            "id": f"ep-{n:03d}", "start_s": start_s, "end_s": end_s, "activity": activity, "confidence": confidence, "status": status,
            "alternatives": [ActivityRecord(activity="running", probability=0.04)], "decided_by": "pool", "agreement": 0.8,
            "modalities": [] if status != "known" else [
                ModalityRecord(name="motion", top=said, weight=0.6, without=WithoutRecord(activity="sitting", confidence=0.51))
            ],
            "exemplars": [ExemplarRecord(id=f"x{k}", label=activity if k else "running", subject="s", distance=0.1 * k) for k in range(5)],
            "explanation": [],
        }
    )  # fmt: skip


EPISODES = [
    _episode(1, 0, 12.8, "sitting", 0.88), _episode(2, 12.8, 65.3, "walking", 0.93), _episode(3, 65.3, 90, "sitting", 0.7),
    _episode(4, 90, 100, "unknown", 0.0), _episode(5, 100, 130.5, "walking_upstairs", 0.81), _episode(6, 130.5, 140, "no_data", 0.0),
]  # fmt: skip


def _evidence(
    n: int,
    tool: str,
    quantity: str,
    value: float | str,
    unit: str = "",
    start_s: float = 12.8,
    end_s: float = 65.3,
    channel: str | None = None,
) -> EvidenceRecord:
    return EvidenceRecord(
        id=f"e-{n:010d}", tool=tool, stream="wrist", channel=channel, start_s=start_s, end_s=end_s, quantity=quantity, value=value, unit=unit,
        method="", model=None, probability=None,
    )  # fmt: skip


MEAN = _evidence(1, "describe_statistics", "mean", 9.8123, "m/s²", channel="acc_x")
STEPS = _evidence(2, "detect_events", "step_count", 92)
CADENCE = _evidence(3, "detect_events", "cadence", 108.4, "steps/min")
TREND = _evidence(4, "caption_trend", "trend", "rising", channel="acc_x")
STILL = _evidence(5, "detect_events", "still_bout", 10.2, "s", 70.1, 80.3)
POSTURE = _evidence(6, "detect_events", "posture_change", 74.31, "°", 66.123, 66.123)
IMPACT = _evidence(7, "detect_events", "impact", 34.31, "m/s²", 20.5, 20.5)
EVIDENCE = [MEAN, STEPS, CADENCE, TREND, STILL, POSTURE, IMPACT]

RECORDING = RecordingRecord(
    id="r", source="r.csv", sha256="", duration_s=140, start=None, timezone=None, simulated=False, history=[],
    streams=[
        StreamRecord(
            name="wrist", modality="motion", device="watch", position="wrist", channels=["acc_x", "acc_y", "acc_z"], units=["m/s²"] * 3, rate_hz=50,
            n=7000, start_s=0, gaps=[GapRecord(start_s=130.5, end_s=140)],
        )
    ],
)  # fmt: skip
FORECAST = ForecastRecord(
    activity="walking",
    start_s=140,
    duration_s=20,
    probability=0.64,
    interval_s=(138, 145),
    from_=ForecastBasis(observed_s=140, method="m"),
)


def small_facts(**changes: object) -> Facts:
    """Facts of the made-up timeline. changes: other arguments of `Facts.build`."""
    known: dict[str, object] = {"episodes": EPISODES, "evidence": EVIDENCE, "forecast": [FORECAST], **changes}
    return Facts.build(RECORDING, **known)  # type: ignore[arg-type]
