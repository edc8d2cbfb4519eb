"""Windows by windows: does the store find the same activity of another person?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from evals.runs import Run, Sample
from evals.systems.telltale_motion import shipped
from evals.systems.windows import WindowSet
from evals.tasks.retrieval.ranking import ranks
from models.motion import DATASET_LABELS
from tools.exemplars import ExemplarSet
from tools.exemplars.vectors import raw_vectors

Floats = npt.NDArray[np.float32]
SYSTEMS = ("random", "statistics", "embedding", "exemplar_store")


def query_vectors(windows: WindowSet, exemplars: ExemplarSet) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(n, dimension) in the store's space, (n,) usable."""
    model = shipped()
    vectors = np.zeros((len(windows), exemplars.scaling.dimension), dtype=np.float32)
    usable = np.zeros(len(windows), dtype=np.bool_)
    for recording in np.unique(windows.recordings).tolist():
        rows = np.flatnonzero(windows.recordings == recording)
        spans = [windows.spans[i] for i in rows]
        embedded, features, good = raw_vectors(model, windows.streams[recording], spans)
        vectors[rows], usable[rows] = exemplars.scaling.vectors(embedded, features), good
    return vectors, usable


def collect_neighbours(
    windows: WindowSet, dataset: str, exemplars: ExemplarSet, vectors: Floats, usable: npt.NDArray[np.bool_], run: Run, seed: int
) -> None:  # fmt: skip
    """Every query against every exemplar of the same placement that is of another person; training people only."""
    labels = [DATASET_LABELS[dataset].get(windows.classes[t], windows.classes[t]) for t in windows.truth]
    pool = np.array([e.position == windows.position for e in exemplars.exemplars])
    if not pool.any():
        pool[:] = True
    known = np.array([e.label for e in exemplars.exemplars])[pool]
    split = len(exemplars.scaling.embedding_mean)
    part = f"neighbours/{windows.name}/window_to_window"
    for system in SYSTEMS:
        if run.finished(system, part):
            continue
        began = time.perf_counter()
        chosen = exemplars.vectors[pool]
        if system == "random":
            near = np.random.default_rng(seed).random((len(windows), len(known)))
        else:
            columns = {"statistics": slice(split, None), "embedding": slice(0, split), "exemplar_store": slice(None)}[
                system
            ]
            near = -_distances(vectors[:, columns], chosen[:, columns])
        run.add_all(_samples(windows, labels, known, near, usable, system, part))
        run.finish(
            system,
            part,
            seconds=round(time.perf_counter() - began, 3),
            pool=len(known),
            revision=exemplars.scaling.revision,
        )


def _distances(queries: Floats, vectors: Floats) -> npt.NDArray[np.float64]:
    a, b = queries.astype(np.float64), vectors.astype(np.float64)
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _samples(
    windows: WindowSet, labels: list[str], known: npt.NDArray[np.str_], near: npt.NDArray[np.float64],
    usable: npt.NDArray[np.bool_], system: str, part: str,
) -> Iterator[Sample]:  # fmt: skip
    relevant = known[None, :] == np.array(labels)[:, None]
    places = ranks(near, relevant)
    for row, place in enumerate(places.tolist()):
        if place == 0:
            continue  # an activity that no training person of this placement shows cannot be found
        top = np.argsort(-near[row], kind="stable")[:5]
        yield Sample(
            id=windows.ids[row],
            system=system,
            part=part,
            subject=str(windows.subjects[row]),
            truth=labels[row],
            prediction=str(known[top[0]]) if usable[row] else None,
            score=1.0 / place,
            status="ok" if usable[row] else "invalid",
            detail={
                "rank": place if usable[row] else 0,
                "pool": len(known),
                "relevant": int(relevant[row].sum()),
                "agree": float((known[top] == labels[row]).mean()),
                "recording": str(windows.recordings[row]),
                "start_s": float(windows.starts_s[row]),
            },
        )
