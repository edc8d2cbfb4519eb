"""Which clips may teach, and that no source recording is on both sides of a split."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from models.audio import NONE_OF_THESE, SOUND_LABELS, label_of
from models.audio.clips import TWINS, attribution, foreign_clips, labelled, may_ship, shippable_clips
from models.audio.labels import AMBIGUOUS, SOURCES
from recordings.datasets.audio_clips import AudioClip, audio_clips

CLIP = AudioClip("a/b.ogg", "dog", "ESC-50", "g", "MIT (repo)", "1", 5.0, -20.0, 0.5, "pcm16", "", "")


@pytest.mark.parametrize(
    "licence",
    [
        "CC BY 3.0 (collection); clip CC0 by nfrae",
        "CC BY 3.0 (collection); clip CC-BY by soundscalpel.com",
        "CC BY 4.0 (Google Speech Commands)",
        "Freesound Attribution, by InspectorJ",
        "Freesound Creative Commons 0, by Rodzuz",
        "MIT (repo)",
        "MIT (repo), own recordings",
        "MIT (repo, own recordings)",
        "Apache-2.0 (repo)",
    ],
)
def test_permissive_licences_may_ship(licence: str) -> None:
    assert may_ship(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "CC BY-NC 3.0 (ESC-50 collection)",
        "CC BY-NC 4.0 (collection); clip CC0 by someone",
        "CC BY 3.0 (ESC-50, NC)",
        "CC BY 3.0 (collection); clip CC-BY-NC by someone",
        "CC BY 3.0 (collection); clip CC-Sampling+ by someone",
        "Freesound CC variant, not recorded per clip (repo: Apache-2.0)",
        "Freesound CC variant, not listed (repo: Apache-2.0)",
        "Freesound Creative Commons, by User391915396",
        "Freesound Attribution Noncommercial, by someone",
        "MIT (repo); clips from Freesound, per-clip licence not recorded",
        "",
        "unknown",
    ],
)
def test_every_other_wording_is_refused(licence: str) -> None:
    assert not may_ship(licence)


@pytest.mark.data
def test_no_clip_with_a_restriction_teaches(data_dir: Path) -> None:
    rows = shippable_clips(data_dir)
    assert len(rows) > 800
    for row in rows:
        terms = re.split(r",? by ", row.clip.licence)[0]
        assert not re.search(r"NC|not recorded|not listed|Sampling|Noncommercial", terms), row.clip.licence
    allowed = {row.clip.file for row in rows}
    assert not allowed & {row.clip.file for row in foreign_clips(data_dir)}
    restricted = [clip for clip in audio_clips(data_dir).values() if "BY-NC" in clip.licence]
    assert len(restricted) == 1600
    assert not allowed & {clip.file for clip in restricted}


@pytest.mark.data
def test_no_source_recording_is_in_two_parts(data_dir: Path) -> None:
    rows = shippable_clips(data_dir)
    parts: dict[str, set[str]] = {}
    for row in rows:
        assert row.source == row.clip.group
        parts.setdefault(row.source, set()).add(row.part)
    assert all(len(found) == 1 for found in parts.values())
    taught = {row.source for row in rows if row.part != "test"}
    assert not taught & {row.source for row in foreign_clips(data_dir)}


def test_a_recording_under_two_ids_is_not_tested_on_what_it_taught() -> None:
    first, second = next(iter(TWINS.items()))
    clips = [dataclasses.replace(CLIP, file=f"{i}.ogg", group=f"g{i}") for i in range(10)]
    alone = labelled([*clips, dataclasses.replace(CLIP, file="a.ogg", group=first)])
    both = labelled([*clips, *(dataclasses.replace(CLIP, file=f"{g}.ogg", group=g) for g in (first, second))])
    assert first in {row.source for row in alone}
    assert {row.source for row in both} & {first, second} == {second}


@pytest.mark.data
def test_every_label_is_taught_and_tested(data_dir: Path) -> None:
    rows = shippable_clips(data_dir)
    assert {row.label for row in rows if row.part == "train"} == set(SOUND_LABELS)
    # Typing has two sources: both teach, and only foreign clips test it.
    untested = set(SOUND_LABELS) - {row.label for row in rows if row.part == "test"}
    assert untested == {"keyboard_typing"}
    assert untested <= {row.label for row in foreign_clips(data_dir)}


@pytest.mark.data
def test_the_shipped_attribution_names_every_training_clip(data_dir: Path) -> None:
    from models.audio.tagger import SHIPPED

    train = [row for row in shippable_clips(data_dir) if row.part == "train"]
    written = (SHIPPED / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert written == attribution(train)
    authors = {row.clip.licence.split(" by ", 1)[1] for row in train if " by " in row.clip.licence}
    assert len(authors) > 50
    assert all(author in written for author in authors)


def test_the_split_depends_on_the_seed_and_on_nothing_else() -> None:
    clips = [dataclasses.replace(CLIP, file=f"{i}.ogg", group=f"g{i // 2}") for i in range(60)]
    first = [(row.clip.file, row.part) for row in labelled(clips)]
    assert first == [(row.clip.file, row.part) for row in labelled(clips)]
    shuffled = {row.clip.file: row.part for row in labelled(clips[::-1])}
    assert shuffled == dict(first)
    assert first != [(row.clip.file, row.part) for row in labelled(clips, seed=1)]
    shares = [sum(part == name for _, part in first) / len(first) for name in ("train", "validation", "test")]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.05)


def test_source_labels_map_to_one_label_each() -> None:
    taught = [source for sources in SOURCES.values() for source in sources]
    assert len(taught) == len(set(taught))
    assert not set(taught) & AMBIGUOUS
    assert label_of("dog") == "dog_barking"
    assert label_of("church_bells") == NONE_OF_THESE
    assert label_of("pouring_water") is None
