"""What sentences may be checked against: episodes, evidence, forecast, the recording, and the samples where there is a bench."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from agents.timeline import EpisodeRecord, EvidenceRecord, ForecastRecord, RecordingRecord, StreamRecord, TimelineRecord
from agents.verification.lexicon import PHRASES
from agents.verification.tokens import PhraseTable, phrase_key
from agents.wording.phrases import NO_DATA, UNKNOWN, activity_forms, channel_phrase
from recordings.recording import Recording, Span
from tools.evidence import Evidence

if TYPE_CHECKING:
    from tools import Bench

# Labels that a sentence may name although no fact has them: known words for things that did not happen.
COMMON_LABELS = (
    "walking", "walking_left", "walking_right", "walking_upstairs", "walking_downstairs", "running", "jumping", "sitting",
    "standing", "lying", "elevator_up", "elevator_down", "typing", "writing", "clapping", "brushing_teeth", "drinking",
    "eating_soup", "eating_chips", "eating_pasta", "eating_sandwich", "folding_clothes", "catching_ball", "dribbling_ball",
    "kicking_ball", "stand_to_sit", "sit_to_stand", "sit_to_lie", "lie_to_sit", "stand_to_lie", "lie_to_stand", "stairs",
    "cycling", "jogging", "sleeping", "driving", "cooking", "eating", "washing_dishes", "vacuum_cleaning", "watching_tv",
    "reading_a_book", "using_a_computer", "doing_laundry", "playing_basketball", "playing_soccer", "playing_with_pets",
    "working_out",
)  # fmt: skip
_SENSORS = {
    "acc": ("accelerometer",), "gyro": ("gyroscope",), "sound": ("microphone", "audio", "audio stream", "sound recording"),
    "mag": ("magnetometer",), "ppg": ("heart rate", "heart rate sensor", "pulse"), "gps": ("gps", "location"), "baro": ("barometer",),
    "temp": ("temperature", "thermometer"), "light": ("light sensor",), "motion": ("motion stream", "motion sensor"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence, whatever it came in."""

    id: str
    tool: str
    stream: str
    channel: str | None
    start_s: float
    end_s: float
    quantity: str
    value: float | int | str | bool
    unit: str
    probability: float | None = None
    recording_id: str | None = None
    alternatives: tuple[tuple[str, float], ...] = ()

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.end_s)


def finding(source: Evidence | EvidenceRecord) -> Finding:
    """A `Finding` from a tool's evidence or from the record of a timeline."""
    return Finding(
        source.id, source.tool, source.stream, source.channel, source.start_s, source.end_s, source.quantity, source.value, source.unit,
        source.probability, source.recording_id if isinstance(source, Evidence) else None,
        tuple((a.label, a.probability) for a in source.alternatives),
    )  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Everything that is known about one recording.

    start: of the wall clock, or None; clock times are then seconds from the recording's start. bench: statements about
    samples that no evidence covers are computed from it; without one they are unsupported. labels: further labels that a
    sentence may name.
    """

    recording_id: str
    span: Span
    streams: tuple[StreamRecord, ...] = ()
    episodes: tuple[EpisodeRecord, ...] = ()
    evidence: Mapping[str, Finding] = field(default_factory=dict)
    forecast: tuple[ForecastRecord, ...] = ()
    start: datetime | None = None
    bench: Bench | None = None
    labels: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        recording: Recording | RecordingRecord,
        *,
        episodes: Sequence[EpisodeRecord] = (),
        evidence: Sequence[Evidence | EvidenceRecord] = (),
        forecast: Sequence[ForecastRecord] = (),
        bench: Bench | None = None,
        labels: Sequence[str] = (),
    ) -> Facts:
        """From the nouns of a recording or its JSON record. ValueError when evidence of another recording is among it."""
        findings = {item.id: finding(item) for item in evidence}
        foreign = [f.id for f in findings.values() if f.recording_id not in (None, recording.id)]
        if foreign:
            raise ValueError(f"{', '.join(foreign[:3])}: evidence of another recording than {recording.id}")
        if isinstance(recording, Recording):
            span, start = recording.span, recording.start
            streams = tuple(stream_record(s) for s in recording.streams)
        else:
            streams = tuple(recording.streams)
            first = min((s.start_s for s in streams), default=0.0)
            span = Span(first, first + recording.duration_s)
            start = datetime.fromisoformat(recording.start) if recording.start else None
        return cls(recording.id, span, streams, tuple(episodes), findings, tuple(forecast), start, bench, tuple(labels))

    @classmethod
    def of_timeline(cls, timeline: TimelineRecord, bench: Bench | None = None) -> Facts:
        return cls.build(
            timeline.recording,
            episodes=timeline.episodes,
            evidence=timeline.evidence,
            forecast=timeline.forecast,
            bench=bench,
        )

    @cached_property
    def known(self) -> tuple[EpisodeRecord, ...]:
        """Episodes with an activity, in order."""
        return tuple(e for e in self.episodes if e.status == "known")

    def of_label(self, label: str) -> tuple[EpisodeRecord, ...]:
        return tuple(e for e in self.known if e.activity == label)

    def total_s(self, label: str) -> float:
        return sum(e.end_s - e.start_s for e in self.of_label(label))

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Every label that a fact has, and the common ones."""
        found = [*self.labels, *(e.activity for e in self.known), *(f.activity for f in self.forecast)]
        for episode in self.episodes:
            found += [a.activity for a in episode.alternatives] + [x.label for x in episode.exemplars]
            for modality in episode.modalities:
                found += [t.label for t in modality.top] + ([modality.without.activity] if modality.without else [])
        for item in self.evidence.values():
            if item.quantity in ("activity", "sound") or item.tool in ("search_exemplars", "nearest_sounds"):
                found += [str(item.value), *(label for label, _ in item.alternatives)]
        return tuple(label for label in dict.fromkeys([*found, *COMMON_LABELS]) if label not in (UNKNOWN, NO_DATA))

    @cached_property
    def table(self) -> PhraseTable:
        """The phrases of this recording: labels with their inflections, streams, channels, and the lexicon."""
        names: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
        for sensor, phrases in _SENSORS.items():
            for phrase in phrases:
                names[phrase_key(phrase)] = ("sensor", (sensor,))
        for stream in self.streams:
            for name in {stream.name, *([stream.position] if stream.position else []), stream.device} - {"unknown", ""}:
                key = phrase_key(name)
                if key and key not in PHRASES:
                    _add(names, key, "stream", stream.name)
            for channel in stream.channels:
                for name in {channel, channel_phrase(channel)}:
                    key = phrase_key(name)
                    if key and PHRASES.get(key, ("channel", ""))[0] in ("channel", "filler"):
                        _add(names, key, "channel", channel)
        for label in self.vocabulary:
            for form in activity_forms(label):
                key = phrase_key(form)
                # A label that is one word of the lexicon ("data", "first") cannot be told from that word.
                if key and not (len(key) == 1 and (key in PHRASES or not re.match(r"[^\W\d_]", key[0]))):
                    _add(names, key, "label", label)
        return PhraseTable(names)


def _add(
    names: dict[tuple[str, ...], tuple[str, tuple[str, ...]]], key: tuple[str, ...], kind: str, value: str
) -> None:
    before = names.get(key)
    if before is None or before[0] != kind:
        if before is None or kind == "label":
            names[key] = (kind, (value,))
    elif value not in before[1]:
        names[key] = (kind, (*before[1], value))


def stream_record(stream: object) -> StreamRecord:
    """The JSON record of a `recordings.Stream`."""
    from recordings.recording import Stream

    if not isinstance(stream, Stream):
        raise TypeError(f"{type(stream).__name__} is not a stream")
    from agents.timeline import GapRecord

    return StreamRecord(
        name=stream.name, modality=stream.modality, device=stream.device, position=stream.position, channels=list(stream.channels),
        units=list(stream.units), rate_hz=stream.rate_hz, n=stream.n, start_s=stream.start_s,
        gaps=[GapRecord(start_s=g.start_s, end_s=g.end_s) for g in stream.gaps],
    )  # fmt: skip
