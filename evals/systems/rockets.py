"""Random convolution kernels with a ridge classifier, through aeon."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet

# Fixed before any test window was seen.
KERNELS = 10_000
RIDGE_PENALTIES = (10.0, 100.0, 1000.0, 10000.0)
# Of the training windows when the penalty is chosen; the final fit takes all.
CHOOSING_WINDOWS = 4000
# MultiRocket and Hydra make some 60,000 numbers a window: so many windows fit into a few gigabytes.
HYDRA_WINDOWS = 4000
HYDRA_PENALTIES = (100.0, 1000.0, 10000.0, 100000.0)
NO_AEON = "aeon is not installed (the extra `timeseries`)"
NOT_QUICK = "left out of the quick form: minutes of kernels a fold"
Floats = npt.NDArray[np.float32]


def _chosen_ridge(
    numbers: Floats, truth: npt.NDArray[np.int64], validating: Mask, penalties: tuple[float, ...], seed: int
) -> tuple[Any, float, bool]:
    """A ridge classifier of all rows, its penalty, and whether validation rows chose it."""
    from scipy.linalg import LinAlgWarning
    from sklearn.linear_model import RidgeClassifier

    choosing = np.random.default_rng(seed).permutation(np.flatnonzero(~validating))[:CHOOSING_WINDOWS]
    quality: dict[float, float] = {}
    with warnings.catch_warnings():
        # The kernels' outputs are close to collinear; the penalty is what makes the ridge solvable, and scipy says so each time.
        warnings.filterwarnings("ignore", category=LinAlgWarning)
        if validating.any() and len(np.unique(truth[choosing])) > 1:
            for penalty in penalties:
                trial = RidgeClassifier(alpha=penalty, solver="cholesky").fit(numbers[choosing], truth[choosing])
                quality[penalty] = float((trial.predict(numbers[validating]) == truth[validating]).mean())
        best = max(quality, key=quality.__getitem__) if quality else penalties[2]
        return RidgeClassifier(alpha=best, solver="cholesky").fit(numbers, truth), best, bool(quality)


class MiniRocketRidge:
    """Dempster et al., MiniRocket, KDD 2021; the ridge penalty is chosen on the validation subjects."""

    name = "MiniRocket + ridge"
    learns = True
    random = True

    def __init__(self) -> None:
        self._kernels: Any = None
        self._scale: Any = None
        self._ridge: Any = None
        self._detail = ""

    @property
    def detail(self) -> str:
        return self._detail

    def why_not(self, setting: Setting) -> str:
        if importlib.util.find_spec("aeon") is None:
            return NO_AEON
        return NOT_QUICK if setting.quick and setting.spec != "fixed" else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from aeon.transformations.collection.convolution_based import MiniRocket
        from sklearn.preprocessing import StandardScaler

        self._kernels = MiniRocket(n_kernels=KERNELS, random_state=seed, n_jobs=1)
        self._scale = StandardScaler(copy=False)
        learnt = self._scale.fit_transform(np.asarray(self._kernels.fit_transform(train.values), dtype=np.float32))
        self._ridge, penalty, chosen = _chosen_ridge(learnt, train.truth, validating, RIDGE_PENALTIES, seed)
        how = "chosen on validation subjects" if chosen else "fixed"
        self._detail = f"aeon, {KERNELS} kernels, ridge penalty {penalty:g} {how}, seed {seed}"

    def predict(self, test: WindowSet) -> Answer:
        numbers = self._scale.transform(np.asarray(self._kernels.transform(test.values), dtype=np.float32))
        return Answer(self._ridge.predict(numbers).astype(np.int64))


class _SparseScale:
    """Hydra's counts: square roots, z-scored where they are not zero (Dempster et al. 2023, section 3.3)."""

    def fit_transform(self, counts: Floats) -> Floats:
        roots = np.sqrt(np.maximum(counts, 0.0))
        self._mean = roots.mean(axis=0)
        self._deviation = roots.std(axis=0) + (roots == 0).mean(axis=0) ** 4 + 1e-8
        return self.transform(counts)

    def transform(self, counts: Floats) -> Floats:
        roots = np.sqrt(np.maximum(counts, 0.0))
        return np.asarray((roots - self._mean) * (roots != 0) / self._deviation, dtype=np.float32)


class MultiRocketHydra:
    """Dempster et al., Hydra, DMKD 2023, with MultiRocket (Tan et al., DMKD 2022), as aeon joins them."""

    name = "MultiRocketHydra"
    learns = True
    random = True

    def __init__(self) -> None:
        self._transforms: list[tuple[Any, Any]] = []
        self._ridge: Any = None
        self._detail = ""

    @property
    def detail(self) -> str:
        return self._detail

    def why_not(self, setting: Setting) -> str:
        if importlib.util.find_spec("aeon") is None:
            return NO_AEON
        return NOT_QUICK if setting.quick else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from aeon.transformations.collection.convolution_based import HydraTransformer, MultiRocket
        from sklearn.preprocessing import StandardScaler

        rows = np.sort(np.random.default_rng(seed).permutation(len(train))[:HYDRA_WINDOWS])
        self._transforms = [
            (HydraTransformer(random_state=seed, n_jobs=1, output_type="numpy"), _SparseScale()),
            (MultiRocket(random_state=seed, n_jobs=1), StandardScaler(copy=False)),
        ]
        numbers = self._numbers(train.values[rows], fit=True)
        held = validating[rows]
        self._ridge, penalty, chosen = _chosen_ridge(numbers, train.truth[rows], held, HYDRA_PENALTIES, seed)
        how = "chosen on validation subjects" if chosen else "fixed"
        self._detail = (
            f"aeon, 64 groups and 6,250 kernels, {len(rows)} of {len(train)} training windows, ridge penalty {penalty:g} "
            f"{how}, seed {seed}"
        )

    def _numbers(self, values: Floats, fit: bool) -> Floats:
        parts = []
        for kernels, scale in self._transforms:
            raw = np.asarray(kernels.fit_transform(values) if fit else kernels.transform(values), dtype=np.float32)
            parts.append(np.asarray(scale.fit_transform(raw) if fit else scale.transform(raw), dtype=np.float32))
        return np.concatenate(parts, axis=1)

    def predict(self, test: WindowSet) -> Answer:
        found = [
            self._ridge.predict(self._numbers(test.values[i : i + HYDRA_WINDOWS], fit=False))
            for i in range(0, len(test), HYDRA_WINDOWS)
        ]
        return Answer(np.concatenate(found).astype(np.int64))
