"""Neighbours and a linear probe on the shipped network's embeddings, as the exemplar store uses them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.systems.on_features import Logistic, Neighbours
from evals.systems.system import Setting
from evals.systems.telltale_motion import read_by, seen_by_shipped, shipped
from evals.systems.windows import WindowSet

Floats = npt.NDArray[np.float32]
NOT_QUICK = "left out of the quick form: every training recording would have to be read by the network"
# What a window's embedding costs is paid once in a process: the same windows are asked for again in every fold.
_cache: dict[str, Floats] = {}


def embeddings(windows: WindowSet) -> Floats:
    """(n, D) of the shipped network; kept by window where the streams are as recorded."""
    if windows.perturbed:
        return read_by(shipped(), windows)[1]
    ids = windows.ids
    missing = np.array([i not in _cache for i in ids])
    if missing.any():
        _, found, _ = read_by(shipped(), windows.take(missing))
        _cache.update(zip((i for i, m in zip(ids, missing, strict=True) if m), found, strict=True))
    return np.stack([_cache[i] for i in ids])


class EmbeddingNeighbours(Neighbours):
    """The five nearest training windows in the network's embedding: what the exemplar store's search does."""

    name = "5 nearest neighbours, embeddings"

    @property
    def detail(self) -> str:
        return f"{super().detail.replace('features', 'embeddings')} of {shipped().revision}"

    def why_not(self, setting: Setting) -> str:
        return seen_by_shipped(setting) or (NOT_QUICK if setting.quick else "")

    def numbers(self, windows: WindowSet) -> Floats:
        return embeddings(windows)


class EmbeddingProbe(Logistic):
    """A linear probe on the frozen network."""

    name = "linear probe, embeddings"

    @property
    def detail(self) -> str:
        return f"{super().detail}, embeddings of {shipped().revision}"

    def why_not(self, setting: Setting) -> str:
        return seen_by_shipped(setting) or (NOT_QUICK if setting.quick else "")

    def numbers(self, windows: WindowSet) -> Floats:
        return embeddings(windows)
