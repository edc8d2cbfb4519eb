"""LIMU-BERT's own recogniser and the linear reader on frozen rows."""

from __future__ import annotations

import numpy as np
import pytest

from models.limubert import LabelledWindow
from models.limubert.classifier import FrozenEncoder
from models.limubert.measuring import linear_probe
from recordings import UserError


def windows(n: int, seed: int) -> list[LabelledWindow]:
    """Still ones and shaken ones."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        size = 0.01 if number % 2 else 0.8
        values = rng.normal(0, size, (120, 6)).astype(np.float32)
        label = "sitting" if number % 2 else "running"
        found.append(LabelledWindow(values, label, "s", "hapt", "waist", f"r{number}", 0.0))
    return found


@pytest.fixture(scope="module")
def encoder() -> FrozenEncoder:
    return FrozenEncoder.from_pretrained()


def test_both_readers_tell_still_from_shaken(encoder: FrozenEncoder) -> None:
    train, test = windows(96, 0), windows(40, 1)
    assert linear_probe(encoder.model, train, test).accuracy > 0.9
    x, y = np.stack([w.values for w in train]), [int(w.label == "running") for w in train]
    validating = np.arange(len(train)) % 6 < 2
    reader, epoch = encoder.recurrent(x, y, validating, 2, epochs=12, batch_size=8)
    said = encoder.read(reader, np.stack([w.values for w in test]))
    assert (said == [w.label == "running" for w in test]).mean() > 0.9 and 0 <= epoch < 12


def test_the_same_seed_gives_the_same_reader(encoder: FrozenEncoder) -> None:
    train = windows(24, 0)
    x, y = np.stack([w.values for w in train]), [int(w.label == "running") for w in train]
    none = np.zeros(len(train), np.bool_)
    one, two = (encoder.recurrent(x, y, none, 2, epochs=1)[0].state_dict() for _ in range(2))
    assert all((one[k] == two[k]).all() for k in one)


def test_the_shipped_encoder_opens_and_a_missing_one_says_how() -> None:
    shipped = FrozenEncoder.from_pretrained()
    assert shipped.pooled(np.zeros((2, 120, 6), np.float32)).shape == (2, 144)
    from pathlib import Path

    with pytest.raises(UserError, match="telltale train limubert"):
        FrozenEncoder.from_pretrained(Path("/nowhere"))
