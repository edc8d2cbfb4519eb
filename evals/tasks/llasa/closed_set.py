"""Who names the activity of a window: systems that learn from the other people's windows, and those that are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.systems.features import window_features
from evals.tasks.llasa.windows import numbers_of, stacked
from models.limubert import RATE_HZ, LabelledWindow
from models.limubert.windows import SCALE_MS2

Said = list[str | None]
"""A label a window, None where the answer was unclear."""
Floats = npt.NDArray[np.float32]
SEED = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """labels: one a window. texts: what was written, where something was. revision: of what answered."""

    labels: Said
    revision: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a system learns from and is asked: windows of other people, those who choose, those asked, and the classes."""

    train: Sequence[LabelledWindow]
    validation: Sequence[LabelledWindow]
    test: Sequence[LabelledWindow]
    classes: tuple[str, ...]


def features(windows: Sequence[LabelledWindow]) -> Floats:
    """The features of the window tasks, of these windows in SI units."""
    values = stacked(windows).transpose(0, 2, 1).copy()
    values[:, :3] *= SCALE_MS2
    return window_features(values, RATE_HZ)


def majority(given: Fitted) -> Answered:
    counts = np.bincount(numbers_of([*given.train, *given.validation], given.classes), minlength=len(given.classes))
    return Answered(
        [given.classes[int(counts.argmax())]] * len(given.test), "most frequent label of the training people"
    )


def forest(given: Fitted) -> Answered:
    from sklearn.ensemble import RandomForestClassifier

    learnt = [*given.train, *given.validation]
    model = RandomForestClassifier(300, class_weight="balanced_subsample", random_state=SEED, n_jobs=1)
    model.fit(features(learnt), [w.label for w in learnt])
    return Answered([str(label) for label in model.predict(features(given.test))], "300 trees, seed 0")


def limubert_probe(given: Fitted) -> Answered:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from models.limubert.classifier import FrozenEncoder

    encoder, learnt = FrozenEncoder.from_pretrained(), [*given.train, *given.validation]
    reader = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=400))
    reader.fit(encoder.pooled(stacked(learnt)), [w.label for w in learnt])
    said = reader.predict(encoder.pooled(stacked(given.test)))
    return Answered([str(label) for label in said], f"{encoder.revision}, logistic regression on 144 numbers")


def limubert_recurrent(given: Fitted) -> Answered:
    from models.limubert.classifier import FrozenEncoder

    encoder, learnt = FrozenEncoder.from_pretrained(), [*given.train, *given.validation]
    validating = np.array([False] * len(given.train) + [True] * len(given.validation))
    reader, epoch = encoder.recurrent(
        stacked(learnt), numbers_of(learnt, given.classes).tolist(), validating, len(given.classes), seed=SEED
    )
    said = encoder.read(reader, stacked(given.test))
    return Answered(
        [given.classes[i] for i in said.tolist()], f"{encoder.revision}, GRU, epoch {epoch} of the validation people"
    )


LEARNERS: dict[str, tuple[str, Callable[[Fitted], Answered]]] = {
    "majority": ("majority", majority),
    "forest": ("features + random forest", forest),
    "limubert_probe": ("LIMU-BERT + linear probe", limubert_probe),
    "limubert_gru": ("LIMU-BERT + GRU", limubert_recurrent),
}
