"""A frozen encoder's rows averaged over time: what Chronos + MLP learns from."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.chronos import ChronosEmbedder

Floats = npt.NDArray[np.float32]
_AT_ONCE = 512


class MeanRows:
    """Windows → (n, C, d) on the processor. The last `kept` sets of windows are encoded once, however many epochs and seeds ask."""

    def __init__(self, embedder: ChronosEmbedder, kept: int = 4) -> None:
        self.embedder, self.kept = embedder, kept
        self._known: OrderedDict[str, Tensor] = OrderedDict()

    @property
    def size(self) -> int:
        return self.embedder.size

    def of(self, values: Floats) -> Tensor:
        """values: (n, C, L) in any unit; the encoder z-scores every channel of every window."""
        key = f"{values.shape}{hashlib.sha256(values.tobytes()).hexdigest()}"
        if key not in self._known:
            self._known[key] = self._encoded(values)
            if len(self._known) > self.kept:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _encoded(self, values: Floats) -> Tensor:
        parts = [torch.empty(0, values.shape[1], self.size)]
        for first in range(0, len(values), _AT_ONCE):
            chunk = values[first : first + _AT_ONCE]
            rows = self.embedder.encode([channel for window in chunk for channel in window])
            parts.append(torch.stack([r.mean(dim=0) for r in rows]).view(len(chunk), values.shape[1], -1).cpu())
        return torch.cat(parts)
