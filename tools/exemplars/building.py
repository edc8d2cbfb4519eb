"""Building the store from public sets: training subjects only, a few windows of every activity, place and person."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recordings import Recording, Span, Stream
from recordings.datasets import dataset, is_held_out
from tools.exemplars.exemplar import Exemplar, ExemplarSet
from tools.exemplars.features import FEATURES
from tools.exemplars.vectors import EMBEDDING_WEIGHT, STATISTICS_WEIGHT, Scaling, raw_vectors
from tools.perception import Floats, MotionModel

MOTION_SETS: tuple[str, ...] = ("usc_had", "hapt", "motionsense", "wisdm")
WINDOW_S = 2.56
# Per activity, position and data set; 66 of those make about 2,000 exemplars.
PER_CLASS = 32
# Recorded labels begin and end with a hand on the device.
MARGIN_S = 1.0

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: str
    stream: str
    label: str
    subject: str
    position: str
    span: Span


def build_exemplars(
    data_dir: Path,
    motion: MotionModel,
    *,
    datasets: Sequence[str] = MOTION_SETS,
    per_class: int = PER_CLASS,
    exclude_subjects: frozenset[tuple[str, str]] = frozenset(),
    embedding_weight: float = EMBEDDING_WEIGHT,
    statistics_weight: float = STATISTICS_WEIGHT,
    progress: Progress | None = None,
) -> ExemplarSet:
    """Exemplars of the training subjects: at most `per_class` windows of 2.56 s for each activity, position and set, spread
    evenly over subjects and over each subject's recordings.

    Held-out subjects are never read. exclude_subjects: further (data set, subject) pairs to leave out, such as validation
    subjects. progress: called with a line and the share done. Labels are the motion vocabulary's. UserError when a set is
    not in `data_dir`. The same data and checkpoint give the same set.
    """
    chosen: list[tuple[Exemplar, Floats, Floats]] = []
    for number, name in enumerate(datasets):
        if progress is not None:
            progress(f"exemplars of {name}", number / len(datasets))
        chosen += _of_set(name, data_dir, motion, per_class, exclude_subjects)
    if progress is not None:
        progress("exemplars", 1.0)
    chosen.sort(key=lambda item: item[0].id)
    embeddings = np.stack([e for _, e, _ in chosen])
    features = np.stack([f for _, _, f in chosen])
    scaling = Scaling.fit(motion.revision, embeddings, features, embedding_weight, statistics_weight)
    return ExemplarSet(tuple(x for x, _, _ in chosen), scaling.vectors(embeddings, features), scaling)


def _of_set(
    name: str, data_dir: Path, motion: MotionModel, per_class: int, exclude: frozenset[tuple[str, str]]
) -> list[tuple[Exemplar, Floats, Floats]]:
    candidates: dict[tuple[str, str], dict[str, list[_Candidate]]] = defaultdict(lambda: defaultdict(list))
    chosen_set = dataset(name)
    for key in chosen_set.keys(data_dir):
        subject = chosen_set.subject_of(key, data_dir)
        if is_held_out(name, subject) or (name, subject) in exclude:
            continue
        for candidate in _candidates(name, key, subject, chosen_set.open(key, data_dir)):
            candidates[candidate.label, candidate.position][subject].append(candidate)
    wanted: dict[str, list[_Candidate]] = defaultdict(list)
    for by_subject in candidates.values():
        for candidate in _spread(by_subject, per_class):
            wanted[candidate.key].append(candidate)
    found = []
    for key in sorted(wanted):
        recording = chosen_set.open(key, data_dir)
        for stream in recording.of("motion"):
            mine = [c for c in wanted[key] if c.stream == stream.name]
            if mine:
                found += _vectors(name, recording, stream, mine, motion)
    return found


def _candidates(name: str, key: str, subject: str, recording: Recording) -> list[_Candidate]:
    from models.motion.taxonomy import DATASET_LABELS, position_of

    found = []
    for stream in recording.of("motion"):
        for note in recording.annotations:
            label = DATASET_LABELS[name].get(note.label)
            if label is None:
                continue
            for start in _starts(note.start_s, min(note.end_s, stream.end_s)):
                span = Span(round(start, 3), round(start + WINDOW_S, 3))
                found.append(_Candidate(key, stream.name, label, subject, position_of(stream.position), span))
    return found


def _starts(start_s: float, end_s: float) -> list[float]:
    """Windows that do not overlap, inside the margins; a short transition gives the one around its middle."""
    room = end_s - start_s
    if room < WINDOW_S:
        return []
    if room < WINDOW_S + 2 * MARGIN_S:
        return [start_s + (room - WINDOW_S) / 2]
    count = math.floor((room - 2 * MARGIN_S) / WINDOW_S + 1e-9)
    return [start_s + MARGIN_S + i * WINDOW_S for i in range(count)]


def _spread(by_subject: dict[str, list[_Candidate]], limit: int) -> list[_Candidate]:
    """At most `limit`: as equal a share for every subject as their windows allow, evenly over each one's windows."""
    subjects = sorted(by_subject, key=lambda s: (len(by_subject[s]), s))
    found: list[_Candidate] = []
    for number, subject in enumerate(subjects):
        share = (limit - len(found)) / (len(subjects) - number)
        own = by_subject[subject]
        # With more subjects than places some have none: those whose turn falls between two whole numbers.
        take = min(len(own), math.floor(share) if share >= 1 else math.ceil(share))
        take = min(take, limit - len(found))
        found += [own[(2 * i + 1) * len(own) // (2 * take)] for i in range(take)]
    return found


def _vectors(
    name: str, recording: Recording, stream: Stream, chosen: list[_Candidate], motion: MotionModel
) -> list[tuple[Exemplar, Floats, Floats]]:
    embeddings, features, usable = raw_vectors(motion, stream, [c.span for c in chosen])
    return [
        (
            Exemplar(
                label=c.label,
                subject=c.subject,
                dataset=name,
                recording_id=recording.id,
                position=c.position,
                start_s=c.span.start_s,
                end_s=c.span.end_s,
                summary=summary_of(c.label, c.position, features[i]),
            ),
            embeddings[i],
            features[i],
        )
        for i, c in enumerate(chosen)
        if usable[i]
    ]


def summary_of(label: str, position: str, features: Floats) -> str:
    """One line of evidence: `walking, hip: |acc| 5.1 to 17.2 m/s², standard deviation 2.4 m/s²`."""
    value = dict(zip(FEATURES, features.tolist(), strict=True))
    return (
        f"{label.replace('_', ' ')}, {position}: |acc| {value['min_acc_magnitude']:.1f} to "
        f"{value['max_acc_magnitude']:.1f} m/s², standard deviation {value['std_acc_magnitude']:.2f} m/s²"
    )
