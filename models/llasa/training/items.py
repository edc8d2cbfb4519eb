"""The exchanges of a corpus as token sequences: made once, kept as small integers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.limubert.windows import LabelledWindow
from models.llasa.data import LEAD_IN, SHORT_CLASS_QUESTION, Described, with_measurements
from models.llasa.data.grammar import say
from models.llasa.data.words import activity
from models.llasa.prompt import END, IGNORED, Layout, sequence
from models.llasa.training.batches import Item

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of a window's exchanges of each sort are kept, 0 to 1: all of them where time is no matter.

    short: the class question without options. union, own: with the options of all sets, of the window's own. told: open
    questions about the rows alone; measured: the same behind a line of measurements. features, narration: captions.
    """

    short: float = 1.0
    union: float = 1.0
    own: float = 1.0
    told: float = 1.0
    measured: float = 1.0
    features: float = 1.0
    narration: float = 1.0


def stacked(windows: Sequence[LabelledWindow]) -> Floats:
    """(n, 120, 6)."""
    return np.stack([w.values for w in windows])


def caption_question(rng: random.Random, features: bool) -> str:
    return say(
        rng,
        "[List|Name|Give] the [main|most telling] features of [the samples|this window] in one line."
        if features
        else "[Describe|Narrate|Tell] [step by step |]what [the samples|the sensors|these 6 s] show.",
    )


def balance(windows: Sequence[LabelledWindow]) -> npt.NDArray[np.float64]:
    """(n,) weights of mean one that halve, on a logarithmic scale, how much more often one set's activity was recorded."""
    count = Counter((w.dataset, w.label) for w in windows)
    weights = np.array([count[w.dataset, w.label] ** -0.5 for w in windows])
    return np.asarray(weights / weights.mean())


def pairs_of(about: Described, shares: Shares, rng: random.Random, weight: float = 1.0) -> list[tuple[str, str]]:
    """(question, answer) of one window, each sort drawn with its share times the window's weight."""
    found: list[tuple[str, str]] = []

    def keep(share: float, question: str, answer: str) -> None:
        if rng.random() < share * weight:
            found.append((question, answer))

    *open_ended, union, own = about.exchanges
    keep(shares.short, SHORT_CLASS_QUESTION, f"{LEAD_IN} {activity(about.window.label)}.")
    keep(shares.union, union.question, union.answer)
    keep(shares.own, own.question, own.answer)
    for one in open_ended:
        keep(shares.told, one.question, one.answer)
        keep(shares.measured, with_measurements(one.question, about.facts, about.window.position), one.answer)
    keep(shares.features, caption_question(rng, True), about.caption.features)
    keep(shares.narration, caption_question(rng, False), about.caption.narration)
    return found


def sequences(
    corpus: Sequence[Described],
    layout: Layout,
    tokenizer: Any,
    *,
    plain: bool,
    seed: int,
    longest: int,
    shares: Shares | None = None,
    weights: npt.NDArray[np.float64] | None = None,
) -> list[Item]:
    """One item an exchange; windows are numbered in the order of `corpus`.

    Sequences beyond `longest` tokens are left out, never cut: half an answer would teach stopping anywhere.
    """
    shares = shares or Shares()
    items = []
    for number, about in enumerate(corpus):
        rng = random.Random(seed * 1_000_003 + number)
        for question, answer in pairs_of(about, shares, rng, 1.0 if weights is None else float(weights[number])):
            ids, targets = sequence(layout, tokenizer, question, answer, plain=plain)
            if len(ids) <= longest:
                items.append(Item(np.asarray(ids, np.int32), np.asarray(targets, np.int32), number))
    return items


def text_item(tokenizer: Any, messages: tuple[str, str] | None, text: str, answer: str) -> Item:
    """A lesson without a window: the answer to (system, user) messages in the backbone's own chat layout, or a text and how
    it goes on. After a conversation the turn ends; a text just goes on."""
    if messages is None:
        before = tokenizer.encode(text, add_special_tokens=False)
        said = tokenizer.encode(answer, add_special_tokens=False)
    else:
        turns = [{"role": role, "content": said} for role, said in zip(("system", "user"), messages, strict=True)]
        shown = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        before = tokenizer.encode(shown, add_special_tokens=False)
        said = tokenizer.encode(answer + END, add_special_tokens=False)
    targets = [IGNORED] * (len(before) - 1) + [*said, IGNORED]
    return Item(np.asarray([*before, *said], np.int32), np.asarray(targets, np.int32), None)
