"""How much a tuned model's word counts beside the motion classifier's: fitted on validation subjects, never above one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from models.motion import MotionClassifier
from models.sensorllm.data import WindowSample
from recordings import Span, Stream

Floats = npt.NDArray[np.float64]
GRID = tuple(i / 20 for i in range(21))
FLOOR = 1e-6


def motion_probabilities(samples: Sequence[WindowSample], labels: Sequence[str], position: str) -> Floats:
    """(n, labels) of the shipped motion classifier on the same windows, closed to the same labels."""
    classifier = MotionClassifier.from_pretrained(device="cpu")
    rows = []
    for sample in samples:
        n = sample.series.shape[1]
        stream = Stream(
            name="window",
            modality="motion",
            channels=sample.channels,
            units=("m/s²",) * 3 + ("rad/s",) * 3,
            rate_hz=sample.rate_hz,
            samples=sample.series,
            position=position,
            gravity="included",
        )
        said = classifier.predict(stream, [Span(0.0, n / sample.rate_hz)], position=position, labels=labels)
        rows.append(said.probabilities[0])
    return np.asarray(rows, dtype=np.float64)


def fusion_weight(motion: Floats, sensor: Floats, truth: Sequence[int]) -> float:
    """The weight w in 0 … 1 of `log sensor` beside `log motion` with the smallest cross-entropy of their softmax.

    The shipped motion classifier's last fit has met the validation subjects, the tuned model has not: w is an under-estimate.
    """
    wanted = np.asarray(truth)
    one, two = np.log(np.maximum(motion, FLOOR)), np.log(np.maximum(sensor, FLOOR))
    costs = [-log_softmax(one + w * two, axis=1)[np.arange(len(wanted)), wanted].mean() for w in GRID]
    return GRID[int(np.argmin(costs))]
