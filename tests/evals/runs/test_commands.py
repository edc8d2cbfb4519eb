"""`telltale eval` and its words, as a person types them: exit codes, one line an error, nothing left behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.language.access import key_for
from apps.cli import main
from evals.registry import TaskOptions
from evals.tasks import startup

Said = tuple[int, str, str]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Types a command in an empty folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TELLTALE_DATA", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path.parent / "no-settings"))

    def type_it(*words: str) -> Said:
        capsys.readouterr()
        code = main(["eval", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return type_it


def test_the_list_says_what_there_is(typed: Callable[..., Said]) -> None:
    code, out, _ = typed("--list", "--json")
    tasks = {row["task"]: row for row in json.loads(out)}
    assert code == 0 and {"har", "timeline", "sound", "startup", "gravity"} <= tasks.keys()
    assert {"protocols", "systems", "needs", "question"} <= tasks["har"].keys()
    code, out, _ = typed("--list")
    assert code == 0 and "--protocol" in out


def test_a_task_is_measured_into_a_folder_and_goes_on(
    typed: Callable[..., Said], data_dir: Path, tmp_path: Path
) -> None:
    code, out, err = typed("gravity", "--data", str(data_dir), "--quiet")
    assert code == 0 and "always upright" in out and "run: runs/" in err
    (folder,) = (tmp_path / "runs").iterdir()
    header = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert str(data_dir) not in json.dumps(header)  # nobody's folders in a result
    (folder / "manifest.json").unlink()  # as a kill just before the end leaves it
    code, out, _ = typed("gravity", "--data", str(data_dir), "--quiet", "--json", "-o", "result.json")
    assert code == 0 and [f.name for f in (tmp_path / "runs").iterdir()] == [folder.name]
    assert json.loads(out) == json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    code, _, err = typed("gravity", "--data", str(data_dir), "-o", "result.json")
    assert code == 1 and err.count("\n") == 1 and "--overwrite" in err
    code, _, err = typed("gravity", "--data", str(data_dir), "--run", str(folder))
    assert code == 1 and err.count("\n") == 1 and "finished one" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "no such task"),
        (("gravity",), "--data DIR"),
        (("gravity", "--data", "/nowhere/at/all"), "check --data"),
        (("compare", "a", "b"), "no such folder"),
        (("publish", "nowhere"), "no such folder"),
        (("publish", "nowhere", "--as", "../up"), "plain file name"),
        (("score", "nowhere"), "no such folder"),
        (("export", "nowhere", "-o", "x.csv"), "no such folder"),
        (("all", "--only", "nonsense"), "tasks of the list"),
    ],
)
def test_a_mistake_is_one_line_with_its_cure(typed: Callable[..., Said], words: tuple[str, ...], said: str) -> None:
    code, out, err = typed(*words)
    assert (code, out) == (1, "")
    assert err.startswith("telltale: ") and err.count("\n") == 1 and said in err


@pytest.mark.parametrize(
    "words", [(), ("compare", "a"), ("compare", "a", "b", "--systems", "one"), ("--limit", "0", "gravity")]
)
def test_a_wrong_command_line_is_usage(typed: Callable[..., Said], words: tuple[str, ...]) -> None:
    code, _, err = typed(*words)
    assert code == 2 and "see telltale eval" in err


def test_a_run_is_scored_compared_exported_and_published(
    typed: Callable[..., Said], finished: Path, tmp_path: Path
) -> None:
    code, _, err = typed("score", str(finished))
    assert code == 0 and "the same bytes" in err
    code, out, _ = typed("compare", str(finished), "--systems", "gravity,always upright", "--json")
    rows = json.loads(out)
    assert code == 0 and {r["metric"] for r in rows} == {"macro_f1", "accuracy"}
    assert {r["part"] for r in rows} == {"hapt/fixed/0", "hapt/fixed/1"}
    assert all("McNemar" in r["paired"]["method"] for r in rows)  # one person a part
    assert typed("compare", str(finished), str(finished))[0] == 0
    code, _, err = typed("export", str(finished), "-o", "w.csv")
    assert code == 0 and (tmp_path / "w.csv.json").is_file()
    assert typed("export", str(finished), "-o", "w.csv")[0] == 1
    code, out, _ = typed("publish", str(finished), "--into", "published", "--as", "gravity_test")
    assert code == 0 and out.strip() == "published/gravity_test.json"


def test_a_leak_makes_the_table_void(typed: Callable[..., Said], finished: Path, tmp_path: Path) -> None:
    leaky = Path(shutil.copytree(finished, tmp_path / "leaky"))
    header = json.loads((leaky / "run.json").read_text(encoding="utf-8"))
    header["leak_checks"] = [{"name": "same_subject", "part": "", "passed": False, "detail": "2 on both sides"}]
    (leaky / "run.json").write_text(json.dumps(header), encoding="utf-8")
    code, out, err = typed("score", str(leaky))
    assert code == 1 and out.startswith("VOID") and "same_subject" in out and "void" in err
    code, _, err = typed("publish", str(leaky), "--into", "published")
    assert code == 1 and "same_subject" in err and not (tmp_path / "published").exists()
    from evals.report import write_report
    from evals.runs.execute import score_again
    from evals.runs.folder import existing_run

    write_report(existing_run(leaky), score_again(leaky)[0], None, tmp_path / "r.html")
    assert "VOID" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_list_goes_on_where_a_task_fails(
    typed: Callable[..., Said], data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import evals.acceptance as acceptance

    steps = (acceptance.Step("gravity"), acceptance.Step("gravity", "groups:2"), acceptance.Step("absent_task"))
    monkeypatch.setattr(acceptance, "STEPS", steps)
    import gravity_task

    whole = gravity_task.collect

    def failing(options: object, run: object) -> None:
        if options.protocol:  # type: ignore[attr-defined]
            raise RuntimeError("the second one has a bug")
        whole(options, run)  # type: ignore[arg-type]

    monkeypatch.setattr(gravity_task, "collect", failing)
    code, _, err = typed("all", "--quick", "--data", str(data_dir), "--quiet")
    assert code == 3
    assert "gravity: done" in err and "RuntimeError: the second one has a bug" in err and "absent_task: missing" in err
    (base,) = (tmp_path / "runs").iterdir()
    assert base.name.endswith("-all-quick") and (base / "gravity" / "report.html").is_file()
    monkeypatch.setattr(gravity_task, "collect", whole)
    _, _, err = typed("all", "--quick", "--data", str(data_dir), "--quiet")
    assert "gravity: there" in err and "gravity-groups2: done" in err
    assert [f.name for f in (tmp_path / "runs").iterdir()] == [base.name]


def test_the_time_left_comes_from_the_measured_pace() -> None:
    from apps.evaluation import Pace, spoken

    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.left("har", 0.0) is None
    now[0] = 10.0
    assert pace.left("har", 0.25) == pytest.approx(30.0)
    now[0] = 12.0
    assert pace.left("qa", 0.0) is None  # another piece of work
    assert [spoken(s) for s in (40, 200, 4800, 7300)] == ["40 s", "3 min", "80 min", "2 h 2 min"]


@pytest.mark.parametrize(
    ("typed_words", "kept"),
    [
        ("har --data /home/me/sets --systems logistic,predictions:/home/me/x.npz", "har --data DIR --systems logistic,predictions:x.npz"),
        ("sensorllm --systems sensorllm:out/hapt --run /home/me/r", "sensorllm --systems sensorllm:hapt"),
        ("qa --llm http://localhost:8000/v1#m", "qa --llm 'http://localhost:8000/v1#m'"),
        ("qa --llm embedded:/home/me/model -q", "qa --llm embedded:model"),
    ],
)  # fmt: skip
def test_a_result_names_nobodys_folders(typed_words: str, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.commands.evaluate import command_line

    monkeypatch.setattr("sys.argv", ["telltale", "eval", *typed_words.split()])
    assert command_line() == f"telltale eval {kept}"


def test_the_key_of_the_settings_reaches_the_models_of_a_task_and_no_result(
    typed: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real task and run; only its look at the model is ours, because a small task asks none."""
    found: list[str | None] = []
    at, elsewhere = "http://127.0.0.1:9/v1#m", "http://127.0.0.1:10/v1#m"

    def look(options: TaskOptions) -> dict[str, object]:
        found.extend([key_for(options.llm), key_for(elsewhere)])
        return startup.run(options)

    monkeypatch.setattr("evals.runs.execute.task", lambda name: look)
    monkeypatch.setenv("TELLTALE_LLM_API_KEY", "sk-mine")
    code, out, _ = typed("startup", "--llm", at, "--quiet", "--json")
    assert code == 0 and found == ["sk-mine", None]
    assert "sk-mine" not in out + "".join(f.read_text(encoding="utf-8") for f in tmp_path.rglob("*.json*"))
    assert key_for(at) is None
