"""How much another model's word about a window counts beside the motion classifier's: fitted on validation subjects.

The shipped motion classifier's last fit has met the validation subjects and the other model has not, so that a weight found here
is an under-estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from models.motion.predictor import MotionClassifier
from recordings import ACCELERATION, ROTATION, Stream

Floats = npt.NDArray[np.float64]
GRID = tuple(i / 20 for i in range(21))
FLOOR = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The same n windows by both over one set of labels. own, motion: (n, labels) shares. truth: (n,) columns."""

    own: Floats
    motion: Floats
    truth: Sequence[int] | npt.NDArray[np.integer]


def weight_beside(parts: Sequence[Judged]) -> float:
    """The weight w in 0 … 1 of `log own` beside `log motion` with the smallest cross-entropy of their softmax, each part alike."""

    def cost(weight: float) -> float:
        each = []
        for part in parts:
            truth = np.asarray(part.truth)
            both = np.log(np.maximum(part.motion, FLOOR)) + weight * np.log(np.maximum(part.own, FLOOR))
            each.append(-log_softmax(both, axis=1)[np.arange(len(truth)), truth].mean())
        return float(np.mean(each))

    return GRID[int(np.argmin([cost(weight) for weight in GRID]))]


def motion_shares(windows: Iterable[Stream], labels: Sequence[str]) -> Floats:
    """(n, labels) of the shipped motion classifier, each stream one window, closed to `labels`."""
    classifier = MotionClassifier.from_pretrained(device="cpu")
    rows = [classifier.predict(w, [w.span], position=w.position, labels=labels).probabilities[0] for w in windows]
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(labels))


def window_stream(values: npt.NDArray[np.floating], rate_hz: float, position: str | None) -> Stream:
    """(6, samples) in m/s² and rad/s as a recording would bring them."""
    return Stream(
        name="window",
        modality="motion",
        channels=ACCELERATION + ROTATION,
        units=("m/s²",) * 3 + ("rad/s",) * 3,
        rate_hz=rate_hz,
        samples=np.ascontiguousarray(values, dtype=np.float32),
        position=position,
        gravity="included",
    )
