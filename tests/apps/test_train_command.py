"""`telltale train MODEL`: each model's own options and no others, and what reaches its training."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apps.cli import main
from apps.commands.train import Trainings
from apps.lazy import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
SHARED = {"output", "data", "seed", "budget_minutes", "resume", "device", "config", "as_json", "quiet"}
OWN = {
    "motion": {"epochs"},
    "audio": {"epochs"},
    "chronos": set(),
    "limubert": {"epochs", "micro_batch"},
    "sensorllm": {
        "epochs", "stage", "dataset", "aligned", "backbone", "encoder", "examples", "longest_samples", "longest_answer",
        "read_rows", "pooled_rows", "layers", "warm_steps", "kinds", "text", "micro_batch", "batch", "by_value", "values", "hidden",
        "turned", "beside",
    },
    "sensorlm": {"epochs", "objective", "text_tower", "levels", "without_class", "without_set", "decoder_of"},
    "llasa": {"stage", "aligned", "start", "texts", "llm", "backbone", "encoder", "examples"},
    "actionllm": {
        "epochs", "dataset", "fold", "protocol", "sequences", "features", "layers", "backbone", "changes",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Learnt:
    steps: int
    place: Path


class Recorder:
    """Stands in for a model's training and keeps what it was given."""

    def __init__(self) -> None:
        self.folders: tuple[Path, ...] = ()
        self.told: dict[str, Any] = {}

    def __call__(self, *folders: Path, **told: Any) -> Learnt:
        told["progress"]("learning", 0.5)
        self.folders, self.told = folders, told
        return Learnt(7, folders[-1])


@pytest.mark.parametrize("model", list(Trainings.entries))
def test_a_model_has_its_own_options_and_the_shared_ones(model: str) -> None:
    command = load(model, Trainings.entries[model])
    assert {option.name for option in command.params} == SHARED | OWN[model]
    assert command.help.splitlines()[0] == Trainings.entries[model].summary
    assert {o.name: o.default for o in command.params if o.name in ("seed", "device", "resume")} == {
        "seed": 0, "device": "auto", "resume": True,
    }  # fmt: skip


def test_help_lists_the_models_and_a_model_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"\n  {model} " in listed for model in OWN)
    assert main(["train", "llasa", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "telltale train llasa" in shown and "align|tune|data" in shown and "--budget-minutes" in shown
    assert "--kinds" not in shown and "--epochs" not in shown


def test_the_page_lists_the_options_that_there_are() -> None:
    listed: dict[str, set[str]] = {}
    section = PAGE.read_text(encoding="utf-8").split("\n## train\n")[1].split("\n## ")[0]
    for models, options in re.findall(r"^\| (`.+?`) \| (.+?) \| [^|]*\|$", section, flags=re.M):
        for model in re.findall(r"`(\w+)`", models):
            listed[model] = {name.replace("--no-", "--") for name in re.findall(r"`(--[a-z-]+)", options)}
    there = {
        model: {option.opts[0] for option in load(model, entry).params if option.name not in SHARED}
        for model, entry in Trainings.entries.items()
    }
    assert listed == there


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing", "-o", "x"], "No such command 'nothing'"),
        (["motio", "-o", "x"], "Did you mean 'motion'"),
        ([], "Missing command"),
        (["motion"], "Missing option '--output'"),
        (["--data", "x", "motion", "-o", "x"], "No such option: --data; see telltale train --help"),
        (["motion", "-o", "x", "--stage", "tune"], "No such option: --stage"),
        (["audio", "-o", "x", "--sequences", "x.csv"], "No such option: --sequences"),
        (["chronos", "-o", "x", "--epochs", "2"], "No such option: --epochs"),
        (["limubert", "-o", "x", "--encoder", "x"], "No such option: --encoder"),
        (["sensorllm", "-o", "x", "--stage", "data"], "'data' is not one of 'align', 'tune'"),
        (["sensorlm", "-o", "x", "--dataset", "hapt"], "No such option: --dataset"),
        (["llasa", "-o", "x", "--kinds", "trend"], "No such option: --kinds"),
        (["actionllm", "-o", "x", "--aligned", "x"], "No such option: --aligned"),
        (["motion", "-o", "x", "--epochs", "0"], "--epochs"),
    ],
)
def test_a_wrong_command_line_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert said in printed.err


@pytest.mark.parametrize("model", list(Trainings.entries))
def test_a_missing_data_folder_is_one_line(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", model, "-o", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert printed.err.startswith(f"telltale: train {model}: expected a folder with the public data sets")
    assert "add --data DIR (or TELLTALE_DATA)" in printed.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("model", "training", "words", "told"),
    [
        ("motion", "models.motion.train_motion", ["--epochs", "14"], {"epochs": 14}),
        ("motion", "models.motion.train_motion", [], {"epochs": None}),
        ("audio", "models.audio.train_audio", ["--epochs", "3"], {"epochs": 3}),
        ("audio", "models.audio.train_audio", [], {}),
        ("chronos", "models.chronos.train_chronos", [], {}),
        (
            "limubert", "models.limubert.train_limubert", ["--micro-batch", "32"], {"epochs": None, "batch_size": 32},
        ),
        (
            "llasa", "models.llasa.train_llasa", ["--encoder", "e", "--examples", "9"],
            {"stage": "align", "aligned": None, "start": None, "texts": None, "encoder": Path("e"), "backbone": "embedded", "most_windows": 9,
             "further": None},
        ),
    ],
)  # fmt: skip
def test_what_is_said_reaches_the_training(
    model: str, training: str, words: list[str], told: dict[str, Any], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    recorder = Recorder()
    monkeypatch.setattr(training, recorder)
    how = ["--seed", "3", "--budget-minutes", "2.5", "--no-resume", "--device", "cpu"]
    data, output = tmp_path / "sets", tmp_path / "out"
    assert main(["train", model, *words, "--data", str(data), "-o", str(output), *how]) == 0
    assert recorder.folders == (data, output)
    recorder.told.pop("progress")
    assert recorder.told == {"seed": 3, "budget_minutes": 2.5, "resume": False, "device": "cpu", **told}
    printed = capsys.readouterr()
    assert printed.out == f"steps: 7\nplace: {output}\n"
    assert printed.err == f"written: {output}\n"


def test_json_is_all_of_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("models.chronos.train_chronos", Recorder())
    assert main(["train", "chronos", "--data", "sets", "-o", str(tmp_path), "--json", "-q"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"steps": 7, "place": str(tmp_path)}
    assert printed.err == ""


def test_stages_of_sensorllm_become_plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aligning, tuning = Recorder(), Recorder()
    monkeypatch.setattr("models.sensorllm.train_alignment", aligning)
    monkeypatch.setattr("models.sensorllm.train_tuning", tuning)
    asked = ["train", "sensorllm", "--data", "sets", "-o", str(tmp_path), "--examples", "5", "-q"]
    assert main([*asked, "--kinds", "trend, merged", "--longest-samples", "64", "--dataset", "hapt"]) == 0
    plan = aligning.told["plan"]
    assert (plan.sets, plan.kinds, plan.longest_samples) == (("hapt",), ("trend", "merged"), 64)
    assert (plan.segments, plan.validation_segments) == (5, 5)
    assert main([*asked, "--stage", "tune", "--dataset", "hapt", "--aligned", "a", "--no-text"]) == 0
    plan = tuning.told["plan"]
    assert (tuning.told["dataset"], tuning.told["aligned"]) == ("hapt", Path("a"))
    assert (plan.text, plan.pool, plan.windows_per_epoch, plan.validation_windows) == (False, 5, 5, 5)
    assert main([*asked, "--hidden", "32, 48"]) == 0 and aligning.told["plan"].projector_sizes == (32, 48)
    fresh = ["--stage", "tune", "--dataset", "hapt", "--hidden", "24", "--by-value", "16"]
    assert main([*asked, *fresh]) == 0
    assert (tuning.told["projector_sizes"], tuning.told["plan"].by_value) == ((24,), 16)
    assert tuning.told["plan"].value_kinds == ("statistics",)
    assert main([*asked, *fresh, "--values", "statistics, periodicity"]) == 0
    assert tuning.told["plan"].value_kinds == ("statistics", "periodicity") and tuning.told["plan"].beside == ()
    assert main([*asked, *fresh, "--beside", "usc_had, motionsense"]) == 0
    assert tuning.told["plan"].beside == ("usc_had", "motionsense")


def test_options_of_sensorlm_become_a_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorder = Recorder()
    monkeypatch.setattr("models.sensorlm.training.train_sensorlm", recorder)
    asked = ["train", "sensorlm", "--data", "sets", "-o", str(tmp_path), "-q", "--objective", "coca"]
    assert main([*asked, "--without-class", "jumping", "--without-class", "running", "--without-set", "usc_had"]) == 0
    plan = recorder.told["plan"]
    assert (plan.without_classes, plan.without_sets) == (("jumping", "running"), ("usc_had",))
    assert recorder.told["config"].objective == "coca"


def test_texts_of_llasa_are_written_without_a_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorder = Recorder()
    monkeypatch.setattr("models.llasa.data.write_corpus", recorder)
    asked = ["train", "llasa", "--stage", "data", "--data", "sets", "-o", str(tmp_path), "-q", "--seed", "4"]
    assert main([*asked, "--examples", "5"]) == 0
    recorder.told.pop("progress")
    assert recorder.told == {"seed": 4, "most_windows": 5, "retell": None}
    script = tmp_path / "script.json"
    script.write_text('{"otherwise": "no"}')
    assert main([*asked, "--llm", f"scripted:{script}"]) == 0
    assert recorder.told["retell"].name == "scripted"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sensorllm", "--kinds", "trends"], "telltale: --kinds: expected trend, "),
        (["sensorllm", "--dataset", "breakfast"], "telltale: --dataset: expected "),
        (["sensorllm", "--stage", "tune"], "add --dataset hapt, for example"),
        (["sensorllm", "--aligned", "a"], "telltale: --aligned: expected --stage tune, found --stage align, which"),
        (["sensorllm", "--hidden", "512,x"], "--hidden: expected one or two widths of 1 to 4096, found 512,x"),
        (["sensorllm", "--hidden", "9,9,9"], "found 9,9,9"),
        (
            ["sensorllm", "--stage", "tune", "--dataset", "hapt", "--aligned", "a", "--hidden", "512"],
            "found --aligned, which brings its own",
        ),
        (["sensorllm", "--by-value", "256"], "telltale: --by-value: expected --stage tune"),
        (
            ["sensorllm", "--stage", "tune", "--dataset", "hapt", "--values", "frequency"],
            "telltale: --values: expected --by-value N beside it, found none",
        ),
        (
            ["sensorllm", "--stage", "tune", "--dataset", "hapt", "--by-value", "8", "--values", "colour"],
            "telltale: --values: expected some of statistics, frequency, periodicity, upright, bands, each once, found colour",
        ),
        (["sensorllm", "--no-text"], "telltale: --text: expected --stage tune"),
        (["sensorllm", "--stage", "tune", "--dataset", "hapt", "--kinds", "trend"], "expected --stage align"),
        (["llasa", "--llm", "embedded"], "telltale: --llm: expected --stage data"),
        (["llasa", "--texts", "t"], "telltale: --texts: expected --stage tune"),
        (["llasa", "--start", "base"], "telltale: --start: expected --stage tune"),
        (
            ["llasa", "--stage", "tune", "--start", "base", "--encoder", "e"],
            "telltale: --start: expected a checkpoint that brings its own encoder and projector, found --encoder beside it",
        ),
        (["llasa", "--stage", "data", "--encoder", "e"], "expected --stage align or tune, found --stage data"),
        (["sensorlm", "--without-class", "swimming"], "telltale: --without-class: expected of "),
        (
            ["sensorlm", "--decoder-of", "shipped", "--objective", "coca"],
            "telltale: --decoder-of: expected no other option ",
        ),
        (["actionllm", "--dataset", "hapt"], "expected 50salads, breakfast"),
        (["actionllm", "--set", "queries"], "NAME=VALUE"),
    ],
)
def test_a_value_that_there_is_not_is_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *words, "--data", str(tmp_path), "-o", str(tmp_path / "out"), "-q"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert said in printed.err
