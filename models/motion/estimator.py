"""The motion model as a scikit-learn classifier: embeddings of windows, and a head refitted on whoever labels some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

if TYPE_CHECKING:
    from models.motion.predictor import MotionClassifier

Matrix = npt.NDArray[np.float64]
AXES = 6
_LARGEST_DEVIATION = 6.0


class MotionEstimator(ClassifierMixin, BaseEstimator):
    """A logistic head on the frozen motion model, refitted on labelled windows.

    X: windows (n, 6, samples) or (n, 3, samples) at `rate_hz` - acceleration with gravity in m/s², rotation in rad/s where
    there are six rows - or a matrix (n, features), taken as vectors that `embed` made (or any others). Windows without
    a usable sample are an error: leave them out. y: any labels; they need not be those that the model knows.

    C: inverse penalty of the head. class_weight: as in `LogisticRegression`. position: where the device was worn, one of
    `models.motion.POSITIONS`. log_odds: whether the model's own answer joins its embedding. checkpoint: a folder; None is
    the shipped one.

    All of scikit-learn's `check_estimator` passes, on its matrices. `embed` once and search on the vectors: the network
    runs again for every fold otherwise. A window is taken on its own, so the rule that turns a watch by a whole
    stream's gravity does not apply: turn such windows first (`MotionClassifier.prepare`).

    Attributes after `fit`: classes_, n_features_in_ (of the vectors), scaler_, head_, samples_ (of a window; None for vectors).
    """

    def __init__(
        self,
        *,
        position: str = "unknown",
        rate_hz: float = 50.0,
        C: float = 0.1,
        class_weight: str | dict[Any, float] | None = "balanced",
        log_odds: bool = True,
        max_iter: int = 300,
        checkpoint: str | None = None,
    ) -> None:
        self.position = position
        self.rate_hz = rate_hz
        self.C = C
        self.class_weight = class_weight
        self.log_odds = log_odds
        self.max_iter = max_iter
        self.checkpoint = checkpoint

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Fit the scaler and the head. ValueError for windows of another shape, or fewer than two classes."""
        vectors, truth = validate_data(self, self._vectors(X), y, dtype=np.float64)
        check_classification_targets(truth)
        self.classes_ = np.unique(truth)
        if len(self.classes_) < 2:
            raise ValueError(
                f"MotionEstimator needs at least 2 classes to tell apart; y has 1 class: {self.classes_[0]!r}"
            )
        windows = _dimensions(X) == 3
        self.samples_ = int(np.shape(X)[2]) if windows else None
        self.scaler_ = StandardScaler().fit(vectors)
        head = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=self.max_iter)
        self.head_ = head.fit(self._scaled(vectors), truth)
        self.n_iter_ = int(np.max(self.head_.n_iter_))
        return self

    def embed(self, X: npt.ArrayLike) -> Matrix:
        """(n, features) vectors of windows: the embedding, and with `log_odds` the model's answer. A matrix is returned as it is."""
        return np.asarray(self._vectors(X), dtype=np.float64)

    def decision_function(self, X: npt.ArrayLike) -> Matrix:
        """(n, classes), or (n,) for two classes."""
        return np.asarray(self._fitted().decision_function(self._prepared(X)))

    def predict_proba(self, X: npt.ArrayLike) -> Matrix:
        """(n, classes) probabilities in the order of `classes_`."""
        return np.asarray(self._fitted().predict_proba(self._prepared(X)))

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """(n,) labels."""
        return np.asarray(self._fitted().predict(self._prepared(X)))

    def _fitted(self) -> LogisticRegression:
        check_is_fitted(self, "head_")
        return self.head_

    def _prepared(self, given: npt.ArrayLike) -> Matrix:
        if _dimensions(given) == 3 and self.samples_ is None:
            raise ValueError("MotionEstimator was fitted on vectors: give vectors, not windows")
        vectors = validate_data(self, self._vectors(given), reset=False, dtype=np.float64)
        return self._scaled(vectors)

    def _scaled(self, vectors: Matrix) -> Matrix:
        return np.clip(self.scaler_.transform(vectors), -_LARGEST_DEVIATION, _LARGEST_DEVIATION)

    def _vectors(self, given: npt.ArrayLike) -> npt.ArrayLike:
        return _embedded(np.asarray(given), self._classifier(), self) if _dimensions(given) == 3 else given

    def _classifier(self) -> MotionClassifier:
        from models.motion.predictor import MotionClassifier

        return MotionClassifier.from_pretrained(self.checkpoint, device="cpu")


def _dimensions(given: npt.ArrayLike) -> int:
    """Of an array, a table, a sparse matrix, or whatever becomes an array."""
    told = getattr(given, "ndim", None)
    return int(told) if told is not None else np.asarray(given).ndim


def _embedded(windows: npt.NDArray[Any], model: MotionClassifier, settings: MotionEstimator) -> Matrix:
    """Windows through the network, each its own stream: nothing is read from a window's neighbours."""
    from models.motion.processing_motion import Prepared
    from models.motion.taxonomy import position_of
    from recordings import Span, Stream, resample

    if windows.ndim != 3 or windows.shape[1] not in (3, AXES) or not np.issubdtype(windows.dtype, np.number):
        raise ValueError(f"expected windows (n, 6, samples) or (n, 3, samples) of numbers; found shape {windows.shape}")
    n, rows, samples = windows.shape
    if n == 0:
        raise ValueError("Found array with 0 sample(s): a minimum of 1 window is required.")
    six = np.full((n * AXES, samples), np.nan, dtype=np.float32)
    six.reshape(n, AXES, samples)[:, :rows] = windows
    names = tuple(f"row{i}" for i in range(n * AXES))
    stacked = Stream("windows", "motion", names, ("",) * len(names), settings.rate_hz, six)
    rate_hz = float(model.model.config.rate_hz)
    heard = resample(stacked, rate_hz).samples.reshape(n, AXES, -1)
    length = heard.shape[2]
    # End to end in one array; each window is cut out again on its own.
    prepared = Prepared(
        np.ascontiguousarray(heard.transpose(1, 0, 2).reshape(AXES, -1)), rate_hz, 0.0, source_hz=settings.rate_hz
    )
    spans = [Span(i * length / rate_hz, (i + 1) * length / rate_hz) for i in range(n)]
    logs, embeddings, usable = model.leaf_log_probabilities(prepared, spans, position_of(settings.position))
    if not usable.all():
        raise ValueError(f"window {int(np.argmin(usable))} is mostly gap or shorter than a second: leave it out")
    return np.concatenate([embeddings, logs], axis=1) if settings.log_odds else embeddings.astype(np.float64)
