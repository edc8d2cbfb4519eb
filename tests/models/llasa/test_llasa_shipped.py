"""The LLaSA that ships, on a person whom no weight has seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.limubert import windows_of
from models.llasa import Llasa
from models.llasa.checking import check
from models.llasa.data import measure
from models.motion.protocols import PROTOCOLS
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@pytest.fixture(scope="module")
def shipped() -> Llasa:
    return Llasa.from_pretrained()


def test_it_names_what_a_stranger_does_and_answers_in_sentences_that_hold(shipped: Llasa, data_dir: Path) -> None:
    hapt = dataset("hapt")
    key = next(k for k in hapt.keys(data_dir) if hapt.subject_of(k, data_dir) in HELD_OUT_SUBJECTS["hapt"])
    windows = [w for w in windows_of(hapt.open(key, data_dir)) if w.label in PROTOCOLS["hapt"].classes]
    some = windows[:: max(1, len(windows) // 12)][:12]
    classes = PROTOCOLS["hapt"].classes
    shares = shipped.classify(np.stack([w.values for w in some]), classes)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-5)
    right = [classes[int(row.argmax())] == w.label for row, w in zip(shares, some, strict=True)]
    assert np.mean(right) >= 0.7
    moving = next(w for w in some if "walking" in w.label)
    said = check(
        shipped.answer(moving.values, "How does the movement change over the window?", "waist"),
        measure(moving.values), moving.label, "waist",
    )  # fmt: skip
    assert said and np.mean([v.supported for v in said]) >= 0.5
