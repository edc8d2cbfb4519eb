"""Every prompt of label-paired-12 as jobs: the grid of the paper, its controls, and the terse prompts whose scores are pooled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agents.fusion.late import Fields, WorkedSample, prompt_messages
from agents.fusion.wording import content_free_prompts, fixed_exemplars, score_prompt
from evals.tasks.late_fusion import fields as words
from evals.tasks.late_fusion.classes import CLASSES, NAMES, PHRASES
from evals.tasks.late_fusion.draws import Pair
from evals.tasks.late_fusion.evidence import Evidence
from evals.tasks.late_fusion.store import Job

Shots = Literal["zero", "one"]
Mode = Literal["closed", "open"]
Form = Literal["zero", "fixed", "nearest"]
FORMS: tuple[Form, ...] = ("zero", "fixed", "nearest")
NEAREST = 3
PHRASE = {item.name: item.phrase for item in CLASSES}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid. name: "labels+motion/zero/closed"."""

    names: tuple[str, ...]
    shots: Shots
    mode: Mode

    @property
    def name(self) -> str:
        return f"{words.set_name(self.names)}/{self.shots}/{self.mode}"


GRID: tuple[Cell, ...] = tuple(
    Cell(names, shots, mode) for mode in ("closed", "open") for shots in ("zero", "one") for names in words.INPUT_SETS
)
# What the quick form asks: the single sources, the usual pair and everything, all closed.
QUICK_GRID: tuple[Cell, ...] = tuple(
    Cell(names, shots, "closed")
    for shots in ("zero", "one")
    for names in (("labels",), ("motion",), ("labels", "motion"), words.FIELDS)
)
# Where the controls are measured: everything that was measured, nothing synthetic.
CONTROL = Cell(("labels", "motion"), "zero", "closed")


def cell_job(given: Evidence, pair: Pair, cell: Cell, exemplars: Sequence[Pair], seed: int = 0) -> Job | None:
    """None where the sample has none of the cell's fields. The options' order is drawn for each clip and window (and `seed`), so
    that one question is asked once, in however many draws it occurs.
    """
    shown = words.fields(given, pair, cell.names)
    if shown.is_empty:
        return None
    clip = pair.clip if {"caption", "labels", "context"} & set(cell.names) else None
    window = pair.movement if {"motion", "context"} & set(cell.names) else None
    options = shuffled(f"{clip}/{window}", seed)
    system, user = prompt_messages(shown, options if cell.mode == "closed" else None)
    if cell.shots == "one":
        user = exemplar_text(given, cell.names, tuple(exemplars)) + user
    if cell.mode == "open":
        return Job("write", user, (), system)
    return Job("chat", user, options, system)


@lru_cache(maxsize=64)
def exemplar_text(given: Evidence, names: tuple[str, ...], exemplars: tuple[Pair, ...]) -> str:
    """What stands before the question in a one-shot prompt: the same for every sample, so it is written once."""
    worked = []
    for exemplar in exemplars:
        shot = words.fields(given, exemplar, names)
        if not shot.is_empty:
            worked.append(WorkedSample(shot, PHRASE[exemplar.truth]))
    asked = Fields(context="x")
    _, plain = prompt_messages(asked, None)
    _, whole = prompt_messages(asked, None, worked)
    if not whole.endswith(plain):
        raise ValueError("the prompt's exemplars do not stand before its question")
    return whole.removesuffix(plain)


def shuffled(sample: str, seed: int = 0) -> tuple[str, ...]:
    """The twelve phrases in this sample's order."""
    options = list(PHRASES)
    random.Random(f"{seed}/{sample}").shuffle(options)
    return tuple(options)


def swapped(pairs: Sequence[Pair], seed: int = 0) -> list[Pair]:
    """Every sample with the evidence of another one: what is answered from it can be right by chance alone."""
    order = list(range(len(pairs)))
    random.Random(f"swap/{seed}").shuffle(order)
    place = {row: order[(n + 1) % len(order)] for n, row in enumerate(order)}
    return [Pair(p.id, p.truth, pairs[place[i]].clip, pairs[place[i]].movement, p.group) for i, p in enumerate(pairs)]


@dataclass(frozen=True, slots=True)
class Terse:
    """A prompt to be continued by every phrase, and prompts of the same presence pattern that say nothing."""

    job: Job
    free: tuple[Job, ...]


@lru_cache(maxsize=8192)
def terse(given: Evidence, pair: Pair, form: Form) -> Terse:
    """zero: no exemplar. fixed: three by hand, of other activities. nearest: the three most alike development pairs (not
    calibrated: with their labels in the prompt, calibration takes away what they say).
    """
    asked = words.fusion_input(given, pair)
    lines: tuple[str, ...] = ()
    if form == "fixed":
        lines = fixed_exemplars(asked)
    elif form == "nearest":
        lines = tuple(
            f"{score_prompt(words.fusion_input(given, near))} {PHRASE[near.truth]}."
            for near in words.nearest_exemplars(given, pair, NEAREST)
        )
    free = () if form == "nearest" else content_free_prompts(asked, lines)
    return Terse(Job("text", score_prompt(asked, lines), PHRASES), tuple(Job("text", text, PHRASES) for text in free))


def name_of(phrase: str) -> str:
    return NAMES[PHRASES.index(phrase)]
