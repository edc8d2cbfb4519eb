"""Windows of lying people rolled for training: they still lie, on every side, and nobody else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.limubert.windows import LabelledWindow
from models.llasa.training.rolled import rolled_windows


def _window(number: int, label: str, axis: int, position: str = "waist") -> LabelledWindow:
    """Gravity along one axis, some noise, and a rotation about the same axis."""
    values = np.random.default_rng(number).normal(0, 0.02, (120, 6)).astype(np.float32)
    values[:, axis] += 1.0
    values[:, 3 + axis] += 0.5
    return LabelledWindow(values, label, "1", "hapt", position, "exp01", 6.0 * number)


def test_lying_windows_turn_about_the_body_and_the_others_stay() -> None:
    windows = [_window(i, ("standing", "walking", "sitting")[i % 3], 0) for i in range(9)]
    windows += [_window(100 + i, "lying", 1) for i in range(60)]
    found = rolled_windows(windows, seed=3)
    assert (
        found[:9] == windows[:9] and rolled_windows(windows, seed=3)[30].values.tobytes() == found[30].values.tobytes()
    )
    gravity = np.stack([w.values[:, :3].mean(axis=0) for w in found[9:]])
    spin = np.stack([w.values[:, 3:].mean(axis=0) for w in found[9:]])
    assert np.abs(gravity[:, 0]).max() < 0.05 and np.allclose(np.linalg.norm(gravity, axis=1), 1.0, atol=0.02)
    assert np.allclose(gravity / 2, spin, atol=0.02)  # acceleration and rotation turn alike
    angles = np.degrees(np.arctan2(gravity[:, 2], gravity[:, 1]))
    assert np.histogram(angles, bins=6, range=(-180, 180))[0].min() >= 3
    assert [replace(w, values=windows[0].values) for w in found] == [
        replace(w, values=windows[0].values) for w in windows
    ]


def test_a_place_where_nobody_stands_is_left_alone() -> None:
    lying = _window(0, "lying", 1, position="wrist")
    assert rolled_windows([lying, _window(1, "standing", 0)])[0] is lying
