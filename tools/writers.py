"""What the bench asks of a language model that reads samples: trends of channels in words, answers about windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class TrendDescriber(Protocol):
    """`models.sensorllm.SensorLLM` and its likes."""

    @property
    def revision(self) -> str: ...
    def describe(
        self, series: Sequence[npt.NDArray[np.floating]], rate_hz: float, channels: Sequence[str]
    ) -> list[str]: ...


class WindowReader(Protocol):
    """`models.llasa.Llasa` and its likes."""

    @property
    def revision(self) -> str: ...
    def answer(self, window: npt.NDArray[np.float32], question: str, position: str | None = None) -> str: ...
