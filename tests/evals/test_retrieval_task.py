"""Retrieval: ranks that ties cannot flatter, texts that name no activity, an index as exact as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks import retrieval
from evals.tasks.retrieval.index import Filtered, collect_index, filters
from evals.tasks.retrieval.ranking import ranks, reciprocal
from evals.tasks.retrieval.texts import captions, evidence
from models.motion import DATASET_LABELS
from tools.exemplars import Exemplar, ExemplarSet, ExemplarStore, Scaling, load_prebuilt


def test_ranks_count_everything_as_near_as_the_right_one() -> None:
    near = np.array([[0.9, 0.5, 0.5], [0.1, 0.1, 0.1], [0.2, 0.8, 0.1]])
    right = np.array([[False, True, False], [True, False, False], [False, False, False]])
    assert ranks(near, right).tolist() == [3, 3, 0]
    assert ranks(np.array([[0.9, 0.5, 0.5]]), np.array([[True, True, False]])).tolist() == [1]
    assert reciprocal(4) == 0.25
    assert reciprocal(0) == 0.0


def test_texts_name_no_activity_and_tell_stillness_from_shaking() -> None:
    rng = np.random.default_rng(0)
    time = np.arange(128) / 50
    still = np.stack([np.zeros(128), np.zeros(128), np.full(128, 9.8), *np.zeros((3, 128))])
    shaken = still.copy()
    shaken[2] += 12 * np.sin(2 * np.pi * 2.0 * time)
    shaken[3:] += rng.normal(0, 2, (3, 128))
    values = np.stack([still, shaken]).astype(np.float32)
    words, lines = captions(values, 50.0), evidence(values, 50.0)
    assert "hardly moves" in words[0]
    assert "does not turn" in words[0]
    assert "shaken hard" in words[1]
    assert "dominant frequency 2.0 Hz" in lines[1] or "dominant frequency 1.9 Hz" in lines[1]
    labels = {label.replace("_", " ") for names in DATASET_LABELS.values() for label in names.values()}
    assert not [label for text in (*words, *lines) for label in labels if label in text]


def _exemplars(n: int = 1500, dimension: int = 16) -> ExemplarSet:
    rng = np.random.default_rng(1)
    scaling = Scaling(
        "r",
        np.zeros(dimension, np.float32),
        np.ones(dimension, np.float32),
        np.zeros(1, np.float32),
        np.ones(1, np.float32),
    )
    known = tuple(
        Exemplar("walking", str(i % 7), "a" if i % 10 else "b", f"r{i % 20}", "wrist" if i % 30 else "hip", i, i + 1.0)
        for i in range(n)
    )
    return ExemplarSet(known, rng.normal(size=(n, dimension + 1)).astype(np.float32), scaling)


def test_the_product_searches_exactly_and_the_graph_nearly(tmp_path: Path) -> None:
    exemplars = _exemplars()
    run = Run(tmp_path)
    collect_index(exemplars, exemplars.vectors[:40] + 0.01, ["p"] * 40, run)
    for chosen in filters(exemplars):
        part = f"index/1500/{chosen.name}"
        assert [s.score for s in run.samples("product", part)] == [1.0] * 40
        assert np.mean([s.score or 0 for s in run.samples("graph", part)]) > 0.8
    assert {f.name for f in filters(exemplars)} >= {"none", "rarest_position", "rarest_dataset"}


def test_filters_leave_no_forbidden_exemplar(tmp_path: Path) -> None:
    exemplars = _exemplars()
    for exact_up_to in (0, 10**6):
        folder = tmp_path / str(exact_up_to)
        store = ExemplarStore.create(folder, exemplars, exact_up_to=exact_up_to)
        wanted = Filtered("both", exclude_subject="0", dataset="b")
        for found in store.search(exemplars.vectors[:20], 10, exclude_subject="0", dataset=wanted.dataset):
            assert found
            assert {n.dataset for n in found} == {"b"}
            assert "0" not in {n.subject for n in found}


def test_the_graph_takes_more_queries_than_its_database_has_variables(tmp_path: Path) -> None:
    """500 queries for 10 × 10 neighbours are more than 32,766 variables of one statement."""
    exemplars = _exemplars(800)
    store = ExemplarStore.create(tmp_path, exemplars, exact_up_to=0)
    found = store.search(np.repeat(exemplars.vectors[:1], 500, axis=0), 10)
    assert len(found) == 500
    assert len({tuple(n.id for n in one) for one in found}) == 1


def test_the_task_on_real_windows(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty windows of one set: exemplars of other people only, chance near chance, the embedding far above it."""
    monkeypatch.setattr(retrieval, "SETS", ("hapt",))
    run = Run()
    retrieval.collect(TaskOptions(data_dir=data_dir, limit=40, systems=("random", "words")), run)
    result = retrieval.score(run)
    rows = {(r["name"], r["part"]): r["metrics"] for r in result["systems"]}  # type: ignore[index, attr-defined]
    part = "neighbours/hapt/window_to_window"
    assert rows["exemplar_store", part]["recall_at_1"]["value"] > 0.7
    assert rows["exemplar_store", part]["mrr"]["value"] > rows["random", part]["mrr"]["value"] + 0.3
    assert ("words", "own/hapt/text_to_window") in rows
    assert all(check["passed"] is not False for check in result["leak_audit"]["checks"])  # type: ignore[index]
    held = {s.subject for s in run.samples("exemplar_store", part)}
    assert not held & {e.subject for e in load_prebuilt().exemplars if e.dataset == "hapt"}
