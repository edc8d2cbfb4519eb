"""What a training run consists of: networks for every fold, whose answers about people they never saw calibrate it, then the final ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.motion.training.corpus import Corpus

People = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One network to train. number: enters its seeds. fold: None trains on everyone."""

    name: str
    number: int
    fold: int | None
    member: int


def stages(folds: int, fold_members: int, members: int) -> tuple[Stage, ...]:
    """Networks of every fold, then the final ones. A stage's number does not depend on how many others there are."""
    found = [
        Stage(f"fold{fold}-{member}", 100 * member + fold, fold, member)
        for member in range(fold_members)
        for fold in range(folds)
    ]
    return (*found, *(Stage(f"final-{member}", 100 * member + 99, None, member) for member in range(members)))


def groups(corpus: Corpus, folds: int) -> list[dict[str, frozenset[str]]]:
    """Fold → set → the subjects it leaves out: every `folds`-th of the sorted ids. ValueError where a set has fewer people."""
    people: dict[str, set[str]] = {}
    for stream in corpus.streams:
        people.setdefault(stream.dataset, set()).add(stream.subject)
    for name, who in people.items():
        if len(who) < folds:
            raise ValueError(f"{folds} folds of {len(who)} people in {name}")
    ordered = {name: sorted(who, key=lambda s: (len(s), s)) for name, who in people.items()}
    return [{name: frozenset(who[fold::folds]) for name, who in ordered.items()} for fold in range(folds)]
