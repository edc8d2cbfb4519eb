"""One clause of a sentence: its tokens by kind, and what it inherits from the clause before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from agents.timeline import EpisodeRecord
from agents.verification.amounts import Amount
from agents.verification.tokens import Token

# Kinds that only glue; a frame may leave them alone.
GLUE = frozenset(
    [
        "comma",
        "and",
        "at",
        "in",
        "of",
        "to",
        "from",
        "by",
        "episode",
        "activity",
        "happen",
        "lasting",
        "colon",
        "dash",
        "id",
        "throughout",
        "but",
        "only_glue",
        "between",
    ]
)


@dataclass(frozen=True)
class Clause:
    tokens: tuple[Token, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(token.kind for token in self.tokens)

    def of(self, kind: str) -> list[Token]:
        return [token for token in self.tokens if token.kind == kind]

    def has(self, *kinds: str) -> bool:
        return any(kind in self.kinds for kind in kinds)

    def keyed(self, kind: str, key: str) -> bool:
        return any(token.kind == kind and token.key == key for token in self.tokens)

    def within(self, allowed: frozenset[str]) -> bool:
        """Whether every kind is glue or allowed: nothing is left that a frame would not look at."""
        return self.kinds <= allowed | GLUE

    def amounts(self, dimension: str) -> list[Amount]:
        """Claimed numbers of a dimension ("time", "share", "" for bare numbers)."""
        return [t.amount for t in self.of("amount") if t.amount is not None and t.amount.dimension == dimension]

    @cached_property
    def labels(self) -> list[Token]:
        return self.of("label")

    def moments(self) -> Iterator[tuple[str, Amount]]:
        """Clock times with their role: start, end or at. The nearest edge word decides, before it or, failing that, after."""
        edges = [(i, t.key) for i, t in enumerate(self.tokens) if t.kind == "edge"]
        for i, token in enumerate(self.tokens):
            if token.kind != "clock" or token.amount is None:
                continue
            before = self.tokens[i - 1].kind if i else ""
            order = self.tokens[i - 1].key if before == "order" else ""
            earlier = [key for at, key in edges if at < i]
            if before == "from" or order == "after":
                role = "start"
            elif before == "to" or order == "before":
                role = "end"
            elif earlier:
                role = earlier[-1]
            elif edges:
                role = edges[0][1]
            else:
                role = "at"
            yield role, token.amount


@dataclass
class Carry:
    """What later clauses may lean on: the subject said last, and the episodes that it was bound to.

    cited, cited_ids: spans and ids of the evidence that the sentence cites; what it says about samples must be about one
    of the spans, and what it says of a model must be what the cited evidence of that model says.
    """

    label: str | None = None
    episodes: list[EpisodeRecord] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    speaker: str | None = None
    statistic: str | None = None
    channels: tuple[str, ...] = ()
    stream: str | None = None
    cited: tuple[tuple[float, float], ...] = ()
    cited_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a frame found: whether the clause holds, why not, and the evidence and episodes that it was bound to."""

    holds: bool
    reason: str = ""
    claims: tuple[str, ...] = ()


def held(*claims: str) -> Outcome:
    return Outcome(True, "", claims)


def fails(reason: str) -> Outcome:
    return Outcome(False, reason)
