"""Questions, conversations, sequences and the check-up through the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.timeline import AnswerRecord
from apps.cli import main
from apps.times import seconds_of
from recordings import UserError

Write = Callable[[Path, int], Path]


def test_a_conversation_goes_on(
    tmp_path: Path,
    tiny: list[str],
    write_csv: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)
    command = ["chat", str(source), "--json", "--database", str(tmp_path / "talk.sqlite"), *tiny]
    monkeypatch.setattr("sys.stdin", io.StringIO("How long is the recording?\n:nonsense\n:quit\n"))
    assert main(command) == 0
    out, err = capsys.readouterr()
    answer = AnswerRecord.model_validate_json(out)
    assert "20 s" in answer.answer
    assert ":nonsense: expected :open RECORDING, :turns or :quit" in err

    monkeypatch.setattr("sys.stdin", io.StringIO(":turns\n"))
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "1 questions asked before" in err
    assert "How long is the recording?" in err


def test_an_answer_stands_on_evidence(
    tmp_path: Path, tiny: list[str], write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)
    assert (
        main(["ask", str(source), "What is the maximum of acceleration x?", "--position", "wrist", "--json", *tiny])
        == 0
    )
    answer = AnswerRecord.model_validate_json(capsys.readouterr().out)
    assert answer.status == "answered"
    (claim,) = [claim for claim in answer.claims if claim.value is not None]
    assert 3.0 < float(claim.value or 0) < 3.3
    assert set(claim.evidence) <= {fact.id for fact in answer.evidence}
    assert main(["ask", str(source), "Did I swim?", *tiny]) == 0
    assert "no swimming" in capsys.readouterr().out


def test_a_typed_sequence_and_a_written_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anticipate", "sitting 60, walking 30, sitting 40", "--fusion", "never", "--json"]) == 0
    typed = json.loads(capsys.readouterr().out)
    assert typed["status"] == "answered"
    assert all(0 < one["probability"] <= 1 and one["start_s"] >= 130 for one in typed["forecast"])

    table = tmp_path / "t.csv"
    table.write_text("activity,start_s,end_s\nsitting,0,60\nwalking,60,90\nsitting,90,130\n")
    assert main(["anticipate", str(table), "--fusion", "never", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forecast"] == typed["forecast"]

    assert main(["anticipate", "sitting 60, walking", "--fusion", "never"]) == 1
    assert "activities with seconds" in capsys.readouterr().err
    assert main(["anticipate", "vacuuming 60,", "--fusion", "never"]) == 1


def test_too_short_a_sequence_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anticipate", "walking 5", "--fusion", "never"]) == 0
    assert "cannot tell" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "seconds"), [("65", 65.0), ("1:05", 65.0), ("1:02:05.5", 3725.5), (" 0.5 ", 0.5)])
def test_times_as_typed(text: str, seconds: float) -> None:
    assert seconds_of(text, "--start") == seconds


def test_a_time_that_is_none() -> None:
    with pytest.raises(UserError, match="write it as 65 or 1:05"):
        seconds_of("noon", "--start")


def test_the_checkup_gives_every_finding_a_state(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json", "--llm", "http://127.0.0.1:9/v1#model"])
    findings = {row["topic"]: row for row in json.loads(capsys.readouterr().out)}
    assert {row["state"] for row in findings.values()} <= {"ok", "missing", "broken"}
    assert findings["language model"]["state"] == "broken"
    assert findings["torch"]["state"] == "ok"
    assert "none named" in findings["data"]["found"]


def test_models_are_listed_from_their_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--json"]) == 0
    roles = {row["role"] for row in json.loads(capsys.readouterr().out)}
    assert {"sentence embedding", "language model"} <= roles
