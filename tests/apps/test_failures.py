"""Every expected failure is one line on stderr with the right exit code; a bug keeps its traceback."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from apps.cli import main
from apps.failures import run
from recordings import UserError


def raising(failure: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise failure

    return command


MISTAKE = UserError("walk.csv", expected="a table", found="an empty file", cure="export it again")


@pytest.mark.parametrize(
    ("failure", "code", "line"),
    [
        (MISTAKE, 1, "telltale: walk.csv: expected a table, found an empty file; export it again"),
        (KeyboardInterrupt(), 130, "telltale: stopped by Ctrl-C"),
        (
            OSError(errno.ENOSPC, "No space left on device", "out/x.json"),
            1,
            "telltale: out/x.json: expected room to write, found a full disk",
        ),
        (typer.BadParameter("no"), 2, "telltale: command line: Invalid value: no"),
        (typer.Exit(3), 3, ""),
    ],
)
def test_one_line_and_a_code(failure: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(failure)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == (1 if line else 0)


def test_a_bug_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 // 0)


def test_another_os_error_is_a_bug() -> None:
    with pytest.raises(OSError, match="loop"):
        run(raising(OSError(errno.ELOOP, "loop")))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["annotat"], 2, "Did you mean 'annotate'"),
        (["annotate"], 2, "Missing argument 'RECORDING'"),
        (["annotate", "x", "--fusion", "sometimes"], 2, "'auto', 'always', 'never'"),
        (["eval", "nothing"], 1, "expected one of har"),
        (["eval", "har"], 1, ""),
        (["train", "motion", "-o", "x"], 1, "--data DIR"),
        (["train", "nothing", "-o", "x"], 2, "No such command 'nothing'"),
        (["models", "show", "nothing"], 1, "telltale models list"),
        (["doctor", "--config", "nowhere.toml"], 1, "a TOML file of settings"),
    ],
)
def test_commands(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELLTALE_DATA", raising=False)
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("telltale: ")
    assert err.count("\n") == 1
    assert said in err
    assert "Traceback" not in err


def test_a_reader_that_goes_away_is_no_failure_to_talk_about(tmp_path: Path) -> None:
    program = f'{sys.executable} -c \'import sys; from apps.cli import main; sys.exit(main(["eval", "--list"]))\''
    # The reader has gone before anything is written.
    script = f"(sleep 0.3; {program}; echo $? > {tmp_path}/code) 2> {tmp_path}/err | true"
    subprocess.run(["bash", "-c", script], check=True)
    assert (tmp_path / "err").read_text() == ""
    assert (tmp_path / "code").read_text().strip() == "141"
