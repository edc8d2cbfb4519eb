"""Captions that a decoder writes, level by level: overlap with the window's own, and what of them the samples bear out.

Beside it the exact caption in another wording, the caption of the nearest training window, and that of another window: what a
text of this kind scores that knows everything, somebody alike, and nothing of the window.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from evals.runs import JsonValue, Run, Sample
from evals.systems.sensor_words import reader_of, vectors_of
from evals.systems.windows import WindowSet
from evals.tasks.sensorlm.checkpoints import Checkpoint
from evals.tasks.sensorlm.finding import captions_of, prepared_values
from evals.tasks.sensorlm.naming import taxonomy_labels
from evals.text_scores.overlap import overlap
from models.motion.protocols import PROTOCOLS
from models.motion.taxonomy import position_of
from models.sensorlm.captions import LEVELS, read_activity, window_data
from models.sensorlm.reader import SensorReader
from models.sensorlm.training.pairs import is_true
from models.sensorlm.writing import counts, written_caption

EXACT, NEAREST, OTHER = (
    "exact caption in another wording",
    "nearest training window's caption",
    "another window's caption",
)
BORNE_OUT = "what the samples bear out of it"
WORDINGS = 8
BATCH = 64
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Described:
    """Held-out windows with the values that their captions are written of, and training windows with theirs.

    windows.values, training.values: (n, 6, samples) of the model's own cut.
    """

    name: str
    windows: WindowSet
    training: WindowSet
    seed: int


def written_parts(name: str) -> dict[str, str]:
    return {level: f"written/{name}/{level}" for level in LEVELS}


def described(checkpoint: Checkpoint, name: str, windows: WindowSet, training: WindowSet, seed: int) -> Described:
    """Windows as the checkpoint's processor cuts them."""
    windows = replace(windows, values=prepared_values(checkpoint, windows))
    return Described(name, windows, replace(training, values=prepared_values(checkpoint, training)), seed)


def collect_written(run: Run, checkpoint: Checkpoint, asked: Described) -> None:
    """Every level by the checkpoint's decoder, checked and unchecked, and by the controls."""
    reader = reader_of(checkpoint.path)
    writers: dict[str, Callable[[str], list[str]]] = {
        checkpoint.name: lambda level: _by_decoder(reader, asked.windows, level),
        EXACT: lambda level: captions_of(asked.windows, (level,), asked.seed + WORDINGS + 1),
        NEAREST: lambda level: _of_nearest(reader, asked, level),
        OTHER: lambda level: _of_another(asked, level),
    }
    for level, part in written_parts(asked.name).items():
        names = (*writers, f"{checkpoint.name}, {BORNE_OUT}") if level != "semantic" else tuple(writers)
        if all(run.finished(name, part) for name in names):
            continue
        wordings = [captions_of(asked.windows, (level,), asked.seed + k) for k in range(WORDINGS)]
        for name, write in writers.items():
            if run.finished(name, part):
                continue
            run.progress(f"sensorlm: {part}: {name}", LEVELS.index(level), len(LEVELS))
            began = time.perf_counter()
            texts = write(level)
            seconds = round(time.perf_counter() - began, 2)
            revision = reader.revision if name != EXACT and name != OTHER else ""
            _keep(run, name, part, level, asked.windows, texts, wordings, revision, seconds, asked.seed)
            if name == checkpoint.name and level != "semantic":
                held = [
                    written_caption(text, level, window_data(values)).borne_out
                    for text, values in zip(texts, asked.windows.values, strict=True)
                ]
                _keep(run, f"{name}, {BORNE_OUT}", part, level, asked.windows, held, wordings, revision, seconds, asked.seed)  # fmt: skip


def _by_decoder(reader: SensorReader, windows: WindowSet, level: str) -> list[str]:
    place, said = position_of(windows.position), []
    for first in range(0, len(windows), BATCH):
        said += reader.write_windows(windows.values[first : first + BATCH], place, level)
    return said


def _of_nearest(reader: SensorReader, asked: Described, level: str) -> list[str]:
    """The caption of the training window whose vector is nearest: retrieval instead of writing."""
    mine, theirs = vectors_of(reader, asked.windows)[0], vectors_of(reader, asked.training)[0]
    texts = captions_of(asked.training, (level,), asked.seed)
    return [texts[i] for i in (mine @ theirs.T).argmax(axis=1)]


def _of_another(asked: Described, level: str) -> list[str]:
    """Each window is given the caption of one further on, half the windows away: of whatever was done there."""
    texts = captions_of(asked.windows, (level,), asked.seed + WORDINGS + 1)
    order = np.random.default_rng(asked.seed).permutation(len(texts))
    given = np.empty(len(texts), dtype=np.intp)
    given[order] = np.roll(order, len(texts) // 2 or 1)
    return [texts[i] for i in given]


def _keep(
    run: Run, system: str, part: str, level: str, windows: WindowSet, texts: Sequence[str], wordings: Sequence[Sequence[str]],
    revision: str, seconds: float, seed: int,
) -> None:  # fmt: skip
    labels = taxonomy_labels(PROTOCOLS[windows.name].dataset, windows.classes)
    for row, identity in enumerate(windows.ids):
        text, mine = texts[row], [said[row] for said in wordings]
        found = overlap(text, mine[0], mine[1:])
        detail: dict[str, JsonValue] = {
            "bleu1": round(found.bleu1, 5),
            "bleu1_wordings": round(found.bleu1_wordings, 5),
            "rouge_l": round(found.rouge_l, 5),
        }
        label = labels[int(windows.truth[row])]
        if level == "semantic":
            said = read_activity(text)
            detail |= {
                "label": label,
                "said": said.label if said else None,
                "right": bool(said and is_true(label, said.label)),
            }
        else:
            detail |= dict(counts(text, level, window_data(windows.values[row])))
        run.add(
            Sample(
                id=identity, system=system, part=part, subject=str(windows.subjects[row]), truth=mine[0],
                prediction=text or None, status="ok" if text else "invalid", detail=detail,
            )
        )  # fmt: skip
    run.finish(system, part, revision=revision, seconds=seconds, seed=seed, level=level, written=len(texts))
