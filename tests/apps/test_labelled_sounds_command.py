"""`telltale exemplars sounds` and `--labelled-sounds`, from clips to a timeline; every mistake is one line that names its clip."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agents.fusion import ACTIVITIES
from agents.timeline import TimelineRecord
from apps.cli import main
from apps.labelled_clips import activity_named, clips_in
from recordings import UserError
from tools.labelled_sounds import SoundStore

DUMMY = ["--audio-model", str(Path(__file__).resolve().parents[2] / "models/audio/dummy"), "-q"]
Write = Callable[[Path, int], Path]


def write_clip(path: Path, seconds: float = 3.0, level: float = 0.1, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).normal(scale=level, size=round(seconds * 16000))
    soundfile.write(path, samples.clip(-1, 1), 16000)
    return path


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    for i, folder in enumerate(("cooking", "Washing dishes", "typing")):
        for n in range(2):
            write_clip(tmp_path / "clips" / folder / f"{n}.{('wav', 'flac')[n]}", seed=10 * i + n)
    (tmp_path / "clips" / "cooking" / "notes.txt").write_text("how it was recorded")
    (tmp_path / "clips" / ".cache").mkdir()
    return tmp_path / "clips"


def test_a_folder_of_clips_becomes_a_store_that_grows(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    assert main(["exemplars", "sounds", str(clips), "-o", str(store), "--licence", "CC0", *DUMMY]) == 0
    out, err = capsys.readouterr()
    assert out == f"6 new; 6 sounds of 3 activities in {store}: " + out.partition(": ")[2]
    assert "washing_dishes 2" in out and err == ""
    kept = SoundStore.open(store)
    assert kept.licence == "CC0"
    assert {s.source for s in kept.heard.sounds if s.activity == "cooking"} == {"cooking/0.wav", "cooking/1.flac"}
    assert str(tmp_path) not in (store / "sounds.safetensors").read_bytes().decode("latin-1")

    more = write_clip(tmp_path / "evening.wav", 30.0, seed=77)
    stretch = ["--label", "brushing teeth", "--start", "5", "--end", "0:15", "--subject", "ann"]
    assert main(["exemplars", "sounds", str(more), "-o", str(store), *stretch, *DUMMY]) == 0
    assert capsys.readouterr().out.startswith("1 new; 7 sounds of 4 activities")
    (own,) = [s for s in SoundStore.open(store).heard.sounds if s.subject == "ann"]
    assert (own.activity, own.start_s, own.end_s, own.source) == ("brushing_teeth", 5.0, 15.0, "evening.wav")

    assert main(["exemplars", "sounds", str(clips), "-o", str(store), "--overwrite", *DUMMY]) == 0
    assert capsys.readouterr().out.startswith("6 new; 6 sounds of 3 activities")


def test_a_timeline_with_labelled_sounds(
    clips: Path, tmp_path: Path, tiny: list[str], write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    assert main(["exemplars", "sounds", str(clips), "-o", str(store), *DUMMY]) == 0
    session = tmp_path / "session"
    write_csv(session / "watch.csv", 0)
    write_clip(session / "room.wav", 20.0, seed=5)
    capsys.readouterr()
    asked = ["annotate", str(session), "--position", "wrist", "--json", *tiny]
    assert main([*asked, "--labelled-sounds", str(store)]) == 0
    timeline = TimelineRecord.model_validate_json(capsys.readouterr().out)
    assert "alike" in {m.name for e in timeline.episodes for m in e.modalities}
    assert "activity_by_sounds" in {e.quantity for e in timeline.evidence}
    assert timeline.verification.unsupported_printed == 0
    assert main(asked) == 0
    plain = TimelineRecord.model_validate_json(capsys.readouterr().out)
    assert "alike" not in {m.name for e in plain.episodes for m in e.modalities}

    # The room's own sound, labelled, tells nothing about the room: what it taught is left out.
    own = tmp_path / "own"
    shutil.copytree(clips / "typing", tmp_path / "few" / "typing")
    shutil.copytree(session, tmp_path / "few" / "cooking")
    assert main(["exemplars", "sounds", str(tmp_path / "few"), "-o", str(own), *DUMMY]) == 0
    capsys.readouterr()
    assert main([*asked, "--labelled-sounds", str(own)]) == 0
    timeline = TimelineRecord.model_validate_json(capsys.readouterr().out)
    assert "alike" not in {m.name for e in timeline.episodes for m in e.modalities}


def test_questions_and_reports_take_them_too(
    clips: Path, tmp_path: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    assert main(["exemplars", "sounds", str(clips), "-o", str(store), *DUMMY]) == 0
    room = write_clip(tmp_path / "room.wav", 20.0, seed=5)
    named = ["--labelled-sounds", str(store)]
    assert main(["ask", str(room), "how long was cooking?", "--json", *tiny, *named]) == 0
    assert main(["report", str(room), "-o", str(tmp_path / "report"), *tiny, *named]) == 0
    (page,) = (tmp_path / "report").glob("room-*/*.html")
    text = page.read_text("utf-8")
    assert "<td>alike</td>" in text and "nearest_sounds" in text
    capsys.readouterr()
    # The report is current; with another store it is made again.
    assert main(["report", str(room), "-o", str(tmp_path / "report"), *tiny, *named]) == 0
    assert "(1 already were)" in capsys.readouterr().err
    write_clip(clips / "typing" / "2.wav", seed=300)
    assert main(["exemplars", "sounds", str(clips), "-o", str(store), *DUMMY]) == 0
    assert main(["report", str(room), "-o", str(tmp_path / "report"), *tiny, *named]) == 0
    assert "(0 already were)" in capsys.readouterr().err


def _empty(clips: Path) -> None:
    shutil.rmtree(clips)
    clips.mkdir()


def _loose(clips: Path) -> None:
    _empty(clips)
    write_clip(clips / "kitchen.wav")


def _unknown(clips: Path) -> None:
    (clips / "typing").rename(clips / "typeing")


def _unreadable(clips: Path) -> None:
    (clips / "typing" / "broken.wav").write_bytes(b"RIFF....WAVEnothing else")


def _void(clips: Path) -> None:
    (clips / "typing" / "void.ogg").write_bytes(b"")


def _silent(clips: Path) -> None:
    soundfile.write(clips / "typing" / "silent.wav", np.zeros(48000), 16000)


def _twice(clips: Path) -> None:
    shutil.copy(clips / "typing" / "0.wav", clips / "cooking" / "again.wav")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_empty, "clips: expected clips in folders named after activities, found no clip; "),
        (_loose, "found clips in no activity's folder; name a folder with one folder an activity"),
        (_unknown, "typeing: expected an activity that can be decided, found 'typeing'; name it for example typing"),
        (_unreadable, "broken.wav: expected "),
        (_void, "void.ogg: expected a recording, found an empty file"),
        (_silent, "typing/silent.wav: expected at least a quarter of a second of sound over -65 dBFS, found 3 s without it"),
        (_twice, "expected one activity a sound, found the same sound as "),
    ],
    ids=["empty", "loose", "unknown", "unreadable", "void", "silent", "twice"],
)  # fmt: skip
def test_mistakes_are_one_line_and_leave_nothing(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], said: str
) -> None:
    spoil(clips)
    assert main(["exemplars", "sounds", str(clips), "-o", str(tmp_path / "store"), *DUMMY]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1 and lines[0].startswith("telltale: ") and said in lines[0]
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "expected a folder of clips, found none"),
        (["clips", "--start", "3"], "--start, --end: expected --label with them"),
        (["clips/typing/0.wav", "--label", "weightlifting"], "--label: expected an activity that can be decided"),
        (["clips/typing/0.wav", "--label", "typing", "--end", "99"], "--start, --end: expected a stretch within"),
        (["walk.csv", "--label", "walking"], "walk.csv: expected sound, found none"),
    ],
)
def test_wrong_arguments_are_one_line(
    clips: Path,
    tmp_path: Path,
    write_csv: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "walk.csv", 0)
    assert main(["exemplars", "sounds", *arguments, "-o", "store", *DUMMY]) == 1
    err = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("warning: ")]
    assert len(err) == 1 and said in err[0]


def test_a_store_of_another_tagger_is_refused(
    clips: Path, tmp_path: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    assert main(["exemplars", "sounds", str(clips), "-o", store, *DUMMY]) == 0
    shipped = ["--audio-model", "shipped"]
    capsys.readouterr()
    for command in (
        ["exemplars", "sounds", str(clips), "-o", store, "-q", *shipped],
        ["annotate", str(clips / "typing" / "0.wav"), "--labelled-sounds", store, *tiny, *shipped],
    ):
        assert main(command) == 1
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        assert "expected sounds heard by tagger" in err and "--overwrite" in err
    assert main(["annotate", str(clips / "typing" / "0.wav"), "--labelled-sounds", str(clips), *tiny]) == 1
    assert "expected a store of labelled sounds, found none" in capsys.readouterr().err


def test_one_activity_alone_is_kept_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_clip(tmp_path / "clips" / "typing" / "0.wav")
    assert main(["exemplars", "sounds", str(tmp_path / "clips"), "-o", str(tmp_path / "store"), *DUMMY]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 new; 1 sound of 1 activity")
    assert "add those of another" in err


def test_every_activity_is_known_by_its_name_and_its_phrase() -> None:
    for activity in ACTIVITIES:
        assert activity_named(activity.name, "x") == activity.name
        assert activity_named(activity.phrase.title(), "x") == activity.name
    with pytest.raises(UserError, match=r"docs/late-fusion\.md"):
        activity_named("\x1b[31mzzz", "x")


def test_the_documentation_lists_every_activity() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "late-fusion.md").read_text("utf-8")
    assert [a.name for a in ACTIVITIES if f"`{a.name}`" not in text] == []


@pytest.mark.data
def test_a_dozen_real_clips_tell_a_real_one(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {
        "vacuum cleaning": ("1-19840-A-36.flac", "1-100210-A-36.flac", "1-46744-A-36.flac"),
        "typing": ("1-137-A-32.flac", "1-61212-A-32.flac", "1-53501-A-32.flac"),
        "playing_with_pets": ("1-100032-A-0.ogg", "1-110389-A-0.ogg", "1-30226-A-0.ogg"),
        "caring for a baby": ("1-187207-A-20.ogg", "1-211527-A-20.ogg", "1-211527-B-20.ogg"),
    }
    for activity, files in names.items():
        for name in files:
            target = tmp_path / "clips" / activity / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(data_dir / "audio" / "esc50" / name, target)
    assert len(clips_in(tmp_path / "clips")) == 12
    store = str(tmp_path / "store")
    assert main(["exemplars", "sounds", str(tmp_path / "clips"), "-o", store, "-q"]) == 0
    asked = str(data_dir / "audio" / "esc50" / "2-106072-A-36.flac")
    capsys.readouterr()
    assert (
        main(["annotate", asked, "--labelled-sounds", store, "--fusion", "never", "--exemplars", "none", "--json"]) == 0
    )
    (episode,) = json.loads(capsys.readouterr().out)["episodes"]
    assert episode["activity"] == "vacuum_cleaning"
    said = [s["sentence"] for s in episode["explanation"]]
    assert any(s.startswith("The labelled sounds say vacuum cleaning with ") for s in said)
