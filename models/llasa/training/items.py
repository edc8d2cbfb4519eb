"""The exchanges of a corpus as token sequences: made once, kept as small integers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.limubert.windows import LabelledWindow
from models.llasa.data import Described
from models.llasa.data.grammar import say
from models.llasa.prompt import Layout, sequence
from models.llasa.training.batches import Item

Floats = npt.NDArray[np.float32]


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


def sequences(
    corpus: Sequence[Described],
    layout: Layout,
    tokenizer: Any,
    *,
    plain: bool,
    seed: int,
    longest: int,
    narrations: bool = True,
) -> list[Item]:
    """One item an exchange, caption and class question; windows are numbered in the order of `corpus`.

    Sequences beyond `longest` tokens are left out, never cut: half an answer would teach stopping anywhere.
    """
    items = []
    for number, about in enumerate(corpus):
        rng = random.Random(seed * 1_000_003 + number)
        pairs = [(e.question, e.answer) for e in about.exchanges]
        pairs.append((caption_question(rng, True), about.caption.features))
        if narrations:
            pairs.append((caption_question(rng, False), about.caption.narration))
        for question, answer in pairs:
            ids, targets = sequence(layout, tokenizer, question, answer, plain=plain)
            if len(ids) <= longest:
                items.append(Item(np.asarray(ids, np.int32), np.asarray(targets, np.int32), number))
    return items
