"""Exact computation over a timeline's episodes. Every function is plain arithmetic on printed spans: nothing is estimated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.questions.query import Extreme
from agents.timeline import EpisodeRecord
from recordings import Span


def of(
    episodes: Iterable[EpisodeRecord], labels: Sequence[str], span: tuple[float, float] | None = None
) -> list[EpisodeRecord]:
    """Episodes labelled with one of `labels` that reach into `span` (all of them when it is None), in time order.

    `unknown` and `no_data` episodes count as themselves only.
    """
    return [e for e in episodes if e.activity in labels and (span is None or inside_s(e, span) > 0)]


def inside_s(episode: EpisodeRecord, span: tuple[float, float] | None) -> float:
    """Seconds of the episode that lie in `span`."""
    whole = Span(episode.start_s, episode.end_s)
    return whole.duration_s if span is None else whole.overlap_s(Span(*span))


def total_s(episodes: Iterable[EpisodeRecord], span: tuple[float, float] | None = None) -> float:
    return round(sum(inside_s(e, span) for e in episodes), 6)


def at(episodes: Iterable[EpisodeRecord], time_s: float) -> EpisodeRecord | None:
    """The episode that holds `time_s` (start included, end not), or None outside the recording."""
    for episode in episodes:
        if episode.start_s <= time_s < episode.end_s:
            return episode
    return None


def extreme(episodes: Sequence[EpisodeRecord], which: Extreme) -> EpisodeRecord:
    """First, last, longest or shortest; ties go to the earlier one. ValueError when there is none."""
    if not episodes:
        raise ValueError("no episodes to choose from")
    if which == "first":
        return episodes[0]
    if which == "last":
        return episodes[-1]
    lengths = [e.end_s - e.start_s for e in episodes]
    return episodes[lengths.index(max(lengths) if which == "longest" else min(lengths))]


def neighbour(episodes: Sequence[EpisodeRecord], episode: EpisodeRecord, relation: str) -> EpisodeRecord | None:
    """The episode directly before or after; None at the recording's edge."""
    index = next(i for i, e in enumerate(episodes) if e.id == episode.id)
    other = index + (1 if relation == "after" else -1)
    return episodes[other] if 0 <= other < len(episodes) else None


def known(episodes: Iterable[EpisodeRecord]) -> list[EpisodeRecord]:
    return [e for e in episodes if e.status == "known"]


def labels_in_order(episodes: Iterable[EpisodeRecord]) -> list[str]:
    """Distinct known activities, in the order of their first episode."""
    return list(dict.fromkeys(e.activity for e in known(episodes)))


def evidence_ids(episodes: Iterable[EpisodeRecord]) -> list[str]:
    """What the episodes' own explanations rest on, without repeats."""
    return list(dict.fromkeys(i for e in episodes for sentence in e.explanation for i in sentence.evidence))
