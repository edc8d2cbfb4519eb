"""A folder that holds the files of ONE recording: motion tables of its devices, sound, and whatever else lies there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from recordings.content import Content, Track
from recordings.errors import UserError, plain
from recordings.formats.registry import READERS, read_file, reader_of
from recordings.options import ReadOptions
from recordings.recording import Step
from recordings.tables import place_in

MAX_DEPTH = 3
# A table without a motion sensor's columns (settings, notes) is no part of the recording.
PART_OF_RECORDING = 0.6


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a recording. `name`: its path below the folder."""

    name: str
    path: Path
    content: Content


def files_of(folder: Path) -> list[Path]:
    """Visible plain files, sorted by name, at most three levels deep. Links are not followed."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if (
            len(parts) <= MAX_DEPTH
            and path.is_file()
            and not path.is_symlink()
            and not any(p.startswith((".", "__MACOSX")) for p in parts)
        ):
            found.append(path)
    return found


def parts_of(folder: Path, options: ReadOptions, where: str) -> tuple[list[Part], tuple[Step, ...]]:
    """The folder's parts and a note of what was ignored. UserError when it holds none, or two recordings."""
    parts: list[Part] = []
    ignored: list[str] = []
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        reader, confidence = reader_of(path) if path.stat().st_size else (None, 0.0)
        if reader is None or confidence < PART_OF_RECORDING:
            ignored.append(name)
            continue
        content = read_file(path, options, f"{where}/{name}")
        parts.append(Part(name, path, _placed_by_folder(content, name)))
    if not parts:
        suffixes = ", ".join(dict.fromkeys(suffix for reader in READERS for suffix in reader.extensions[:2]))
        found = f"{len(ignored)} other files" if ignored else "nothing"
        raise UserError(
            where,
            expected=f"files of a recording ({suffixes})",
            found=found,
            cure="name the folder or file that holds the samples",
        )
    _refuse_two_recordings(parts, where)
    steps = (Step("ignore files", "no recording was found in them", plain(", ".join(ignored), 200)),) if ignored else ()
    return parts, steps


def _placed_by_folder(content: Content, name: str) -> Content:
    """`watch/acc.csv`: a folder's name says what its files do not."""
    place = next((found for part in reversed(Path(name).parent.parts) if (found := place_in(part))), None)
    if place is None:
        return content
    device, position = place
    tracks = tuple(
        t if t.device or t.position else dataclasses.replace(t, device=device, position=position)
        for t in content.tracks
    )
    return dataclasses.replace(content, tracks=tracks)


def _refuse_two_recordings(parts: list[Part], where: str) -> None:
    """The same sensor of the same device in two files, or two sounds, are two recordings."""
    seen: dict[tuple[object, ...], str] = {}
    for part in parts:
        keys: list[tuple[object, ...]] = [_key(t) for t in part.content.tracks if t.modality == "motion"]
        keys += [("sound",)] * len(part.content.streams)
        for key in keys:
            if key in seen and seen[key] != part.name:
                raise UserError(
                    where,
                    expected="the files of one recording",
                    found=f"the same sensor in {plain(seen[key], 60)} and {plain(part.name, 60)}",
                    cure="name one of the files, or say the device in the names (watch_acc.csv, phone_acc.csv)",
                )
            seen[key] = part.name


def _key(track: Track) -> tuple[object, ...]:
    return track.device, track.position, track.channels[0]
