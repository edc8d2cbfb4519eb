"""Engines with a language model take part in the anticipation task only where they are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from agents.anticipation.engines import ActionLLMEngine
from evals.registry import TaskOptions
from evals.tasks.anticipation import run, videos
from evals.tasks.anticipation.ablations import ABLATIONS, SHORT
from evals.tasks.anticipation.drawn import BEST, ONE
from evals.tasks.anticipation.systems import ONLY_NAMED, entrants
from evals.tasks.anticipation.videos import UNDER_NOISE, _asked
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence, SequenceFold, SequenceSet


def test_what_is_trained_for_minutes_waits_to_be_named() -> None:
    known = entrants()
    assert {name for name, entrant in known.items() if entrant.only_named} == set(ONLY_NAMED)
    for quick in (True, False):
        assert not set(_asked(TaskOptions(quick=quick))) & set(ONLY_NAMED)
    assert set(_asked(TaskOptions(systems=("actionllm", "markov_1")))) == {"actionllm", "markov_1"}
    assert set(_asked(TaskOptions(systems=("prompted+prior^0.5",)))) == {"prompted"}


def test_they_are_asked_under_noise_too() -> None:
    for name in ONLY_NAMED:
        assert {name, f"{name}+prior^0.5"} <= set(UNDER_NOISE)


def test_the_prompt_asks_the_language_model_of_the_options() -> None:
    engine = entrants(llm="http://127.0.0.1:9/v1#small")["prompted"].make()
    assert getattr(engine, "spec", "") == "http://127.0.0.1:9/v1#small"


def test_inner_folds_are_not_run_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(videos, "inner_beliefs", lambda makers, *more, **how: asked.append(list(makers)) or {})
    monkeypatch.setattr(ActionLLMEngine, "fit", lambda self, sequences: None)
    segments = (Segment("cut", 0.0, 10.0), Segment("eat", 10.0, 20.0))
    whole = tuple(SegmentSequence(f"s{i}", segments, f"p{i}", "", 1.0) for i in range(4))
    fold = SequenceFold("1", whole[:3], whole[3:])
    known = SequenceSet("few", "own", ("cut", "eat"), {s.name: s for s in whole}, (fold,))
    fitted = videos._fitted(known, fold, TaskOptions(systems=("actionllm", "prefix_neighbours")), 1)
    assert asked == [["prefix_neighbours"]]
    assert {"actionllm", "actionllm+prior^0.5"} <= set(fitted.systems)


def test_every_ablation_is_a_setting_that_the_model_knows_and_one_name_asks_them_all() -> None:
    from models.actionllm import split_settings

    seen = set()
    for settings in ABLATIONS.values():
        config, plan = split_settings(settings)
        seen.add((str(sorted(config.items())), plan))
        assert plan.epochs == SHORT["epochs"]
    assert len(seen) == len(ABLATIONS)
    assert set(_asked(TaskOptions(systems=("ablations", "markov_1")))) == {*ABLATIONS, "markov_1"}
    assert set(_asked(TaskOptions(systems=("actionllm:tuning_2",)))) == {"actionllm:tuning_2"}


def test_a_fold_that_a_set_does_not_have_is_one_line(data_dir: Path) -> None:
    options = TaskOptions(data_dir=data_dir, protocol="50salads/9", systems=("markov_1",))
    with pytest.raises(UserError, match="50salads/9") as refused:
        run(options)
    assert "\n" not in str(refused.value)


def test_the_best_of_many_futures_stands_in_a_part_of_its_own(data_dir: Path) -> None:
    result = cast("Any", run(TaskOptions(data_dir=data_dir, protocol="drawn", quick=True)))
    values = {(r["part"], r["name"]): r["metrics"]["moc"]["value"] for r in result["systems"]}
    for name in ("50salads", "breakfast"):
        part = f"{name}/literature/oracle, 25 futures drawn"
        assert values[part, BEST] > values[part, ONE] + 0.05
    assert not any("drawn" not in part for part, _ in values)


def test_a_system_that_nobody_knows_is_one_line(data_dir: Path) -> None:
    with pytest.raises(UserError, match="oracle_of_delphi") as refused:
        run(TaskOptions(data_dir=data_dir, protocol="50salads/1", systems=("markov_1", "oracle_of_delphi")))
    assert "\n" not in str(refused.value)
