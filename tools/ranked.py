"""Evidence of a vote among labelled examples: the label that it is for, and the nearest examples by rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recordings import Span
from tools.evidence import Evidence, LabelProbability, Value, evidence

MAX_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True)
class Vote:
    """tool, model: what asked whom. vote, nearest, measure: the quantities of the label that wins, of an example's label and of how far or
    how like it is ("1"). channel: of the stream, None for all. described: rank (None for the vote) → the method's words."""

    tool: str
    model: str
    vote: str
    nearest: str
    measure: str
    described: Callable[[int | None], str]
    channel: str | None = None


def ranked(
    asked: Vote,
    recording_id: str,
    stream: str,
    span: Span,
    shares: Sequence[LabelProbability],
    nearest: Sequence[tuple[str, float]],
) -> list[Evidence]:
    """shares: of the vote, largest first, not empty. nearest: (label, measure) of the examples, the best first."""

    def one(quantity: str, value: Value, rank: int | None, unit: str = "", won: bool = False) -> Evidence:
        return evidence(
            tool=asked.tool,
            recording_id=recording_id,
            stream=stream,
            channel=asked.channel,
            start_s=span.start_s,
            end_s=span.end_s,
            quantity=quantity,
            value=value,
            unit=unit,
            method=asked.described(rank),
            model=asked.model,
            probability=shares[0].probability if won else None,
            alternatives=tuple(shares[1 : 1 + MAX_ALTERNATIVES]) if won else (),
        )

    found = [one(asked.vote, shares[0].label, None, won=True)]
    for rank, (label, measure) in enumerate(nearest, start=1):
        found += [one(asked.nearest, label, rank), one(asked.measure, measure, rank, "1")]
    return found
