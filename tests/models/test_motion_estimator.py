"""The scikit-learn wrapper: scikit-learn's own checks, and real windows in its model selection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from models.motion.estimator import MotionEstimator
from models.motion.predictor import DUMMY
from models.motion.training.corpus import Corpus, training_stream
from models.motion.training.validation import windows_of
from recordings.datasets import dataset

Windows = tuple[npt.NDArray[np.float32], npt.NDArray[np.str_], npt.NDArray[np.str_]]


def made_up(n: int = 24, samples: int = 100) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.str_]]:
    """Half still, half swinging."""
    rng = np.random.default_rng(0)
    windows = rng.normal(0, 0.05, (n, 6, samples)).astype(np.float32)
    windows[:, 0] += 9.8
    windows[n // 2 :, :3] += 4 * np.sin(np.arange(samples) / 4.0)
    return windows, np.array(["still"] * (n // 2) + ["swinging"] * (n - n // 2))


def test_scikit_learn_accepts_it() -> None:
    check_estimator(MotionEstimator(checkpoint=str(DUMMY)))


def test_windows_in_labels_out() -> None:
    windows, truth = made_up()
    model = MotionEstimator(checkpoint=str(DUMMY), position="wrist").fit(windows, truth)
    assert model.score(windows, truth) == 1.0
    probabilities = model.predict_proba(windows)
    assert probabilities.shape == (24, 2) and np.allclose(probabilities.sum(axis=1), 1.0)
    assert list(model.classes_) == ["still", "swinging"]
    again = clone(model).fit(windows, truth).predict_proba(windows)
    assert np.array_equal(probabilities, again)
    assert np.allclose(model.predict_proba(model.embed(windows)), probabilities)


def test_a_missing_gyroscope_another_rate_and_a_long_window_are_fine() -> None:
    windows, truth = made_up(samples=400)
    model = MotionEstimator(checkpoint=str(DUMMY), rate_hz=20.0).fit(windows[:, :3], truth)
    assert model.embed(windows[:, :3]).shape[0] == len(truth)
    windows[0, 3:] = np.nan
    assert np.isfinite(model.embed(windows)).all()


def test_what_cannot_be_embedded_is_said() -> None:
    windows, truth = made_up()
    model = MotionEstimator(checkpoint=str(DUMMY)).fit(MotionEstimator(checkpoint=str(DUMMY)).embed(windows), truth)
    with pytest.raises(ValueError, match="give vectors, not windows"):
        model.predict(windows)
    with pytest.raises(ValueError, match=r"\(n, 6, samples\)"):
        MotionEstimator(checkpoint=str(DUMMY)).fit(windows[:, :4], truth)
    windows[3, :, :80] = np.nan
    with pytest.raises(ValueError, match="window 3 is mostly gap"):
        MotionEstimator(checkpoint=str(DUMMY)).fit(windows, truth)


@pytest.fixture(scope="module")
def real(data_dir: Path) -> Windows:
    """Every fourth window of three training people of a waist phone."""
    chosen = dataset("hapt")
    keys = [key for key in chosen.keys(data_dir) if chosen.subject_of(key, data_dir) in {"1", "5", "6"}]
    streams = tuple(training_stream(chosen.open(key, data_dir), 50.0) for key in keys)
    windows, truth, subjects = windows_of(Corpus(streams, np.zeros((5, 256), dtype=np.float32)), 50.0)["hapt"]
    return windows[::4], truth[::4].astype(str), subjects[::4]


@pytest.mark.data
def test_cross_validation_and_grid_search_by_person(real: Windows) -> None:
    windows, truth, subjects = real
    model = MotionEstimator(position="waist")
    scores = cross_val_score(model, windows, truth, groups=subjects, cv=GroupKFold(3), scoring="f1_macro")
    assert (
        scores.shape == (3,) and scores.min() > 0.8
    )  # the network has seen these people: only the head is new to them
    # Embedded once, then the search is over the head alone.
    vectors = model.embed(windows)
    search = GridSearchCV(MotionEstimator(), {"C": [0.001, 0.1], "class_weight": [None, "balanced"]}, cv=GroupKFold(3))
    search.fit(vectors, truth, groups=subjects)
    assert search.best_score_ > 0.8 and set(search.best_params_) == {"C", "class_weight"}
    pipeline = make_pipeline(FunctionTransformer(lambda x: x), MotionEstimator(position="waist"))
    assert pipeline.fit(windows[::2], truth[::2]).score(windows[1::2], truth[1::2]) > 0.8
