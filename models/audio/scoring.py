"""A tagger over whole clips, and the figures that stand in its card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.audio.labels import NONE_OF_THESE
from models.audio.prediction import RATE_HZ, Floats, SoundModel, SoundPrediction
from recordings import Span, Stream

PIECE_S = 5.0


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label on held-out clips. support: its clips; sources: the recordings these were cut from."""

    precision: float
    recall: float
    f1: float
    support: int
    sources: int


def as_stream(sound: Floats) -> Stream:
    return Stream("sound", "audio", ("sound",), ("full scale",), float(RATE_HZ), sound[None])


def clip_predictions(
    model: SoundModel, sounds: Sequence[Floats], piece_s: float = PIECE_S
) -> Iterator[SoundPrediction]:
    """Of each clip, the prediction of its pieces: as many equal ones as come nearest to `piece_s`."""
    for sound in sounds:
        length_s = sound.size / RATE_HZ
        edges = np.linspace(0.0, length_s, max(1, round(length_s / piece_s)) + 1)
        yield model.predict(as_stream(sound), [Span(float(a), float(b)) for a, b in pairwise(edges)])


def predict_clips(model: SoundModel, sounds: Sequence[Floats], piece_s: float = PIECE_S) -> npt.NDArray[np.float32]:
    """(n, L) probabilities of whole clips: the log-probabilities of their pieces averaged and renormalised."""
    return np.stack([pooled(prediction) for prediction in clip_predictions(model, sounds, piece_s)])


def pooled(prediction: SoundPrediction) -> npt.NDArray[np.float32]:
    """(L,) mean log-probability of the rows, renormalised."""
    logs = np.log(np.maximum(prediction.probabilities.astype(np.float64), 1e-6)).mean(axis=0)
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def fit_temperature(probabilities: npt.NDArray[np.float32], truth: Sequence[int]) -> float:
    """The softmax temperature that minimises the negative log-likelihood of `truth`, given probabilities at temperature 1."""
    from scipy.optimize import minimize_scalar

    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-9))
    index = np.arange(len(truth))

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        top = scaled.max(axis=1, keepdims=True)
        return float(np.mean(top[:, 0] + np.log(np.exp(scaled - top).sum(axis=1)) - scaled[index, list(truth)]))

    return round(float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x), 4)


def calibration_error(probabilities: npt.NDArray[np.float32], truth: Sequence[int], bins: int = 10) -> float:
    """Expected calibration error of the top label over equal-width bins (Guo et al. 2017, equation 3)."""
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(truth)
    place = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [abs(right[place == b].mean() - top[place == b].mean()) * (place == b).mean() for b in np.unique(place)]
    return float(sum(gaps))


def score_labels(
    labels: Sequence[str], truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]
) -> dict[str, LabelScore]:
    """Precision, recall and F1 of every label that occurs in `truth`."""
    t, g = np.asarray(truth), np.asarray(guess)
    scores = {}
    for label in labels:
        is_true, is_guess = t == label, g == label
        if not is_true.any():
            continue
        hits = float((is_true & is_guess).sum())
        precision = hits / is_guess.sum() if is_guess.any() else 0.0
        recall = hits / is_true.sum()
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        where = {source for source, here in zip(sources, is_true, strict=True) if here}
        scores[label] = LabelScore(float(precision), float(recall), float(f1), int(is_true.sum()), len(where))
    return scores


def macro_f1(scores: dict[str, LabelScore]) -> float:
    """Mean F1 over the labels that occur in the truth, `none_of_these` among them."""
    return float(np.mean([score.f1 for score in scores.values()])) if scores else 0.0


def false_alarms(guess: Sequence[str]) -> float:
    """Share of guesses that are not `none_of_these`."""
    return float(np.mean([label != NONE_OF_THESE for label in guess])) if guess else 0.0
