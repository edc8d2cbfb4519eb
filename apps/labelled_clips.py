"""Which clips a folder holds, one folder an activity, and which activity a name means."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from recordings import UserError, plain
from recordings.formats.audio_file import AudioReader

_CURE = "name a folder with one folder an activity, WAV, FLAC or OGG clips in each; or one recording and its --label"
# More names than this are no help on one line.
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Clip:
    """activity: a name of the fusion's. name: of the file, from the folder down."""

    activity: str
    path: Path
    name: str


def clips_in(folder: Path) -> list[Clip]:
    """The clips of every activity's folder, in order of name. UserError for a folder that names no activity, before any clip is
    read, and where there is no clip. Files that are no sound are left alone."""
    if not folder.is_dir():
        raise UserError(folder, expected="a folder of clips", found="a file" if folder.exists() else "none", cure=_CURE)
    clips: list[Clip] = []
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        activity = activity_named(inner.name, inner)
        files = (path for path in inner.rglob("*") if path.is_file() and not path.name.startswith("."))
        clips += [
            Clip(activity, path, path.relative_to(folder).as_posix())
            for path in sorted(files)
            if path.suffix.lower() in AudioReader.extensions
        ]
    if not clips:
        loose = any(path.suffix.lower() in AudioReader.extensions for path in folder.iterdir())
        raise UserError(
            folder,
            expected="clips in folders named after activities",
            found="clips in no activity's folder" if loose else "no clip",
            cure=_CURE,
        )
    return clips


def activity_named(text: str, where: object) -> str:
    """`Washing dishes` → `washing_dishes`. UserError with the nearest names when the fusion knows no such activity."""
    from agents.fusion import ACTIVITIES

    names = {_key(word): activity.name for activity in ACTIVITIES for word in (activity.name, activity.phrase)}
    found = names.get(_key(text))
    if found is not None:
        return found
    near = [names[key] for key in difflib.get_close_matches(_key(text), names, n=3, cutoff=0.5)]
    offered = list(dict.fromkeys(near)) or [activity.name for activity in ACTIVITIES if activity.sounds][:_MOST_NAMES]
    raise UserError(
        where,
        expected="an activity that can be decided",
        found=repr(plain(text, 60)),
        cure=f"name it for example {', '.join(offered)} (docs/late-fusion.md lists all)",
    )


def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().lower())
