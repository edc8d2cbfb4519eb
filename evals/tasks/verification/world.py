"""The truth of one timeline as the lie generator knows it: plain lists, no part of the verifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agents.timeline import EpisodeRecord, EvidenceRecord, ForecastRecord, TimelineRecord
from recordings import Span, UserError
from tools import Bench, NoData, caption_trend, measure

TIME_SLACK_S = 0.6
NUMBER_SLACK = 0.006


def near_time(a: float, b: float) -> bool:
    return abs(a - b) <= TIME_SLACK_S


def near_share(fact: float, claim: float) -> bool:
    """Whether the fact rounds to the claim as `Style.percent` prints it."""
    places = 0 if 0.01 < claim < 0.99 else 1
    half = 0.5 if places == 0 else 0.05
    return abs(fact * 100 - round(claim * 100, places)) <= half + 0.02


def near_number(fact: float, claim: float) -> bool:
    """Whether the fact rounds to the claim as `Style.number` prints it ("2.3" for 2.30 is coarse), or is within 0.6 %."""
    printed = f"{claim:.3g}"
    half = 0.0 if "e" in printed else 0.5 * 10.0 ** -len(printed.partition(".")[2])
    return abs(fact - claim) <= max(NUMBER_SLACK * max(abs(fact), abs(claim)), 1.05 * half) + 1e-12


@dataclass(frozen=True)
class World:
    """A timeline's facts. Near means: within what a sentence prints, so a lie that is not near is false however it is rounded."""

    timeline: TimelineRecord
    bench: Bench | None = None

    @cached_property
    def duration_s(self) -> float:
        return self.timeline.recording.duration_s

    @cached_property
    def episodes(self) -> list[EpisodeRecord]:
        return list(self.timeline.episodes)

    @cached_property
    def known(self) -> list[EpisodeRecord]:
        return [e for e in self.timeline.episodes if e.status == "known"]

    @cached_property
    def labels(self) -> list[str]:
        return sorted({e.activity for e in self.known})

    @cached_property
    def evidence(self) -> list[EvidenceRecord]:
        return list(self.timeline.evidence)

    @cached_property
    def forecast(self) -> list[ForecastRecord]:
        return list(self.timeline.forecast)

    def of(self, label: str) -> list[EpisodeRecord]:
        return [e for e in self.known if e.activity == label]

    def total_s(self, label: str) -> float:
        return sum(e.end_s - e.start_s for e in self.of(label))

    def pairs(self) -> list[tuple[EpisodeRecord, EpisodeRecord]]:
        return list(pairwise(self.known))

    def found(self, *quantities: str) -> list[EvidenceRecord]:
        return [e for e in self.timeline.evidence if e.quantity in quantities]

    def under(self, episode: EpisodeRecord) -> tuple[str, ...]:
        """Evidence ids whose span is the episode's: what an explanation of it would cite."""
        return tuple(
            e.id for e in self.evidence
            if abs(e.start_s - episode.start_s) < 2e-3 and abs(e.end_s - episode.end_s) < 2e-3
        )[:4]  # fmt: skip

    def measured(self, quantity: str, span: tuple[float, float]) -> float | None:
        """Straight from the samples, for lies about time: a shifted span may hold the same steps."""
        if self.bench is None:
            return None
        try:
            return float(measure(self.bench, self.timeline.recording.id, quantity, None, Span(*span)).value)
        except (NoData, UserError):
            return None

    def trend(self, channel: str, span: tuple[float, float]) -> str | None:
        """The channel's overall trend, straight from the samples."""
        if self.bench is None:
            return None
        found = caption_trend(self.bench, self.timeline.recording.id, Span(*span), [channel])
        return next((str(f.value) for f in found if f.quantity == "trend"), None)

    def other_labels(self, avoid: Sequence[str]) -> list[str]:
        """Labels that a wrong sentence may name."""
        common = ["walking", "sitting", "standing", "lying", "running", "walking_upstairs", "walking_downstairs", "jumping", "typing", "drinking",
                  "washing_dishes", "cycling", "clapping", "brushing_teeth"]  # fmt: skip
        return [label for label in dict.fromkeys([*self.labels, *common]) if label not in avoid]
