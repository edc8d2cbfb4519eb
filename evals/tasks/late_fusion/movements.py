"""Twenty seconds of a watch as shares over eighteen movements, always said by a model that never met the wearer."""

from __future__ import annotations

import hashlib
import itertools
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.backbone import default_cache
from models.motion import DATASET_LABELS
from recordings import ACCELERATION, ROTATION, Recording, Span, sliding
from recordings.datasets import HELD_OUT_SUBJECTS, recordings_of
from recordings.resample import resample
from tools.exemplars.features import FEATURES, window_features

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
WINDOW_S = 20.0
_PART_S, _STRIDE_S = 2.56, 1.28
_RATE_HZ = 20.0
_BANDS = 16
# Equal shares of three plain classifiers: none was picked by its score on anybody.
_MODELS = ("logistic", "network", "trees")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Movement:
    """One window. shares: (18,) over `labels`; stir_ms2: spread of |acceleration|; held_out: one of `HELD_OUT_SUBJECTS`."""

    id: str
    subject: str
    truth: str
    start_s: float
    held_out: bool
    shares: Floats
    stir_ms2: float = 0.0


@dataclass(frozen=True, slots=True)
class Movements:
    windows: tuple[Movement, ...]
    labels: tuple[str, ...]
    recipe: str


@dataclass(slots=True)
class _Raw:
    id: str
    subject: str
    truth: str
    start_s: float
    features: Floats
    stir_ms2: float


def movements(
    data_dir: Path, seed: int = 0, progress: Progress | None = None, cache_dir: Path | None = None
) -> Movements:
    """All 20 s windows of wisdm's watches, told once and kept in the user's cache. Training subjects are told out of fold
    (leave one subject out); the held-out ones by the same recipe fitted on all training subjects.
    """
    recipe = f"mean of {', '.join(_MODELS)} on statistics of {WINDOW_S:g} s, v{_VERSION}, seed {seed}"
    table = data_dir / "wisdm" / "wisdm_v2_watch_20hz.parquet"
    size = table.stat().st_size if table.is_file() else 0
    key = hashlib.sha256(f"{recipe}/{size}/{sklearn_version()}".encode()).hexdigest()[:12]
    kept = (cache_dir or default_cache().parent / "heard") / f"watch-{key}.npz"
    if kept.is_file():
        with np.load(kept, allow_pickle=False) as found:
            rows = zip(
                found["ids"],
                found["truths"],
                found["starts"],
                found["held"],
                found["shares"],
                found["stirs"],
                strict=True,
            )
            windows = tuple(
                Movement(str(i), str(i).split("/")[0], str(t), float(at), bool(h), share, float(stir))
                for i, t, at, h, share, stir in rows
            )
            return Movements(windows, tuple(str(name) for name in found["labels"]), recipe)
    told = _all_told(data_dir, recipe, seed, progress)
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}.part")
    with beside.open("wb") as out:
        np.savez_compressed(
            out,
            ids=[w.id for w in told.windows],
            truths=[w.truth for w in told.windows],
            starts=[w.start_s for w in told.windows],
            held=[w.held_out for w in told.windows],
            shares=[w.shares for w in told.windows],
            stirs=[w.stir_ms2 for w in told.windows],
            labels=told.labels,
        )
    beside.replace(kept)
    return told


def sklearn_version() -> str:
    return version("scikit-learn")


def _all_told(data_dir: Path, recipe: str, seed: int, progress: Progress | None) -> Movements:
    raw = [piece for recording in recordings_of("wisdm", data_dir) for piece in _windows(recording)]
    labels = tuple(sorted({piece.truth for piece in raw}))
    x = np.stack([piece.features for piece in raw])
    y = np.array([labels.index(piece.truth) for piece in raw])
    subject = np.array([piece.subject for piece in raw])
    held = np.array([piece.subject in HELD_OUT_SUBJECTS["wisdm"] for piece in raw])
    shares = np.zeros((len(raw), len(labels)))
    folds = [(subject == one, ~held & (subject != one)) for one in sorted(set(subject[~held]))] + [(held, ~held)]
    for i, (asked, known) in enumerate(folds):
        if progress is not None:
            progress("late_fusion: movement models", i, len(folds))
        shares[asked] = _told(x[known], y[known], x[asked], len(labels), seed)
    windows = tuple(
        Movement(p.id, p.subject, p.truth, p.start_s, bool(h), s, p.stir_ms2)
        for p, h, s in zip(raw, held, shares, strict=True)
    )
    return Movements(windows, labels, recipe)


def _windows(recording: Recording) -> list[_Raw]:
    stream = recording.of("motion")[0]
    if stream.position != "wrist" or recording.subject is None:
        return []
    truth = DATASET_LABELS["wisdm"][recording.annotations[0].label]
    found = []
    for window in sliding(recording.id, stream.span, WINDOW_S, WINDOW_S):
        features = _features(recording, window.span)
        if features is not None:
            name = f"{recording.subject}/{truth}/{window.span.start_s:g}"
            stir = float(features[FEATURES.index("std_acc_magnitude")])
            found.append(_Raw(name, recording.subject, truth, window.span.start_s, features, stir))
    return found


def _features(recording: Recording, span: Span) -> Floats | None:
    """Mean, spread and range over short parts, and the power of both magnitudes in log-spaced bands over the whole."""
    stream = recording.of("motion")[0]
    spans = [part.span for part in sliding(recording.id, span, _PART_S, _STRIDE_S)]
    parts, usable = window_features(stream, spans)
    if usable.mean() < 0.75:
        return None
    parts = np.nan_to_num(parts[usable].astype(np.float64))
    at_rate = resample(stream, _RATE_HZ)
    first = round((span.start_s - stream.start_s) * _RATE_HZ)
    cut = slice(first, first + round(WINDOW_S * _RATE_HZ))
    power = []
    for channels in (ACCELERATION, ROTATION):
        size = np.sqrt((np.nan_to_num(at_rate.select(*channels)[:, cut].astype(np.float64)) ** 2).sum(axis=0))
        spectrum = np.abs(np.fft.rfft((size - size.mean()) * np.hanning(len(size)))) ** 2
        frequency = np.fft.rfftfreq(len(size), 1 / _RATE_HZ)
        edges = np.geomspace(0.15, 10.0, _BANDS + 1)
        bands = [spectrum[(frequency >= low) & (frequency < high)].sum() for low, high in itertools.pairwise(edges)]
        power += [np.log(np.maximum(bands, 1e-3))]
    statistics = [parts.mean(axis=0), parts.std(axis=0), *np.quantile(parts, (0.1, 0.9), axis=0)]
    return np.asarray(np.concatenate([*statistics, *power]), dtype=np.float64)


def _told(x: Floats, y: npt.NDArray[np.int64], asked: Floats, classes: int, seed: int) -> Floats:
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler().fit(x)
    known, new = scale.transform(x), np.clip(scale.transform(asked), -5, 5)
    total = np.zeros((len(asked), classes))
    for model in (
        LogisticRegression(C=0.05, max_iter=400),
        MLPClassifier((64,), alpha=1.0, max_iter=150, random_state=seed),
        ExtraTreesClassifier(300, min_samples_leaf=2, random_state=seed),
    ):
        with warnings.catch_warnings():
            # A network stopped after 150 rounds is the model that was chosen: no news for whoever runs the task.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(known, y)
        part = np.zeros_like(total)
        part[:, model.classes_] = model.predict_proba(new)
        total += part / len(_MODELS)
    shares = np.maximum(total, 1e-4)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
