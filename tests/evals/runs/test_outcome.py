"""What a finished run leaves: scored again, reported, published or refused, exported, joined by another program's answers."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from evals.export import export_whar, split_of
from evals.publish import publish
from evals.registry import TaskOptions
from evals.report import write_report
from evals.runs import Run, Sample
from evals.runs.execute import execute, score_again
from evals.runs.folder import existing_run, open_run
from evals.runs.outcome import failed_checks, write_outcome
from recordings import UserError


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def test_a_stranger_scores_the_same_bytes(copied: Path) -> None:
    _, text, same = score_again(copied)
    assert same is True and text == (copied / "metrics.json").read_text(encoding="utf-8")
    (copied / "samples.jsonl").unlink()  # the table alone
    _, again, same = score_again(copied)
    assert same is True and again == text


def test_a_changed_answer_changes_the_figures(copied: Path) -> None:
    journal = copied / "samples.jsonl"
    journal.write_text(
        journal.read_text(encoding="utf-8").replace('"prediction": "upright"', '"prediction": "lying"', 40),
        encoding="utf-8",
    )
    assert score_again(copied)[2] is False


def test_the_page_stands_alone_and_is_the_same_each_time(finished: Path, data_dir: Path, tmp_path: Path) -> None:
    page = (finished / "report.html").read_text(encoding="utf-8")
    run, result = existing_run(finished), score_again(finished)[0]
    write_report(run, result, data_dir, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page
    for outside in ("<script", "http://", "https://", '<link rel="'):
        assert outside not in page
    wrong = [s for s in run.samples("gravity") if not s.correct] or [
        s for s in run.samples("always upright") if not s.correct
    ]
    assert wrong
    assert "Most confident mistakes" in page and "Confusion: " in page and "Subject by subject" in page
    assert 'href="#p0w0"' in page and 'id="p0w0"' in page  # the worst is linked to its signal
    assert page.count("<svg") >= 3
    ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_words_of_users_are_text_in_the_page(tmp_path: Path) -> None:
    run = Run(header={"task": "har"})
    run.add(
        Sample("<b>1", "<script>alert(1)</script>", "p", "me", "a<i>", "b", 0.9, detail={"question": "<img src=x>"})
    )
    result = {
        "task": "har",
        "protocol": {"name": "<u>"},
        "systems": [{"name": "<script>x", "part": "p", "metrics": {}}],
    }
    write_report(run, result, None, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>" not in page and "<img" not in page and "a<i>" not in page


def test_a_finished_run_is_published_the_same_each_time(finished: Path, tmp_path: Path) -> None:
    first = publish(finished, into=tmp_path).read_bytes()
    assert publish(finished, "other", into=tmp_path).read_bytes() == first
    result = json.loads(first)
    assert result["command"] == "telltale eval gravity --data DIR" and "quick" not in result
    assert {s["name"] for s in result["systems"]} == {"always upright", "gravity"}


def test_what_is_no_claim_is_not_published(finished: Path, copied: Path, tmp_path: Path) -> None:
    (copied / "manifest.json").unlink()
    with pytest.raises(UserError, match="unfinished"):
        publish(copied, into=tmp_path)
    leaky = Path(shutil.copytree(finished, tmp_path / "leaky"))
    header = json.loads((leaky / "run.json").read_text(encoding="utf-8"))
    header["leak_checks"] = [{"name": "same_subject", "part": "hapt", "passed": False, "detail": "2 on both sides"}]
    (leaky / "run.json").write_text(json.dumps(header), encoding="utf-8")
    assert failed_checks(score_again(leaky)[0]) == ["same_subject (hapt)"]
    with pytest.raises(UserError, match="same_subject"):
        publish(leaky, into=tmp_path)
    quick = Path(shutil.copytree(finished, tmp_path / "quick"))
    header = json.loads((quick / "run.json").read_text(encoding="utf-8"))
    header["options"]["limit"] = 10
    (quick / "run.json").write_text(json.dumps(header), encoding="utf-8")
    with pytest.raises(UserError, match="quick look"):
        publish(quick, into=tmp_path)
    assert json.loads(publish(quick, into=tmp_path, quick=True).read_bytes())["quick"] is True


def test_the_table_for_others_holds_every_window(finished: Path, tmp_path: Path) -> None:
    header, number = export_whar(finished, tmp_path / "windows.csv")
    with (tmp_path / "windows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    run = existing_run(finished)
    samples = list(run.samples())
    assert number == len(rows) == len(samples)
    for row, sample in zip(rows, samples, strict=True):
        assert (row["window_id"], row["y_true"], row["y_pred"]) == (sample.id, sample.truth, sample.prediction)
        assert row["dataset"] == "hapt" and row["session_id"].startswith("hapt:exp")
        assert float(row["end_s"]) - float(row["start_s"]) == 1
    told = json.loads(header.read_text(encoding="utf-8"))
    right = [s.correct for s in run.samples("gravity", "hapt/fixed/0")]
    found = next(r for r in told["results"] if (r["system"], r["split"]) == ("gravity", "fixed/0"))
    assert found["accuracy"] == pytest.approx(sum(right) / len(right), abs=1e-6) and found["windows"] == len(right)
    export_whar(finished, tmp_path / "windows.parquet")
    assert pq.read_table(tmp_path / "windows.parquet").num_rows == number
    with pytest.raises(UserError, match=r"\.txt"):
        export_whar(finished, tmp_path / "windows.txt")


def test_splits_bear_the_librarys_names() -> None:
    assert split_of("wisdm_watch/groups:5/3/1") == {
        "dataset": "wisdm_19_watch",
        "split": "groups:5/group_3",
        "seed": "1",
    }
    assert split_of("motionsense/loso/7") == {"dataset": "motion_sense", "split": "loso/subject_7", "seed": "0"}
    assert split_of("held out") == {"dataset": "held out", "split": "all", "seed": "0"}


def test_windows_whose_time_is_in_the_id_have_it_in_the_table(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", {"task": "har"})
    run.add(Sample("hapt-exp41@261.38", "forest", "hapt/groups:5/0", "20", "walking", None, status="invalid"))
    run.note("folds", {"hapt/groups:5/0": {"window_s": 2.56}})
    export_whar(tmp_path / "run", tmp_path / "w.csv")
    with (tmp_path / "w.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["session_id"], row["start_s"], row["end_s"]) == ("hapt-exp41", "261.38", "263.94")
    assert row["y_pred"] == "" and row["prob_walking"] == ""


def test_another_programs_answers_are_one_more_system(finished: Path, data_dir: Path, tmp_path: Path) -> None:
    items = {s.id: s.truth for s in existing_run(finished).samples("gravity")}
    some = dict(list(items.items())[: len(items) // 2])
    file = tmp_path / "oracle.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "prediction", "score"])
        writer.writerows([i, truth, 0.9] for i, truth in some.items())
    result, folder = execute("gravity", TaskOptions(data_dir), "telltale eval gravity", tmp_path / "run", answers=file)
    assert [s["name"] for s in result["systems"]] == ["always upright", "gravity", "oracle"]  # type: ignore[attr-defined]
    theirs = list(existing_run(folder).samples("oracle"))
    assert len(theirs) == len(items)
    assert sum(s.status == "skipped" for s in theirs) == len(items) - len(some)
    assert all(s.correct for s in theirs if s.status == "ok")
    file.write_text("id,prediction\nnobody@0,lying\n", encoding="utf-8")
    with pytest.raises(UserError, match="nobody@0"):
        execute("gravity", TaskOptions(data_dir), "telltale eval gravity", tmp_path / "run2", answers=file)
    file.write_text("wrong,columns\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="id and prediction"):
        execute("gravity", TaskOptions(data_dir), "telltale eval gravity", tmp_path / "run3", answers=file)


def test_the_clock_is_in_the_manifest_and_nowhere_else(tmp_path: Path) -> None:
    texts = []
    for name, seconds in (("a", 1.5), ("b", 99.0)):
        run = open_run("har", {"seed": 0}, "telltale eval har", tmp_path / name)
        run.add(Sample("1", "forest", "p", "2", "a", "a"))
        run.finish("forest", "p", seconds=seconds)
        result = {
            "task": "har",
            "protocol": {},
            "systems": [
                {
                    "name": "forest",
                    "seconds": seconds,
                    "peak_mb": seconds,
                    "windows_per_s": seconds,
                    "metrics": {"macro_f1": {"value": 1.0}},
                }
            ],
        }
        write_outcome(run, result, f"2026-01-0{int(seconds) % 9}T00:00:00+00:00")
        run.close()
        texts.append((tmp_path / name / "metrics.json").read_bytes())
    assert texts[0] == texts[1]
    assert b"99.0" in (tmp_path / "b" / "result.json").read_bytes()
