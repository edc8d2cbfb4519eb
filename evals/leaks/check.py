"""A detector as data, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evals.leaks.material import Material

NAMED_IDS = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the audit. passed: None where it does not apply, `detail` then says why. found: how many offend."""

    name: str
    passed: bool | None
    detail: str
    found: int = 0

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "passed": self.passed, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw. found: how many offend (0 passes); detail: in words. applies False: it had nothing to look at."""

    found: int
    detail: str
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Detector:
    """name: as printed. needs: fields of the Material that must not be None. finds: the leak, in words. find: looks for it."""

    name: str
    needs: tuple[str, ...]
    finds: str
    find: Callable[[Material], Finding]


def offenders(ids: Iterable[str], of: int, what: str, clean: str) -> Finding:
    """The finding about a set of offending ids: how many of how many, the first few by name."""
    names = sorted(set(ids))
    if not names:
        return Finding(0, clean)
    more = f" and {len(names) - NAMED_IDS} more" if len(names) > NAMED_IDS else ""
    return Finding(len(names), f"{len(names)} of {of} {what}: {', '.join(names[:NAMED_IDS])}{more}")


def not_applicable(why: str) -> Finding:
    return Finding(0, why, applies=False)
