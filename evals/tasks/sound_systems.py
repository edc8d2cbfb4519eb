"""The systems that `telltale eval sound` sets side by side, each asked for one label a clip."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.audio import NONE_OF_THESE, SOUND_LABELS, SoundTagger, YamnetTagger
from models.audio.batches import load_sounds
from models.audio.clips import LabelledClip
from models.audio.scoring import clip_predictions, predict_clips, score_labels
from recordings import UserError

Guess = list[str]
# YAMNet's names that may speak for a clip; how many is chosen on the validation sources.
TOP_K = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class Clips:
    rows: Sequence[LabelledClip]
    sounds: Sequence[npt.NDArray[np.float32]]

    @property
    def truth(self) -> list[str]:
        return [row.label for row in self.rows]

    @property
    def sources(self) -> list[str]:
        return [row.source for row in self.rows]


@dataclass(frozen=True)
class Outcome:
    """One system's guesses on the two sets, and how sure it was of each (None: it does not say)."""

    name: str
    revision: str
    held_out: Guess
    foreign: Guess
    seconds: float
    held_out_probability: npt.NDArray[np.float32] | None = None
    foreign_probability: npt.NDArray[np.float32] | None = None
    note: str = ""


def load_clips(data_dir: Path, rows: Sequence[LabelledClip]) -> Clips:
    return Clips(rows, load_sounds(data_dir, rows))


def majority(train: Clips, test: Clips, foreign: Clips) -> Outcome:
    """Always the label that most training clips have."""
    labels, counts = np.unique(train.truth, return_counts=True)
    top = str(labels[counts.argmax()])
    return Outcome("majority", top, [top] * len(test.rows), [top] * len(foreign.rows), 0.0)


def logistic(data_dir: Path, train: Clips, validation: Clips, test: Clips, foreign: Clips) -> Outcome:
    """Logistic regression on mean and deviation of the log-mel bands, balanced over labels."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from models.audio.features import mean_log_mel

    started = time.perf_counter()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced"))
    model.fit(mean_log_mel(train.sounds), train.truth)
    held_out, other = (list(model.predict(mean_log_mel(part.sounds))) for part in (test, foreign))
    sure, other_sure = (model.predict_proba(mean_log_mel(part.sounds)).max(axis=1) for part in (test, foreign))
    seconds = time.perf_counter() - started
    return Outcome("logistic on mean log-mel", "C=0.1", held_out, other, seconds, sure, other_sure)


def yamnet(data_dir: Path, train: Clips, validation: Clips, test: Clips, foreign: Clips) -> Outcome | None:
    """YAMNet and the map of its names to our labels; None without ai-edge-litert or its file."""
    from models.audio.yamnet_labels import mapped

    try:
        model = YamnetTagger.open(data_dir / "audio" / "yamnet")
    except UserError:
        return None
    started = time.perf_counter()
    chosen = _scores(model, validation)
    quality = {k: clip_macro_f1(validation.truth, mapped(model.labels, chosen, k), validation.sources) for k in TOP_K}
    k = max(TOP_K, key=lambda top: (quality[top], -top))
    held_out, other = (mapped(model.labels, _scores(model, part), k) for part in (test, foreign))
    note = (
        f"first of the top {k} AudioSet names that means one of the labels; k chosen on validation; peeling has no name"
    )
    return Outcome("yamnet, mapped", model.revision, held_out, other, time.perf_counter() - started, note=note)


def _scores(model: YamnetTagger, clips: Clips) -> npt.NDArray[np.float32]:
    return np.stack([prediction.probabilities.mean(axis=0) for prediction in clip_predictions(model, clips.sounds)])


def tagger(checkpoint: Path | None, test: Clips, foreign: Clips) -> Outcome:
    """The shipped weights, or those in `checkpoint`."""
    model = SoundTagger.from_pretrained(checkpoint, device="cpu")
    started = time.perf_counter()
    probabilities = predict_clips(model, test.sounds)
    others = predict_clips(model, foreign.sounds)
    held_out, other = ([model.labels[i] for i in part.argmax(axis=1)] for part in (probabilities, others))
    seconds = time.perf_counter() - started
    return Outcome(model.name, model.revision, held_out, other, seconds, probabilities.max(axis=1), others.max(axis=1))


def clip_macro_f1(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in the truth."""
    scores = score_labels(SOUND_LABELS, truth, guess, sources)
    return float(np.mean([score.f1 for score in scores.values()]))


def mean_recall(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> float:
    """Mean recall over the labels that occur in the truth, `none_of_these` left out."""
    scores = score_labels([label for label in SOUND_LABELS if label != NONE_OF_THESE], truth, guess, sources)
    return float(np.mean([score.recall for score in scores.values()])) if scores else 0.0


def alarm_share(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> float:
    """Share of clips, none of which has one of our labels, that get one."""
    return float(np.mean([g != NONE_OF_THESE for g in guess])) if guess else 0.0
