"""What library models make of the same windows: MiniRocket with a ridge classifier, features with a random forest."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

Windows = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

# Fixed before any test window was seen.
TREES = 300
KERNELS = 10_000
RIDGE_PENALTIES = (10.0, 100.0, 1000.0, 10000.0)
# Of the training windows when the penalty is chosen; the final fit takes all.
CHOOSING_WINDOWS = 4000
BANDS_HZ = (0.3, 0.8, 1.3, 1.8, 2.3, 3.0, 4.0, 5.5, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Guess:
    """predicted: (n,) class numbers. detail: what was chosen, for the result's `revision`. None: it states no probabilities."""

    name: str
    detail: str
    predicted: Labels
    seconds: float
    calibration_error: float | None = None


def window_features(windows: Windows, rate_hz: float) -> npt.NDArray[np.float32]:
    """(n, 6, samples) → (n, features): moments, quantiles, steps, band powers and correlations of axes and magnitudes."""
    magnitudes = np.stack(
        [np.linalg.norm(windows[:, :3], axis=1), np.linalg.norm(windows[:, 3:], axis=1)], axis=1, dtype=np.float32
    )
    x = np.concatenate([windows, magnitudes], axis=1)
    mean = x.mean(axis=2)
    centred = x - mean[:, :, None]
    deviation = centred.std(axis=2)
    step = np.abs(np.diff(x, axis=2)).mean(axis=2)
    quantiles = np.quantile(x, [0.05, 0.25, 0.5, 0.75, 0.95], axis=2).transpose(1, 2, 0).reshape(len(x), -1)
    power = np.abs(np.fft.rfft(centred * np.hanning(x.shape[2]), axis=2)) ** 2 / x.shape[2]
    frequency = np.fft.rfftfreq(x.shape[2], 1.0 / rate_hz)
    bands = [np.log(power[:, :, (frequency >= a) & (frequency < b)].sum(axis=2) + 1e-4) for a, b in pairwise(BANDS_HZ)]
    usable = frequency >= BANDS_HZ[0]
    strongest = frequency[usable][power[:, :, usable].argmax(axis=2)]
    pairs = [
        (centred[:, a] * centred[:, b]).mean(axis=1) / (deviation[:, a] * deviation[:, b] + 1e-3)
        for a, b in combinations(range(6), 2)
    ]
    parts = [mean, deviation, step, quantiles, *bands, strongest, np.stack(pairs, axis=1)]
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float32)


def random_forest(
    train: Windows, truth: Labels, test: Windows, rate_hz: float, seed: int, name: str = "features + random forest"
) -> Guess:
    from sklearn.ensemble import RandomForestClassifier

    started = time.perf_counter()
    forest = RandomForestClassifier(TREES, class_weight="balanced_subsample", random_state=seed, n_jobs=2)
    forest.fit(window_features(train, rate_hz), truth)
    predicted = forest.predict(window_features(test, rate_hz)).astype(np.int64)
    return Guess(name, f"{TREES} trees, seed {seed}", predicted, time.perf_counter() - started)


def minirocket(train: Windows, truth: Labels, test: Windows, validation: npt.NDArray[np.bool_], seed: int) -> Guess:
    """Dempster et al., MiniRocket, KDD 2021, through aeon; the ridge penalty is chosen on the `validation` rows of `train`.

    ImportError when aeon is not installed (the extra `timeseries`).
    """
    from aeon.transformations.collection.convolution_based import MiniRocket
    from scipy.linalg import LinAlgWarning
    from sklearn.linear_model import RidgeClassifier
    from sklearn.preprocessing import StandardScaler

    started = time.perf_counter()
    rocket = MiniRocket(n_kernels=KERNELS, random_state=seed, n_jobs=2)
    scale = StandardScaler(copy=False)
    learnt = scale.fit_transform(np.asarray(rocket.fit_transform(train), dtype=np.float32))
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(~validation))[:CHOOSING_WINDOWS]
    quality = {}
    # MiniRocket's features are close to collinear; the penalty is what makes the ridge solvable, and scipy says so each time.
    warnings.filterwarnings("ignore", message="An ill-conditioned matrix", category=LinAlgWarning)
    for penalty in RIDGE_PENALTIES if validation.any() and len(chosen) else ():
        trial = RidgeClassifier(alpha=penalty, solver="cholesky").fit(learnt[chosen], truth[chosen])
        quality[penalty] = float((trial.predict(learnt[validation]) == truth[validation]).mean())
    penalty = max(quality, key=quality.__getitem__) if quality else RIDGE_PENALTIES[2]
    ridge = RidgeClassifier(alpha=penalty, solver="cholesky", copy_X=False).fit(learnt, truth)
    del learnt
    tested = scale.transform(np.asarray(rocket.transform(test), dtype=np.float32))
    detail = f"aeon, {KERNELS} kernels, ridge penalty {penalty:g} chosen on validation subjects, seed {seed}"
    return Guess("MiniRocket + ridge", detail, ridge.predict(tested).astype(np.int64), time.perf_counter() - started)
