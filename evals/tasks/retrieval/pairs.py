"""Windows by text and texts by window: a window's own description among all others, and an activity's name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from agents.wording import activity_phrase
from evals.runs import Run, Sample
from evals.systems.windows import WindowSet
from evals.tasks.retrieval.ranking import ranks
from evals.tasks.retrieval.retrievers import RETRIEVERS
from evals.tasks.retrieval.texts import captions, evidence

RANDOM = "random"
Floats = npt.NDArray[np.floating]


def collect_pairs(windows: WindowSet, run: Run, seed: int, wanted: tuple[str, ...]) -> None:
    """Both directions, for a window's own description and for the classes' names; every retriever and chance."""
    lines = evidence(windows.values, windows.rate_hz)
    own = captions(windows.values, windows.rate_hz)
    names = [f"The person is {activity_phrase(label.replace('-', '_'))}." for label in windows.classes]
    same = np.array(own)[:, None] == np.array(own)[None, :]
    of_class = windows.truth[:, None] == np.arange(len(names))[None, :]
    for key in (RANDOM, *RETRIEVERS):
        if wanted and key not in wanted:
            continue
        for kind, texts, relevant in (("own", own, same), ("activity", names, of_class)):
            parts = {way: f"{kind}/{windows.name}/{way}" for way in ("window_to_text", "text_to_window")}
            if all(run.finished(key, part) for part in parts.values()):
                continue
            began = time.perf_counter()
            if key == RANDOM:
                rng = np.random.default_rng(seed)
                near: Floats
                near, revision = rng.random((len(windows), len(texts))), f"seed {seed}"
            else:
                retriever = RETRIEVERS[key].make()
                near, revision = retriever.similarity(windows, lines, texts), retriever.revision
            seconds = round(time.perf_counter() - began, 3)
            for way, part in parts.items():
                matrix, wanted_ = (near, relevant) if way == "window_to_text" else (near.T, relevant.T)
                run.add_all(_samples(windows, key, part, texts, matrix, wanted_, way))
                run.finish(key, part, seconds=seconds, revision=revision, pool=matrix.shape[1])


def _samples(
    windows: WindowSet,
    system: str,
    part: str,
    texts: list[str],
    near: Floats,
    relevant: npt.NDArray[np.bool_],
    way: str,
) -> Iterator[Sample]:
    places = ranks(near, relevant)
    ids, subjects, kind = windows.ids, windows.subjects.tolist(), part.split("/")[0]
    by_window = way == "window_to_text"
    for row, place in enumerate(places.tolist()):
        if place == 0:
            continue
        found = int(near[row].argmax())
        # A description is one window's; an activity's name is nobody's: its figure has no people to draw.
        subject = subjects[row] if by_window or kind == "own" else texts[row]
        yield Sample(
            id=ids[row] if by_window or kind == "own" else texts[row],
            system=system,
            part=part,
            subject=subject,
            truth=windows.classes[windows.truth[row]] if by_window or kind == "own" else texts[row],
            prediction=texts[found] if by_window else ids[found],
            score=1.0 / place,
            detail={"rank": place, "pool": int(near.shape[1]), "relevant": int(relevant[row].sum())},
        )
