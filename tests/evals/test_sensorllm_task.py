"""`telltale eval sensorllm`: rows that can be had are scored, rows that cannot are named with the reason."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.protocols import Fold
from evals.registry import TaskOptions
from evals.runs import Run, Sample
from evals.systems import Setting, sensor_language
from evals.systems.registry import SYSTEMS, made, systems
from evals.tasks import har, sensorllm
from models.sensorllm import SHIPPED
from models.sensorllm.training.pool import drawn_rows
from recordings import UserError


def test_every_row_of_the_task_is_a_known_system() -> None:
    assert set(sensorllm.ROWS) <= set(SYSTEMS)
    assert not [
        key for key in systems() if key.name.startswith("SensorLLM")
    ]  # `har` does not tune language models unasked


def test_a_row_is_tuned_in_the_small_form_and_scored_with_published_rows(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.sensorllm.can_train_here", lambda: False, raising=False)
    tiny = {"pool": 24, "validation_windows": 12, "windows_per_epoch": 24, "pooled_rows": 32, "backbone_layers": 1}
    monkeypatch.setattr(sensor_language, "SMALL", tiny | {"warm_steps": 20})
    monkeypatch.setattr(sensor_language, "SMALL_STEPS", 2)
    monkeypatch.setattr(har, "QUICK_TRAIN", 60)
    monkeypatch.setattr(har, "QUICK_TEST", 18)
    rows = ("majority", "sensorllm_turned", "task_only_turned", "task_only_upright", "task_only_cold", "chronos_mlp")
    options = TaskOptions(data_dir=data_dir, limit=30, protocol="fixed@hapt", systems=rows, seeds=1)
    run = Run(header={"task": "sensorllm"})
    said: list[str] = []
    run.report = lambda stage, done, total: said.append(stage)
    sensorllm.collect(options, run)
    assert any("frequency and periodicity by value" in text and "encoding windows" in text for text in said)
    assert any("rows turned towards their classes" in text for text in said) and any("asking" in text for text in said)
    result = sensorllm.score(run)
    found = {str(row["name"]): row for row in result["systems"]}  # type: ignore[attr-defined]
    assert len(found) == 6 and sum(name.endswith("(small form)") for name in found) == 5
    # What alignment is worth, of the rows that have their like.
    (gain,) = [row for row in result["differences"] if "task-only" in str(row["minus"])]  # type: ignore[attr-defined]
    assert "windows turned" in gain["system"] and "windows turned" in gain["minus"] and "gravity" not in gain["minus"]
    shares = [found[gain[side]]["metrics"]["macro_f1"]["value"] for side in ("system", "minus")]
    assert gain["macro_f1"]["value"] == pytest.approx(shares[0] - shares[1], abs=2e-4)
    published = [(row["system"].rpartition(" ")[2], row["comparable"]) for row in result["published"]]  # type: ignore[attr-defined]
    assert set(published) == {("hapt", "no")}, "the paper's rows of the set that is tested"
    assert json.loads(json.dumps(result))["speed"] == []


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["own", "near", "far"])), max_size=120),
    st.integers(1, 150),
)
def test_a_pool_drawn_from_what_it_kept_keeps_it_all(rows: list[tuple[str, str]], wanted: int) -> None:
    labels, sets = [label for label, _ in rows], [name for _, name in rows]
    kept = drawn_rows(labels, sets, "own", wanted, 0)
    again = drawn_rows([labels[row] for row in kept], [sets[row] for row in kept], "own", wanted, 0)
    assert again.tolist() == list(range(len(kept)))
    count = Counter(rows[row] for row in kept)
    assert sum(count[label, "own"] for label in "abcdef") <= wanted
    # Other sets' windows come on top, half as many a class at most, and displace none of the set's own.
    own = [label for label, name in rows if name == "own"]
    alone = Counter(own[row] for row in drawn_rows(own, ["own"] * len(own), "own", wanted, 0))
    for label in "abcdef":
        assert count[label, "own"] == alone[label]
        assert all(count[label, name] <= round(alone[label] / 2) for name in ("near", "far"))


def test_what_takes_minutes_is_left_out_of_a_quick_form_that_does_not_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fold = Fold("0", train=(), validation=(), test=())
    why = sensor_language.SensorLLMText().why_not(Setting("hapt", "fixed", fold, quick=True, llm="embedded"))
    assert "name it" in why and "\n" not in why


def test_a_row_without_the_warm_start_is_of_the_small_form_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting("hapt", "fixed", Fold("0", train=(), validation=(), test=()))
    for row in (sensor_language.SensorLLMCold, sensor_language.TaskOnlyCold):
        for gpu, said in ((False, ""), (True, sensor_language.SAME_ROW)):
            monkeypatch.setattr("models.sensorllm.can_train_here", lambda gpu=gpu: gpu, raising=False)
            assert row().why_not(setting) == said and not row().text


def test_a_quick_look_trains_no_network_and_says_which_rows_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(har, "collect", lambda options, run: asked.append(options.systems))
    run = Run(header={"task": "sensorllm"})
    sensorllm.collect(TaskOptions(quick=True), run)
    assert not sensorllm.MINUTES & set(asked[0]) and {"forest", "telltale_motion"} <= set(asked[0])
    assert len(run.header["left_out"]) == len(sensorllm.MINUTES) >= 9  # type: ignore[arg-type]


def test_the_speed_of_a_checkpoint_stands_beside_the_rows() -> None:
    run = Run(header={"task": "sensorllm", "quick": True})
    detail = {"windows": 4, "seconds": 2.0, "windows_per_s": 2.0, "largest_difference": 0.0}
    run.add(Sample("batches of 16", "speed", "speed", "2", truth="", prediction=None, score=2.0, detail=detail))
    run.finish("speed", "speed")
    result = sensorllm.score(run)
    assert result["speed"] == [{"way": "batches of 16", **detail}] and result["systems"] == []


def test_a_shipped_checkpoint_is_found_by_its_name() -> None:
    assert made("sensorllm:hapt").name == made(f"sensorllm:{SHIPPED / 'hapt'}").name


def test_a_checkpoint_of_turned_windows_or_other_sets_is_named_so(tmp_path: Path) -> None:
    copied = shutil.copytree(SHIPPED / "hapt", tmp_path / "mixed")
    config = json.loads((copied / "config.json").read_text(encoding="utf-8"))
    config["subjects"]["usc_had"] = ["1"]
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert ", windows of usc_had beside (" in made(f"sensorllm:{copied}").name
    assert "beside (" not in made("sensorllm:hapt").name
    assert ", windows turned (" in made("sensorllm:hapt").name
    config["turned_deg"] = 0.0
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert "turned" not in made(f"sensorllm:{copied}").name


def test_a_folder_without_a_tuned_checkpoint_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="SensorLLM checkpoint"):
        systems((f"sensorllm:{tmp_path}",))


def test_a_row_may_start_from_another_alignment_that_has_not_met_the_tested() -> None:
    row = made(f"sensorllm_no_text@{SHIPPED / 'align'}")
    assert "without text, aligned on hapt, motionsense, usc_had" in row.name and "MLP of 512" in row.name
    met = Fold("0", train=(), validation=(), test=("1", "2"))
    apart = Fold("0", train=(), validation=(), test=("2", "4"))
    assert "has learnt from 1" in row.why_not(Setting("hapt", "fixed", met, quick=False, llm="embedded"))
    assert row.why_not(Setting("hapt", "fixed", apart, quick=False, llm="embedded")) == ""


def test_an_aligned_row_is_compared_with_the_one_that_starts_afresh_wherever_it_was_aligned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for gpu in (False, True):
        monkeypatch.setattr("models.sensorllm.can_train_here", lambda gpu=gpu: gpu, raising=False)
        for key in ("sensorllm_no_text", f"sensorllm_no_text@{SHIPPED / 'align'}"):
            assert sensor_language.fresh_row_of(made(key).name) == made("task_only_no_text").name
        assert sensor_language.fresh_row_of(made("sensorllm_cold").name) == made("task_only_cold").name
    for key in ("task_only", "forest", "sensorllm_rhythm_by_value", "sensorllm:hapt"):
        assert sensor_language.fresh_row_of(made(key).name) == ""


def test_a_row_says_when_its_alignment_read_trend_texts_alone(tmp_path: Path) -> None:
    copied = tmp_path / "trend"
    shutil.copytree(SHIPPED / "align", copied)
    config = json.loads((copied / "config.json").read_text(encoding="utf-8")) | {"kinds": ["trend"]}
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert "MLP of 512 and trend texts alone (" in made(f"sensorllm_no_text@{copied}").name
    assert "trend texts" not in made(f"sensorllm_no_text@{SHIPPED / 'align'}").name


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (f"task_only@{SHIPPED / 'align'}", "expected a row that is aligned"),
        (f"sensorllm@{SHIPPED / 'hapt'}", "expected an aligned checkpoint, found a tuned one"),
        ("sensorllm@/nowhere/at/all", "/nowhere/at/all"),
        (f"forest@{SHIPPED / 'align'}", "no such window classifier"),
    ],
)
def test_an_alignment_that_does_not_fit_is_refused_in_one_line(key: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as refusal:
        made(key)
    assert "\n" not in str(refusal.value)
