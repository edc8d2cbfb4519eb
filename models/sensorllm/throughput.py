"""Windows a second of the predictor in batches, of the naive loop, and of a transformers pipeline, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.sensorllm.predictor import SensorLLM


@dataclass(frozen=True, slots=True)
class Throughput:
    """way: how the windows were put. largest_difference: of any probability from the naive loop's."""

    way: str
    windows: int
    seconds: float
    largest_difference: float

    @property
    def windows_per_s(self) -> float:
        return self.windows / self.seconds if self.seconds else 0.0


def measure_throughput(
    model: SensorLLM, windows: npt.NDArray[np.float32], rate_hz: float, batch_size: int = 16
) -> list[Throughput]:
    """(n, C, L) windows through the three ways; one window through each first, so that nothing is loaded inside a measurement."""
    from models.sensorllm.pipeline import SensorClassificationPipeline

    pipeline = SensorClassificationPipeline(model)

    def piped(chosen: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        rows = []
        for said in pipeline(list(chosen)):
            by_label = {str(one["label"]): float(one["score"]) for one in said}
            rows.append([by_label[label] for label in model.labels])
        return np.array(rows, dtype=np.float32)

    ways: dict[str, Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]] = {
        "one window at a time": lambda w: np.concatenate([model.classify(one[None], rate_hz) for one in w]),
        "transformers pipeline": piped,
        f"batches of {batch_size}": lambda w: model.classify(w, rate_hz, batch_size=batch_size),
    }
    found: list[Throughput] = []
    reference: npt.NDArray[np.float32] | None = None
    for way, classify in ways.items():
        classify(windows[:1])
        begun = time.perf_counter()
        said = classify(windows)
        seconds = time.perf_counter() - begun
        reference = said if reference is None else reference
        found.append(Throughput(way, len(windows), seconds, float(np.abs(said - reference).max())))
    return found
