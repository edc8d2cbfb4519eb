"""Sets turned as one another: the way up, lengths, the handedness of the axes, and missing samples."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from recordings import ACCELERATION, ROTATION, Stream
from recordings.datasets import MIXABLE_SETS, as_worn_in, with_x_up


@pytest.fixture
def stream() -> Stream:
    samples = np.random.default_rng(0).normal(size=(6, 40)).astype(np.float32)
    return Stream("hip", "motion", ACCELERATION + ROTATION, ("m/s²",) * 3 + ("rad/s",) * 3, 50.0, samples)


def test_a_phone_on_its_head_has_x_up(stream: Stream) -> None:
    upside_down = replace(stream, samples=np.tile(np.array([[0], [-9.8], [0], [0], [0], [1]], np.float32), (1, 5)))
    assert with_x_up("motionsense", upside_down).samples[:, 0] == pytest.approx([9.8, 0, 0, 0, 0, 1])
    assert with_x_up("usc_had", stream) is stream


@pytest.mark.parametrize(("own", "other"), [*permutations(MIXABLE_SETS, 2), *((s, s) for s in MIXABLE_SETS)])
def test_worn_as_another_set_and_back(stream: Stream, own: str, other: str) -> None:
    turned = as_worn_in(own, other, stream)
    assert with_x_up(own, turned).samples.tobytes() == with_x_up(other, stream).samples.tobytes()
    assert as_worn_in(other, own, turned).samples.tobytes() == stream.samples.tobytes()
    for sensor in (slice(0, 3), slice(3, 6)):
        before, after = stream.samples[sensor], turned.samples[sensor]
        assert np.linalg.norm(after, axis=0) == pytest.approx(np.linalg.norm(before, axis=0))
        # Turned, not mirrored.
        assert np.linalg.det(after[:, :3]) == pytest.approx(np.linalg.det(before[:, :3]), rel=1e-4)


def test_a_missing_sample_stays_its_channels_alone(stream: Stream) -> None:
    stream.samples[1, 7] = np.nan
    found = np.isnan(with_x_up("motionsense", stream).samples)
    assert found.sum() == 1 and found[0, 7]


def test_a_set_whose_axes_are_not_known_is_no_guess(stream: Stream) -> None:
    with pytest.raises(KeyError):
        with_x_up("wisdm", stream)
