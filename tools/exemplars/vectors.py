"""The vector of a window: its embedding and its statistics, each standardised, weighted and put side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recordings import Span, Stream
from tools.exemplars.features import FEATURES, window_features
from tools.perception import Flags, Floats, MotionModel

# A user's odd window must not be far from everything because of one number.
CLIP = 5.0
# Chosen on the validation subjects (docs/tools.md): the statistics help a little at half the weight, and alone are far worse.
EMBEDDING_WEIGHT = 1.0
STATISTICS_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Means and standard deviations over the exemplars, by which queries are standardised too.

    revision: the motion checkpoint whose embeddings these are. Each half of a vector is divided by the square root of its
    length, so that the weights alone say what counts how much.
    """

    revision: str
    embedding_mean: Floats = field(repr=False)
    embedding_std: Floats = field(repr=False)
    feature_mean: Floats = field(repr=False)
    feature_std: Floats = field(repr=False)
    embedding_weight: float = EMBEDDING_WEIGHT
    statistics_weight: float = STATISTICS_WEIGHT

    @property
    def dimension(self) -> int:
        return len(self.embedding_mean) + len(self.feature_mean)

    @classmethod
    def fit(
        cls,
        revision: str,
        embeddings: Floats,
        features: Floats,
        embedding_weight: float = EMBEDDING_WEIGHT,
        statistics_weight: float = STATISTICS_WEIGHT,
    ) -> Scaling:
        """From (n, D) embeddings and (n, F) features; missing features are left out."""
        known = [column[np.isfinite(column)] for column in features.T.astype(np.float64)]
        return cls(
            revision=revision,
            embedding_mean=embeddings.mean(axis=0, dtype=np.float64).astype(np.float32),
            embedding_std=_floor(embeddings.std(axis=0, dtype=np.float64)),
            feature_mean=np.array([c.mean() if len(c) else 0.0 for c in known], dtype=np.float32),
            feature_std=_floor(np.array([c.std() if len(c) else 1.0 for c in known])),
            embedding_weight=embedding_weight,
            statistics_weight=statistics_weight,
        )

    def vectors(self, embeddings: Floats, features: Floats) -> Floats:
        """(n, D + F) float32. A missing feature counts as the average one."""
        halves = []
        for values, mean, std, weight in (
            (embeddings, self.embedding_mean, self.embedding_std, self.embedding_weight),
            (features, self.feature_mean, self.feature_std, self.statistics_weight),
        ):
            z = np.clip(np.nan_to_num((values - mean) / std), -CLIP, CLIP)
            halves.append(z * (weight / np.sqrt(max(1, len(mean)))))
        return np.concatenate(halves, axis=1).astype(np.float32)

    def save(self, folder: Path) -> None:
        """`scaling.safetensors` in the folder."""
        from safetensors.numpy import save_file

        facts = {
            "revision": self.revision,
            "features": json.dumps(FEATURES),
            "embedding_weight": repr(self.embedding_weight),
            "statistics_weight": repr(self.statistics_weight),
        }
        save_file(self.tensors(), folder / "scaling.safetensors", metadata=facts)

    def tensors(self) -> dict[str, Floats]:
        return {
            "embedding_mean": self.embedding_mean,
            "embedding_std": self.embedding_std,
            "feature_mean": self.feature_mean,
            "feature_std": self.feature_std,
        }

    @classmethod
    def load(cls, folder: Path) -> Scaling:
        """FileNotFoundError when the folder has none; ValueError when its statistics are not today's."""
        from safetensors import safe_open

        path = folder / "scaling.safetensors"
        if not path.is_file():
            raise FileNotFoundError(path)
        with safe_open(path, framework="numpy") as file:
            facts = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        if tuple(json.loads(facts["features"])) != FEATURES:
            raise ValueError(f"{path}: other window statistics than this version's")
        return cls(
            revision=facts["revision"],
            embedding_weight=float(facts["embedding_weight"]),
            statistics_weight=float(facts["statistics_weight"]),
            **tensors,
        )


def _floor(std: npt.NDArray[np.float64]) -> Floats:
    """A number that never varies among the exemplars says nothing: its deviation counts as it is, not infinitely."""
    return np.where(std > 1e-6, std, 1.0).astype(np.float32)


def raw_vectors(model: MotionModel, stream: Stream, spans: Sequence[Span]) -> tuple[Floats, Floats, Flags]:
    """(n, D) embeddings, (n, F) features, (n,) usable by both."""
    prediction = model.predict(stream, spans, position=stream.position)
    features, usable = window_features(stream, spans)
    return prediction.embeddings, features, np.asarray(prediction.usable & usable, dtype=np.bool_)
