"""Episodes with known activities to fit the fusion on: training subjects only, every prediction made without their own subject."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agents.fusion.records import Distribution, FusionInput, Reading
from models.motion import DATASET_LABELS
from recordings import Recording, Span, Stream, sliding
from recordings.datasets import HELD_OUT_SUBJECTS, recordings_of
from tools.exemplars.features import window_features

Floats = npt.NDArray[np.float64]
PIECE_S = 20.0
_LEAST_S = 2.56
_WINDOW_S, _STRIDE_S = 2.56, 1.28
_MOST_PIECES = 4
_NEIGHBOURS = 5
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """An episode, its true activity, and its group (the subject: never on both sides of a split)."""

    given: FusionInput
    truth: str
    group: str


@dataclass(slots=True)
class _Piece:
    subject: str
    dataset: str
    position: str
    truth: str
    features: Floats


def fold_of(group: str) -> int:
    """A fixed fold for a group, from a digest of its name."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def motion_development(data_dir: Path, seed: int = 0) -> list[Labelled]:
    """Stretches of at most 20 s from the training subjects of the four motion sets, as the graph would put them to the fusion.

    The shipped classifier has learnt from these very subjects, so its word on them would flatter it. In its place stands a
    small network on window statistics, trained without the subject's fold; neighbours come from the other folds too.
    """
    by_position: dict[str, list[_Piece]] = defaultdict(list)
    for name in HELD_OUT_SUBJECTS:
        for piece in _pieces(name, data_dir):
            by_position[piece.position].append(piece)
    return [item for position in sorted(by_position) for item in _predicted(position, by_position[position], seed)]


def _pieces(name: str, data_dir: Path) -> Iterator[_Piece]:
    """At most four pieces for each subject, activity and position."""
    taken: Counter[tuple[str, str, str]] = Counter()
    for recording in recordings_of(name, data_dir):
        if recording.subject is None or recording.subject in HELD_OUT_SUBJECTS[name]:
            continue
        stream = recording.of("motion")[0]
        position = stream.position or "unknown"
        for span, truth in _stretches(recording, name):
            key = (recording.subject, position, truth)
            if taken[key] >= _MOST_PIECES:
                continue
            features = _features(recording, stream, span)
            if len(features):
                taken[key] += 1
                yield _Piece(f"{name}:{recording.subject}", name, position, truth, features)


def _stretches(recording: Recording, name: str) -> Iterator[tuple[Span, str]]:
    for note in recording.annotations:
        truth = DATASET_LABELS[name].get(note.label)
        # A pocket's `stairs` would stand beside up and down of another set at the same position: it is left out there.
        if truth is None or (truth == "stairs" and recording.of("motion")[0].position == "pocket"):
            continue
        start = note.start_s
        while note.end_s - start >= _LEAST_S:
            yield Span(start, min(note.end_s, start + PIECE_S)), truth
            start += PIECE_S


def _features(recording: Recording, stream: Stream, span: Span) -> Floats:
    spans = [window.span for window in sliding(recording.id, span, _WINDOW_S, _STRIDE_S)]
    features, usable = window_features(_cut(stream, span), spans)
    return np.nan_to_num(features[usable].astype(np.float64))


def _cut(stream: Stream, span: Span) -> Stream:
    """The stream around a span: resampling the whole recording for each piece would take hours."""
    from dataclasses import replace

    first, last = stream.index_at(span.start_s - 1.0), stream.index_at(span.end_s + 1.0)
    return replace(
        stream, samples=stream.samples[:, first:last], start_s=stream.start_s + first / stream.rate_hz, gaps=()
    )


def _predicted(position: str, pieces: list[_Piece], seed: int) -> Iterator[Labelled]:
    """Out-of-fold distributions and neighbours of every piece."""
    from sklearn.neighbors import NearestNeighbors
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    labels = tuple(sorted({piece.truth for piece in pieces}))
    owner = np.concatenate([np.full(len(piece.features), i) for i, piece in enumerate(pieces)])
    x = np.concatenate([piece.features for piece in pieces])
    y = np.array([labels.index(pieces[i].truth) for i in owner])
    fold = np.array([fold_of(pieces[i].subject) for i in owner])
    for held in range(FOLDS):
        train, test = fold != held, fold == held
        if not test.any():
            continue
        scale = StandardScaler().fit(x[train])
        known, asked = scale.transform(x[train]), scale.transform(x[test])
        model = MLPClassifier((64,), alpha=1e-2, max_iter=200, early_stopping=True, random_state=seed).fit(
            known, y[train]
        )
        told = np.full((int(test.sum()), len(labels)), 1e-6)
        told[:, model.classes_] = np.maximum(model.predict_proba(asked), 1e-6)
        distance, index = NearestNeighbors(n_neighbors=_NEIGHBOURS).fit(known).kneighbors(asked)
        votes = _votes(distance, y[train][index], np.bincount(y[train], minlength=len(labels)))
        rows = owner[test]
        for i in np.unique(rows):
            mine = rows == i
            log_mean = np.log(told[mine]).mean(axis=0)
            pooled = np.exp(log_mean - log_mean.max())
            share = votes[mine].mean(axis=0)
            given = FusionInput(
                motion=(Reading(position, _distribution(labels, pooled / pooled.sum()), position),),
                neighbours=Distribution.of({n: float(s) for n, s in zip(labels, share, strict=True) if s > 0}),
            )
            yield Labelled(given, pieces[int(i)].truth, pieces[int(i)].subject)


def _votes(distance: Floats, label: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> Floats:
    """(n, labels) votes as the exemplar store weighs them: nearer counts more, a common label less."""
    weights = 1.0 / ((distance + 1e-3) * np.sqrt(np.maximum(counts[label], 1)))
    votes = np.zeros((len(distance), len(counts)))
    np.add.at(votes, (np.arange(len(distance))[:, None], label), weights)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def _distribution(labels: tuple[str, ...], p: Floats) -> Distribution:
    return Distribution(labels, tuple(float(value) for value in p))
