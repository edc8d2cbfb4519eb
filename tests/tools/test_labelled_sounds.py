"""Labelled sounds: heard once, kept in one file, compared with everything but one's own, and found again from the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.audio import SoundTagger
from recordings import Recording, Span, Stream, UserError
from recordings.datasets import open_dataset_recording
from tools import Bench, NotRecomputable, compared_sounds, nearest_sounds, recompute
from tools.labelled_sounds import HeardSounds, SoundStore, hear, sound_digest
from tools.labelled_sounds.store import FILE

RATE_HZ = 16000.0
TAGS = ("low", "high", "none_of_these")


class Pitch:
    """Hears whether neighbouring samples agree (low) or not (high); its inner layer says the same."""

    name, revision, licence = "pitch", "pitch-1", "MIT"

    def predict(self, stream: Stream, spans: Sequence[Span]) -> SimpleNamespace:
        rows = np.zeros((len(spans), 3), np.float32)
        usable = np.zeros(len(spans), bool)
        for i, span in enumerate(spans):
            part = stream.between(span.start_s, span.end_s)[0]
            usable[i] = part.size > 0.25 * RATE_HZ and bool(np.isfinite(part).all())
            high = float(np.clip(np.mean(np.diff(np.sign(part)) != 0), 0, 1)) if usable[i] else 0.5
            rows[i] = (0.9 * (1 - high), 0.9 * high, 0.1)
        return SimpleNamespace(labels=TAGS, probabilities=rows, embeddings=rows[:, :2], usable=usable)


def tone(hz: float, seconds: float = 5.0, level: float = 0.2, seed: int = 0) -> np.ndarray:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(seed).normal(scale=level / 20, size=t.size)
    return level * np.sin(2 * np.pi * hz * t) + noise


def clip(samples: np.ndarray, identity: str, subject: str | None = None) -> Recording:
    sound = Stream("sound", "audio", ("sound",), ("full scale",), RATE_HZ, samples.astype(np.float32)[None])
    return Recording(identity, f"{identity}.wav", "00", (sound,), subject=subject)


def heard(*clips: tuple[str, Recording]) -> HeardSounds:
    return HeardSounds.joined([hear(Pitch(), r, [(Span(0.0, r.duration_s), a)]) for a, r in clips])


LOW = [clip(tone(60 + 20 * i, seed=i), f"low-{i}", subject="ann" if i < 2 else "carl") for i in range(3)]
HIGH = [clip(tone(5000 + 500 * i, seed=i), f"high-{i}", subject="bob") for i in range(3)]


@pytest.fixture
def store(tmp_path: Path) -> SoundStore:
    kept, new = SoundStore.keep(
        tmp_path / "store", heard(*(("cooking", c) for c in LOW), *(("typing", c) for c in HIGH))
    )
    assert new == 6
    return kept


def bench_with(store: SoundStore, recording: Recording) -> Bench:
    bench = Bench(sound=Pitch(), sounds=store)  # type: ignore[arg-type]
    bench.add(recording)
    return bench


ASKED = clip(tone(100, 8.0, seed=9), "asked")
WHOLE = [Span(0.0, 8.0)]


def test_the_likest_activity_is_spoken_for(store: SoundStore) -> None:
    (found,) = compared_sounds(bench_with(store, ASKED), "asked", WHOLE)
    assert set(found.shares) == {"cooking", "typing"}
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["cooking"] > 0.7
    assert [activity for activity, _ in found.nearest] == ["cooking"] * 3
    likeness = [value for _, value in found.nearest]
    assert likeness == sorted(likeness, reverse=True) and likeness[0] <= 1.0 + 1e-6


def test_evidence_has_quantities_of_its_own_and_is_found_again(store: SoundStore) -> None:
    bench = bench_with(store, ASKED)
    found = nearest_sounds(bench, "asked", WHOLE, k=2, exclude_subject="carl")
    assert [e.quantity for e in found] == [
        "activity_by_sounds",
        "labelled_sound",
        "labelled_sound_likeness",
        "labelled_sound",
        "labelled_sound_likeness",
    ]
    assert (found[0].value, found[0].model) == ("cooking", "pitch-1")
    for item in found:
        assert recompute(bench, item) == item
    lie = replace(found[0], value="typing")
    assert recompute(bench, lie).value == "cooking"


def test_evidence_of_another_store_is_not_found_again(store: SoundStore, tmp_path: Path) -> None:
    found = nearest_sounds(bench_with(store, ASKED), "asked", WHOLE)
    other, _ = SoundStore.keep(tmp_path / "other", heard(("cooking", HIGH[0]), ("typing", LOW[0])))
    with pytest.raises(NotRecomputable):
        recompute(bench_with(other, ASKED), found[0])


@pytest.mark.parametrize(
    ("asked", "excluded"),
    [
        (ASKED, {"exclude_subject": "carl"}),
        (ASKED, {"exclude_recording": "low-0"}),
        (clip(LOW[0].streams[0].samples[0], "low-0"), {}),
        (clip(LOW[0].streams[0].samples[0], "the-same-sound-renamed"), {}),
    ],
    ids=["person", "recording", "itself", "copy"],
)
def test_nobody_is_told_by_their_own_sound(store: SoundStore, asked: Recording, excluded: dict[str, str]) -> None:
    (all_of_them,) = compared_sounds(bench_with(store, ASKED), "asked", WHOLE, k=10)
    assert len(all_of_them.nearest) == 6
    (found,) = compared_sounds(bench_with(store, asked), asked.id, [Span(0.0, 5.0)], k=10, **excluded)
    assert len(found.nearest) == 5


def test_the_sounds_of_one_activity_alone_say_nothing(store: SoundStore) -> None:
    assert compared_sounds(bench_with(store, ASKED), "asked", WHOLE, exclude_subject="bob") == []


def test_what_is_hardly_audible_is_like_nothing(store: SoundStore) -> None:
    quiet = clip(tone(100, 8.0, level=1e-4), "quiet")
    assert compared_sounds(bench_with(store, quiet), "quiet", WHOLE) == []
    mostly = clip(np.concatenate([tone(100, 3.0), tone(100, 7.0, level=1e-4)]), "mostly")
    bench = bench_with(store, mostly)
    assert compared_sounds(bench, "mostly", [Span(0.0, 10.0)]) == []
    assert compared_sounds(bench, "mostly", [Span(0.0, 3.0)]) != []


def test_a_store_is_one_file_that_reads_the_same_and_grows(store: SoundStore) -> None:
    again = SoundStore.open(store.path, tagger="pitch-1")
    assert [path.name for path in store.path.iterdir()] == [FILE]
    assert again.revision == store.revision and again.heard.sounds == store.heard.sounds
    assert again.activities() == {"cooking": 3, "typing": 3}
    assert (again.heard.tags, again.heard.tagger.name, again.licence) == (TAGS, "pitch", "own")
    bytes_before = (store.path / FILE).read_bytes()
    same, new = SoundStore.keep(store.path, heard(("cooking", LOW[1])))
    assert new == 0 and (store.path / FILE).read_bytes() == bytes_before and len(same) == 6
    grown, new = SoundStore.keep(store.path, heard(("drinking", clip(tone(1000), "other"))))
    assert new == 1 and grown.revision != store.revision
    # A clip that was labelled wrongly takes its new label.
    mended, new = SoundStore.keep(store.path, heard(("drinking", LOW[0])))
    assert new == 0 and mended.activities() == {"typing": 3, "cooking": 2, "drinking": 2}


def test_a_long_clip_is_several_sounds_and_a_quiet_piece_none(tmp_path: Path) -> None:
    long = clip(np.concatenate([tone(100, 20.0), tone(100, 10.0, level=1e-5)]), "long")
    kept = hear(Pitch(), long, [(Span(0.0, 30.0), "cooking")])  # type: ignore[arg-type]
    assert [(s.start_s, s.end_s) for s in kept.sounds] == [(0.0, 10.0), (10.0, 20.0)]
    assert {s.digest for s in kept.sounds} == {sound_digest(long.streams[0])}
    assert np.linalg.norm(kept.vectors, axis=1) == pytest.approx([1.0, 1.0])


def test_another_taggers_sounds_are_refused(store: SoundStore) -> None:
    with pytest.raises(UserError, match=r"sounds heard by tagger pitch-2, found pitch-1"):
        SoundStore.open(store.path, tagger="pitch-2")
    bench = Bench(sound=SoundTagger.dummy(), sounds=store)
    bench.add(ASKED)
    with pytest.raises(UserError, match="sounds heard by tagger"):
        nearest_sounds(bench, "asked", WHOLE)


@pytest.mark.parametrize("content", [b"", b"not safetensors", b"\x10\0\0\0\0\0\0\0{}              "])
def test_a_broken_store_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UserError, match="--overwrite") as caught:
        SoundStore.open(tmp_path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="found none"):
        SoundStore.open(tmp_path / "nowhere")


def test_clips_that_teach_nothing_are_named(tmp_path: Path) -> None:
    for samples in (np.zeros(80000), tone(100, 0.1)):
        with pytest.raises(UserError, match=r"empty\.wav: expected at least a quarter of a second of sound"):
            heard(("cooking", clip(samples, "empty")))
    motion = Recording("m", "m.csv", "00", ())
    with pytest.raises(UserError, match=r"m\.csv: expected sound, found none"):
        hear(Pitch(), motion, [(Span(0, 1), "cooking")])  # type: ignore[arg-type]
    with pytest.raises(UserError, match="cooking there"):
        SoundStore.keep(tmp_path, heard(("cooking", LOW[0]), ("typing", LOW[0])))
    assert not list(tmp_path.iterdir())


@pytest.mark.data
def test_real_clips_speak_for_their_own_activity_and_people_can_be_left_out(data_dir: Path, tmp_path: Path) -> None:
    """Vacuum cleaners have no name among the shipped tagger's tags: labelled ones are known by the layer under them."""
    tagger = SoundTagger.from_pretrained(device="cpu")
    clips = {
        "vacuum_cleaning": ("1-19840-A-36", "1-100210-A-36", "2-106072-A-36"),
        "typing": ("1-137-A-32", "1-61212-A-32", "2-104168-A-32"),
    }
    parts = []
    for activity, names in clips.items():
        for name in names[:2]:
            opened = open_dataset_recording(f"audio:esc50/{name}.flac", data_dir)
            parts.append(hear(tagger, opened, [(Span(0.0, opened.duration_s), activity)]))
    kept, _ = SoundStore.keep(tmp_path, HeardSounds.joined(parts))
    assert {s.subject for s in kept.heard.sounds} == {"fs19840", "fs100210", "fs137", "fs61212"}
    assert "CC BY" in kept.licence
    for activity, names in clips.items():
        asked = open_dataset_recording(f"audio:esc50/{names[2]}.flac", data_dir)
        bench = Bench(sound=tagger, sounds=kept)
        bench.add(asked)
        (found,) = compared_sounds(bench, asked.id, [Span(0.0, asked.duration_s)])
        assert max(found.shares, key=lambda name: found.shares[name]) == activity
