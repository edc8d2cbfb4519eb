"""The numbers by which sentences point at their evidence: [1], [2], …"""

from __future__ import annotations

from collections.abc import Sequence

from agents.timeline import EvidenceRecord, TimelineRecord


def cited(timeline: TimelineRecord) -> list[EvidenceRecord]:
    """The evidence that sentences cite, once each, in the order of first mention: [1], [2], …"""
    known = {fact.id: fact for fact in timeline.evidence}
    ids = dict.fromkeys(i for episode in timeline.episodes for said in episode.explanation for i in said.evidence)
    return [known[i] for i in ids if i in known]


def marks(numbers: Sequence[int]) -> str:
    """Numbers of evidence as marks: `[1]`, `[1][2]`, `[1][3–7]`; three or more in a row become a range."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "".join(f"[{run[0]}–{run[-1]}]" if len(run) > 2 else "".join(f"[{n}]" for n in run) for run in runs)
