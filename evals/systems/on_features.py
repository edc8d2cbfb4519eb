"""Library models on window features: random forest, logistic regression, nearest neighbours."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet

# Fixed before any test window was seen.
TREES = 300
NEIGHBOURS = 5
PENALTIES = (0.01, 0.1, 1.0)
ITERATIONS = 200
# Logistic regression and a penalty's choice take so many windows; the lines of the larger sets change little beyond.
MOST_WINDOWS = 6000
Floats = npt.NDArray[np.float32]


def spread(probabilities: npt.NDArray[np.floating], known: npt.NDArray[np.integer], classes: int) -> Floats:
    """(n, known classes) → (n, classes): a class without a training window has probability 0."""
    out = np.zeros((len(probabilities), classes), dtype=np.float32)
    out[:, known] = probabilities
    return out


class Forest:
    """Features + random forest."""

    name = "features + random forest"
    learns = True
    random = True

    def __init__(self) -> None:
        self._model: Any = None
        self._seed = 0

    @property
    def detail(self) -> str:
        return f"{TREES} trees, seed {self._seed}"

    def why_not(self, setting: Setting) -> str:
        return ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from sklearn.ensemble import RandomForestClassifier

        self._seed = seed
        self._model = RandomForestClassifier(TREES, class_weight="balanced_subsample", random_state=seed, n_jobs=1)
        self._model.fit(train.features, train.truth)

    def predict(self, test: WindowSet) -> Answer:
        found = self._model.predict_proba(test.features)
        return Answer.of(spread(found, self._model.classes_, len(test.classes)))


class Logistic:
    """Z-scored features + multinomial logistic regression; the penalty is chosen on the validation subjects."""

    name = "features + logistic"
    learns = True
    random = False

    def __init__(self) -> None:
        self._model: Any = None
        self._detail = ""

    @property
    def detail(self) -> str:
        return self._detail

    def why_not(self, setting: Setting) -> str:
        return ""

    def numbers(self, windows: WindowSet) -> Floats:
        return windows.features

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        rng = np.random.default_rng(seed)
        numbers = self.numbers(train)
        rows = np.sort(rng.permutation(len(train))[:MOST_WINDOWS])
        choosing, chosen_by = rows[~validating[rows]], rows[validating[rows]]
        quality: dict[float, float] = {}
        if len(chosen_by) and len(np.unique(train.truth[choosing])) > 1:
            for penalty in PENALTIES:
                trial = logistic(penalty, numbers[choosing], train.truth[choosing])
                quality[penalty] = float((trial.predict(numbers[chosen_by]) == train.truth[chosen_by]).mean())
        penalty = max(quality, key=quality.__getitem__) if quality else PENALTIES[1]
        self._model = logistic(penalty, numbers[rows], train.truth[rows])
        how = "chosen on validation subjects" if quality else "fixed"
        self._detail = f"C {penalty:g} {how}, {len(rows)} training windows, seed {seed}"

    def predict(self, test: WindowSet) -> Answer:
        found = self._model.predict_proba(self.numbers(test))
        return Answer.of(spread(found, self._model[-1].classes_, len(test.classes)))


def logistic(penalty: float, numbers: Floats, truth: npt.NDArray[np.int64]) -> Any:
    """A fitted scaler and multinomial logistic regression, classes weighing the same."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=ITERATIONS, class_weight="balanced"))
    with warnings.catch_warnings():
        # Stopped at a fixed number of iterations on purpose: an early stop is a mild penalty of its own.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(numbers, truth)


class Neighbours:
    """The five nearest training windows by z-scored features vote."""

    name = "5 nearest neighbours, features"
    learns = True
    random = False

    def __init__(self) -> None:
        self._model: Any = None

    @property
    def detail(self) -> str:
        return f"{NEIGHBOURS} neighbours, z-scored features, weighted by distance"

    def why_not(self, setting: Setting) -> str:
        return ""

    def numbers(self, windows: WindowSet) -> Floats:
        return windows.features

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        count = min(NEIGHBOURS, len(train))
        self._model = make_pipeline(StandardScaler(), KNeighborsClassifier(count, weights="distance"))
        self._model.fit(self.numbers(train), train.truth)

    def predict(self, test: WindowSet) -> Answer:
        found = self._model.predict_proba(self.numbers(test))
        return Answer.of(spread(found, self._model[-1].classes_, len(test.classes)))
