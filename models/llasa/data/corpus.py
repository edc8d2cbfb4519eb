"""SensorCaps and OpenSQA over the motion sets: subject-disjoint, deterministic, streamed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.limubert.windows import WINDOW_S, LabelledWindow, read_windows
from models.llasa.data.captions import Caption, caption
from models.llasa.data.facts import WindowFacts, measure
from models.llasa.data.questions import Exchange, Subject, class_exchange, exchanges
from models.llasa.data.ranges import Ranges, usual_ranges
from models.motion.protocols import PROTOCOLS
from models.motion.subjects import VALIDATION_SUBJECTS
from recordings.datasets import HELD_OUT_SUBJECTS

Side = Literal["train", "validation", "test"]
SETS = ("usc_had", "hapt", "motionsense", "wisdm")

# The union over the sets, in the taxonomy's order: the closed question names all of them, as the original's names its eight.
UNION: tuple[str, ...] = tuple(dict.fromkeys(label for protocol in PROTOCOLS.values() for label in protocol.classes))


def set_of(window: LabelledWindow) -> str:
    """The data set of a window's protocol (`wisdm_watch` → `wisdm`)."""
    return "wisdm" if window.dataset.startswith("wisdm") else window.dataset


def side_of(window: LabelledWindow) -> Side:
    """By subject alone."""
    name = set_of(window)
    if window.subject in HELD_OUT_SUBJECTS[name]:
        return "test"
    return "validation" if window.subject in VALIDATION_SUBJECTS[name] else "train"


@dataclass(frozen=True, slots=True)
class Described:
    """One window with everything that is said about it."""

    window: LabelledWindow
    facts: WindowFacts
    caption: Caption
    exchanges: tuple[Exchange, ...]


def split_windows(
    data_dir: Path, stride_s: float = WINDOW_S, sets: tuple[str, ...] = SETS
) -> dict[Side, list[LabelledWindow]]:
    """Every labelled window by side."""
    sides: dict[Side, list[LabelledWindow]] = {"train": [], "validation": [], "test": []}
    for window in read_windows(data_dir, sets, stride_s):
        sides[side_of(window)].append(window)
    return sides


def training_ranges(windows: Iterable[LabelledWindow]) -> Ranges:
    """What is usual, from windows of the training side; ValueError when another side's window is among them."""
    rows = []
    for window in windows:
        if side_of(window) != "train":
            raise ValueError(f"subject {window.subject} of {window.dataset} is not of the training side")
        rows.append((window.position, window.label, measure(window.values)))
    return usual_ranges(rows)


def described(windows: Sequence[LabelledWindow], ranges: Ranges, seed: int = 0) -> Iterator[Described]:
    """Caption, five exchanges and the class questions of every window, each window with a generator of its own: the same
    window and seed give the same words whatever else is asked for."""
    for window in windows:
        rng = random.Random(_seed(window, seed))
        facts = measure(window.values)
        about = Subject(facts, window.label, window.position, ranges)
        said = caption(facts, window.label, window.position, rng)
        own = PROTOCOLS[window.dataset].classes
        closed = (class_exchange(about, UNION, rng), class_exchange(about, own, rng))
        yield Described(window, facts, said, (*exchanges(about, rng), *closed))


def _seed(window: LabelledWindow, seed: int) -> int:
    name = f"{seed}/{window.dataset}/{window.recording}/{window.start_s:.3f}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def distinct(texts: Iterable[str], n: int) -> float:
    """Distinct n-grams / all n-grams (Li et al., NAACL 2016)."""
    seen: set[tuple[str, ...]] = set()
    total = 0
    for text in texts:
        words = text.lower().split()
        grams = list(zip(*(words[i:] for i in range(n)), strict=False))
        seen.update(grams)
        total += len(grams)
    return len(seen) / total if total else 0.0
