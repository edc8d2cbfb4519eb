"""EPIC-KITCHENS: what was done and heard in kitchens (Damen et al., IJCV 2022; Huh et al., EPIC-SOUNDS, ICASSP 2023)."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recordings.errors import UserError
from recordings.sequences.benchmark import rows_of

Part = Literal["epic100_validation", "epic55_train"]
_FOLDER = Path("anticipation") / "epic_kitchens"


@dataclass(frozen=True, slots=True)
class KitchenAction:
    """One narrated action: the verb and noun are the classes' names. Actions of a video may overlap."""

    video: str
    participant: str
    verb: str
    noun: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """One sound that a person heard and labelled, without the picture."""

    video: str
    sound: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Classes:
    """names: class by its number. words: class by each word that it holds."""

    names: dict[str, str]
    words: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> _Classes:
        rows = list(rows_of(path))
        words: dict[str, str] = {}
        for row in rows:
            for word in (row["key"], *literal_eval(row["instances"])):
                words.setdefault(word, row["key"])
        return cls({row["id"]: row["key"] for row in rows}, words)

    def of(self, word: str, joint: str) -> str:
        return self.words.get(word) or self.words.get(word.partition(joint)[0], word)


def read_kitchen_actions(data_dir: Path, part: Part = "epic100_validation") -> tuple[KitchenAction, ...]:
    """The narrated actions of a part, by video and start, in the classes of EPIC-KITCHENS-100.

    EPIC-55's words (71 verbs and 50 nouns of 28,472) that are in no class stay as written, or lose their particle ("pour up").
    UserError where a class is unknown or an end precedes a start.
    """
    folder = data_dir / _FOLDER
    verbs, nouns = (_Classes.read(folder / f"EPIC_100_{kind}_classes.csv") for kind in ("verb", "noun"))
    found = []
    for number, row in enumerate(rows_of(folder / f"{part}_actions.csv"), start=2):
        if part == "epic100_validation":
            verb, noun = verbs.names.get(row["verb_class"]), nouns.names.get(row["noun_class"])
        else:
            # The two parts number their classes differently; the later one's list says which words each of its classes holds.
            verb, noun = verbs.of(row["verb"].replace(" ", "-"), "-"), nouns.of(row["noun"], ":")
        if verb is None or noun is None:
            raise UserError(
                f"{part}, line {number}", expected="a known verb and noun class",
                found=f"{row['verb_class']}, {row['noun_class']}", cure="restore the file",
            )  # fmt: skip
        start, end = _times(row, f"{part}, line {number}")
        found.append(KitchenAction(row["video_id"], row["participant_id"], verb, noun, start, end))
    return tuple(sorted(found, key=lambda a: (a.video, a.start_s, a.end_s)))


def read_kitchen_sounds(data_dir: Path) -> tuple[SoundEvent, ...]:
    """The sound events of the validation videos, by video and start."""
    rows = enumerate(rows_of(data_dir / _FOLDER / "epic_sounds_validation.csv"), start=2)
    found = [
        SoundEvent(row["video_id"], row["class"], *_times(row, f"epic_sounds_validation, line {number}"))
        for number, row in rows
    ]
    return tuple(sorted(found, key=lambda s: (s.video, s.start_s, s.end_s)))


def _times(row: dict[str, str], where: str) -> tuple[float, float]:
    start, end = float(row["start_s"]), float(row["stop_s"])
    if end < start:
        raise UserError(
            where, expected="an end after the start", found=f"{start:g} s to {end:g} s", cure="restore the file"
        )
    return start, end
