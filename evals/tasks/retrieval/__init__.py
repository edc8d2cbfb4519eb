"""`telltale eval retrieval`: windows by text, texts by windows, windows by windows, and how exact the index is."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

import numpy as np

from evals.leaks import Item, Material
from evals.measure import measure
from evals.runs import Run, Sample
from evals.tasks.retrieval.ranking import AT, reciprocal
from recordings import UserError

if TYPE_CHECKING:
    from evals.registry import Result, TaskOptions
    from evals.systems.windows import WindowSet
    from evals.tasks.retrieval.neighbours import Floats
    from tools.exemplars import ExemplarSet

SETS = ("hapt", "motionsense", "usc_had", "wisdm_watch")
# Windows a set, and exemplars an activity, placement and set in the store that the index is tried on.
FULL, QUICK = (1000, 500), (200, 0)
INDEX_QUERIES = 500


def collect(options: TaskOptions, run: Run) -> None:
    """Held-out people's windows ask; exemplars are of training people. quick: fewer windows, the shipped store alone."""
    from evals.systems.windows import load_windows, thinned_rows
    from evals.tasks.retrieval.index import collect_index
    from evals.tasks.retrieval.neighbours import collect_neighbours, query_vectors
    from evals.tasks.retrieval.pairs import collect_pairs
    from models.motion.protocols import PROTOCOLS
    from recordings.datasets import HELD_OUT_SUBJECTS
    from tools.exemplars import load_prebuilt

    if options.data_dir is None:
        raise UserError("eval retrieval", expected="the public data sets", found="none named", cure="give --data DIR")
    most, per_class = QUICK if options.quick or options.limit else FULL
    run.note("quick", options.quick or options.limit is not None)
    run.note("seed", options.seed)
    shipped = load_prebuilt()
    queries, subjects = [], []
    for number, name in enumerate(SETS):
        run.progress(f"retrieval: {name}", number, len(SETS) + 1)
        protocol = PROTOCOLS[name]
        windows = apart(load_windows(protocol, options.data_dir, subjects=HELD_OUT_SUBJECTS[protocol.dataset]))
        windows = windows.take(thinned_rows(windows, options.limit or most, options.seed))
        run.audit(_material(windows, protocol.dataset, shipped), part=name)
        collect_pairs(windows, run, options.seed, options.systems)
        vectors, usable = query_vectors(windows, shipped)
        collect_neighbours(windows, protocol.dataset, shipped, vectors, usable, run, options.seed)
        queries.append(vectors[usable])
        subjects += [f"{protocol.dataset}/{s}" for s in windows.subjects[usable].tolist()]
    run.progress("retrieval: index", len(SETS), len(SETS) + 1)
    stacked = np.concatenate(queries)
    rows = np.linspace(0, len(stacked) - 1, min(INDEX_QUERIES, len(stacked))).astype(int)
    who = [subjects[i] for i in rows]
    collect_index(shipped, stacked[rows], who, run)
    if per_class:
        from evals.systems.telltale_motion import shipped as motion
        from tools.exemplars import build_exemplars

        size = run.header.get("large_store")
        if not size or not run.finished("product", f"index/{size}/rarest_position_without_a_subject"):
            large = build_exemplars(options.data_dir, motion(), per_class=per_class)
            run.note("large_store", len(large.exemplars))
            collect_index(large, large.scaling.vectors(*_unscaled(stacked[rows], shipped)), who, run)
    run.progress("retrieval: done", len(SETS) + 1, len(SETS) + 1)


def apart(windows: WindowSet) -> WindowSet:
    """Windows that do not overlap: half of a window's neighbour is no other window to be told from it."""
    kept: list[int] = []
    ends: dict[str, float] = {}
    for row in np.lexsort((windows.starts_s, windows.recordings)).tolist():
        recording, start = str(windows.recordings[row]), float(windows.starts_s[row])
        if start >= ends.get(recording, -np.inf) - 1e-6:
            kept.append(row)
            ends[recording] = start + windows.window_s
    return windows.take(np.array(sorted(kept), dtype=np.intp))


def score(run: Run) -> Result:
    rows = [row for system, part in run.units() for row in _rows(run, system, part)]
    return {
        "task": "retrieval",
        "protocol": {
            "name": "R@k, mean reciprocal rank and index recall on held-out people's windows",
            "source": "forms as SensorLM reports them; its pool size is not known",
            "split": "queries: the held-out subjects; exemplars: training subjects, the same placement",
            "own": "a window's own description in words among those of all windows; its measurements are the window's side",
            "activity": "an activity's name; any window of that activity counts as found",
            "neighbours": "the first window of the same activity of another person",
            "ties": "whatever is as near as the right one stands before it",
            "index": "share of the exact ten nearest: graph is Chroma's alone, product searches exactly up to 50,000",
        },
        "data": {"name": ", ".join(SETS), "provenance": "real", "quick": run.header.get("quick")},
        "systems": rows,
        "published": [
            {
                "system": "SensorLM",
                "value": 0.93,
                "source": "its paper, recall at 10",
                "comparable": "no",
                "why": "minute-level data of its own with captions of its own; the pool's size is not known",
            }
        ],
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [run.header.get("seed", 0)],
        "command": "telltale eval retrieval --data DIR" + (" --quick" if run.header.get("quick") else ""),
        "versions": {"python": platform.python_version(), "telltale": version("telltale"), "numpy": version("numpy")},
    }


def run(options: TaskOptions) -> Result:
    return measure("retrieval", options, collect, score)


def _rows(run: Run, system: str, part: str) -> list[dict[str, object]]:
    samples = list(run.samples(system, part))
    facts = run.facts(system, part)
    if not samples:
        return []
    row: dict[str, object] = {
        "name": system,
        "part": part,
        "revision": facts.get("revision", ""),
        "n": len(samples),
        "pool": facts.get("pool"),
        "subjects": len({s.subject for s in samples}),
        "seconds": facts.get("seconds"),
        "peak_mb": None,
        "llm_calls": 0,
    }
    if part.startswith("index/"):
        metrics = {"recall_at_10": _figure(samples, lambda s: s.score or 0.0)}
        return [row | {"metrics": metrics, "milliseconds_per_query": facts.get("milliseconds_per_query")}]
    metrics = {f"recall_at_{k}": _figure(samples, partial(_among, k)) for k in AT}
    metrics["mrr"] = _figure(samples, lambda s: reciprocal(_place(s)))
    metrics["median_rank"] = {"value": float(np.median([_place(s) for s in samples]))}
    return [row | {"metrics": metrics}]


def _among(first: int, sample: Sample) -> float:
    return float(0 < _place(sample) <= first)


def _place(sample: Sample) -> int:
    return int(cast("int", sample.detail["rank"]))


def _figure(samples: list[Sample], value: Callable[[Sample], float]) -> Mapping[str, object]:
    from evals.statistics import clustered_interval

    groups: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        groups[sample.subject].append(value(sample))
    arrays = {subject: np.array(found) for subject, found in groups.items()}
    interval = clustered_interval(arrays, lambda rows: float(np.mean(rows)), resamples=300)
    return interval.metric()


def _unscaled(vectors: Floats, exemplars: ExemplarSet) -> tuple[Floats, Floats]:
    """Embeddings and statistics as they were before the store's scaling (what was clipped stays clipped)."""
    s = exemplars.scaling
    split = len(s.embedding_mean)
    halves = []
    for part, mean, std, weight in (
        (vectors[:, :split], s.embedding_mean, s.embedding_std, s.embedding_weight),
        (vectors[:, split:], s.feature_mean, s.feature_std, s.statistics_weight),
    ):
        halves.append(part / (weight / np.sqrt(max(1, len(mean)))) * std + mean)
    return halves[0].astype(np.float32), halves[1].astype(np.float32)


def _material(windows: WindowSet, dataset: str, exemplars: ExemplarSet) -> Material:
    test = [
        Item(i, f"{dataset}/{s}", str(r), float(t), float(t) + windows.window_s, windows.classes[c], digest=windows.digest(n))
        for n, (i, s, r, t, c) in enumerate(
            zip(windows.ids, windows.subjects, windows.recordings, windows.starts_s, windows.truth, strict=True)
        )
    ]  # fmt: skip
    stored = [
        Item(e.id, f"{e.dataset}/{e.subject}", e.recording_id, e.start_s, e.end_s, e.label) for e in exemplars.exemplars
    ]
    return Material(train=stored, test=test, exemplars=stored, shown=frozenset({"vector"}))
