"""Classes by their words: seen ones, ones held out by name, and those of a set never seen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.runs import Run, Sample
from evals.systems.by_words import SentenceCosine
from evals.systems.sensor_words import reader_of, vectors_of
from evals.systems.telltale_motion import TelltaleMotion
from evals.systems.windows import WindowSet
from evals.tasks.sensorlm.checkpoints import Checkpoint
from models.motion.taxonomy import DATASET_LABELS

Floats = npt.NDArray[np.floating]
MINILM, MOTION = "MiniLM on evidence sentences", "telltale motion (supervised)"
# Every fifth activity of the taxonomy in the order of the alphabet, from the third: fixed before anything was trained.
UNSEEN = ("clapping", "eating_sandwich", "jumping", "standing", "walking_right")


@dataclass(frozen=True)
class Asked:
    """One part: windows and the labels that they are asked with. only: rows that are scored, None for all."""

    part: str
    windows: WindowSet
    labels: tuple[str, ...]
    aligned: bool = False


def taxonomy_labels(dataset: str, classes: Sequence[str]) -> tuple[str, ...]:
    """A protocol's classes in the taxonomy's words."""
    return tuple(DATASET_LABELS[dataset].get(c, c) for c in classes)


def collect_named(run: Run, checkpoint: Checkpoint, asked: Asked) -> None:
    """SensorLM's log-odds of every label for every window of the part."""
    if run.finished(checkpoint.name, asked.part) or not len(asked.windows):
        return
    began = time.perf_counter()
    reader = reader_of(checkpoint.path)
    vectors, usable = vectors_of(reader, asked.windows, aligned=asked.aligned)
    odds = reader.log_odds(vectors, reader.labels(asked.labels))
    spent = time.perf_counter() - began
    run.add_all(_samples(checkpoint.name, asked, odds, usable))
    run.finish(
        checkpoint.name, asked.part, revision=reader.revision, seconds=round(spent, 2), seed=0, labels=list(asked.labels),
        windows_per_s=round(len(asked.windows) / max(1e-6, spent), 1),
    )  # fmt: skip


def collect_baselines(run: Run, asked: Asked, *, motion: bool) -> None:
    """Words against words, and, where it knows the set, the supervised classifier: an upper mark, not a rival by words."""
    systems = [(MINILM, SentenceCosine())] + ([(MOTION, TelltaleMotion())] if motion else [])
    for name, system in systems:
        if run.finished(name, asked.part) or not len(asked.windows):
            continue
        began = time.perf_counter()
        shares = system.predict(asked.windows).probabilities
        if shares is None:
            continue
        scores = np.log(np.maximum(shares.astype(np.float64), 1e-9))
        run.add_all(_samples(name, asked, scores, np.ones(len(asked.windows), dtype=np.bool_)))
        run.finish(
            name, asked.part, revision=system.detail, seconds=round(time.perf_counter() - began, 2), seed=0, labels=list(asked.labels)
        )  # fmt: skip


def _samples(system: str, asked: Asked, odds: Floats, usable: npt.NDArray[np.bool_]) -> Iterator[Sample]:
    windows = asked.windows
    for row, identity in enumerate(windows.ids):
        said = int(odds[row].argmax())
        yield Sample(
            id=identity,
            system=system,
            part=asked.part,
            subject=str(windows.subjects[row]),
            truth=asked.labels[int(windows.truth[row])],
            prediction=asked.labels[said] if usable[row] else None,
            score=round(float(odds[row, said]), 4),
            status="ok" if usable[row] else "invalid",
            detail={"odds": [round(float(v), 4) for v in odds[row]]},
        )
