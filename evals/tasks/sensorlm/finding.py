"""Captions by windows and windows by captions, in pools that are stated, level by level."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt

from evals.runs import Run, Sample
from evals.systems.sensor_words import reader_of, vectors_of
from evals.systems.windows import WindowSet
from evals.tasks.retrieval.ranking import ranks
from evals.tasks.sensorlm.checkpoints import Checkpoint
from evals.tasks.sensorlm.naming import taxonomy_labels
from models.motion.protocols import PROTOCOLS
from models.sensorlm.captions import window_caption
from models.sensorlm.reading import numbers_of

MINILM = "MiniLM on captions"
SHARED = "shared numbers, no model"
LEVELS: dict[str, tuple[str, ...]] = {
    "statistical": ("statistical",),
    "structural": ("structural",),
    "statistical+structural": ("statistical", "structural"),
    "all": ("statistical", "structural", "semantic"),
}
WAYS = ("window_to_text", "text_to_window")
Floats = npt.NDArray[np.float32]


def captions_of(windows: WindowSet, levels: tuple[str, ...], seed: int) -> list[str]:
    """Each window's own caption, wordings drawn from `seed`, numbers from the samples at 50 Hz in the set's own axes."""
    words, labels = Random(seed), taxonomy_labels(PROTOCOLS[windows.name].dataset, windows.classes)
    return [
        window_caption(v, levels, words, label=labels[int(t)], position=windows.position).text
        for v, t in zip(windows.values, windows.truth, strict=True)
    ]


def shared_numbers(mine: Sequence[str], theirs: Sequence[str]) -> Floats:
    """(mine, theirs): how many different numbers two captions print alike, by the cosine of their sets. Words are not looked at."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    counted = CountVectorizer(analyzer=numbers_of, binary=True)
    there = normalize(counted.fit_transform([*mine, *theirs]).astype(np.float32))
    return np.asarray((there[: len(mine)] @ there[len(mine) :].T).toarray(), dtype=np.float32)


def collect_shared(run: Run, name: str, windows: WindowSet, prepared: Floats, seed: int) -> None:
    """What needs no model: the window's side is its own caption in other words, and the numbers that both print are counted.

    Captions are written from sums and stretches that can be computed again from the window. How far that alone goes is
    what a model is to be held against.
    """
    described = replace(windows, values=prepared)
    for level, levels in LEVELS.items():
        parts = {way: f"found/{name}/{level}/{way}" for way in WAYS}
        if all(run.finished(SHARED, part) for part in parts.values()):
            continue
        began = time.perf_counter()
        texts = captions_of(described, levels, seed)
        near = shared_numbers(captions_of(described, levels, seed + 1), texts)
        _keep(run, SHARED, parts, windows, near, texts, began, "numbers of two captions", seed)


def collect_found(
    run: Run, checkpoint: Checkpoint, name: str, windows: WindowSet, prepared: Floats, seed: int, *, words: bool
) -> None:
    """windows: what is searched. prepared: (n, 6, samples) the same windows as the model's processor cuts them, which captions
    describe. words: also by a sentence model, which reads a caption of all levels in a tenth of a second."""
    described = replace(windows, values=prepared)
    for level, levels in LEVELS.items():
        parts = {way: f"found/{name}/{level}/{way}" for way in WAYS}
        texts = captions_of(described, levels, seed)
        for system in (checkpoint.name, MINILM) if words and level == "all" else (checkpoint.name,):
            if all(run.finished(system, part) for part in parts.values()):
                continue
            began = time.perf_counter()
            if system == MINILM:
                from agents.language import SentenceEmbedder

                # The window's side is its caption in other words: what a sentence model can know of a window.
                embedder = SentenceEmbedder()
                near = embedder.embed(captions_of(described, levels, seed + 1)) @ embedder.embed(texts).T
                revision = embedder.revision
            else:
                reader = reader_of(checkpoint.path)
                near = vectors_of(reader, windows)[0] @ reader.texts(texts).T
                revision = reader.revision
            _keep(run, system, parts, windows, near, texts, began, revision, seed)


def _keep(
    run: Run, system: str, parts: Mapping[str, str], windows: WindowSet, near: Floats, texts: Sequence[str], began: float,
    revision: str, seed: int,
) -> None:  # fmt: skip
    """near: (windows, texts). Equal texts are right for each other's windows."""
    spent = round(time.perf_counter() - began, 2)
    same = np.array(texts)[:, None] == np.array(texts)[None, :]
    for way, part in parts.items():
        matrix, relevant = (near, same) if way == "window_to_text" else (near.T, same.T)
        places = ranks(matrix, relevant)
        run.add_all(
            Sample(
                id=identity,
                system=system,
                part=part,
                subject=str(windows.subjects[i]),
                truth=windows.classes[int(windows.truth[i])],
                prediction=None,
                score=1.0 / int(places[i]),
                detail={"rank": int(places[i])},
            )
            for i, identity in enumerate(windows.ids)
        )
        run.finish(system, part, revision=revision, seconds=spent, pool=len(texts), seed=seed)


def prepared_values(checkpoint: Checkpoint, windows: WindowSet) -> Floats:
    """(n, 6, samples) of the model's own cut: at its rate and in its axes, so that a caption's axes are the ones it was taught."""
    from models.motion.processing_motion import cut

    reader = reader_of(checkpoint.path)
    out: Floats | None = None
    for recording in np.unique(windows.recordings).tolist():
        rows = np.flatnonzero(windows.recordings == recording)
        ready = reader.prepare(windows.streams[recording], windows.position)
        found = cut(ready, [windows.spans[i].start_s for i in rows], round(windows.window_s * ready.rate_hz)).values
        if out is None:
            out = np.zeros((len(windows), *found.shape[1:]), dtype=np.float32)
        out[rows] = found
    assert out is not None
    return out
