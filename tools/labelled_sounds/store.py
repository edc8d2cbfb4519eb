"""`SoundStore`: labelled sounds in one file of a folder, vectors as safetensors, who they are as JSON in its head.

No index: every sound of the store takes part in every comparison, so all of them are read at once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from recordings import UserError
from tools.labelled_sounds.likeness import LabelledSounds
from tools.labelled_sounds.sound import HeardSounds, LabelledSound, Tagger
from tools.perception import Floats

FILE = "sounds.safetensors"
VERSION = 1
_HEAD = "labelled_sounds"
AGAIN = "make it again with `telltale exemplars sounds FOLDER -o DIR --overwrite`"
# The sounds of one activity alone are like nothing more than like anything else.
FEWEST_ACTIVITIES = 2
_COLUMNS = tuple(f.name for f in dataclasses.fields(LabelledSound))


class SoundStore:
    """Labelled sounds of one tagger. Open one with `open`; `keep` makes or extends one."""

    def __init__(self, path: Path, heard: HeardSounds) -> None:
        self.path = path
        self.heard = heard
        self._chosen: dict[tuple[int, ...], LabelledSounds] = {}

    @classmethod
    def there(cls, path: Path) -> bool:
        return (path / FILE).is_file()

    @classmethod
    def open(cls, path: Path, *, tagger: str | None = None) -> SoundStore:
        """The store in a folder. UserError when there is none, when it cannot be read, or when another tagger than `tagger` heard it."""
        if not cls.there(path):
            raise UserError(
                path,
                expected="a store of labelled sounds",
                found="none",
                cure="make one with `telltale exemplars sounds FOLDER -o DIR`",
            )
        try:
            heard = _read(path / FILE)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
            raise UserError(
                path / FILE, expected="labelled sounds as this version writes them", found=broken, cure=AGAIN
            ) from None
        require_tagger(path, heard.tagger.revision, tagger)
        return cls(path, heard)

    @classmethod
    def keep(cls, path: Path, heard: HeardSounds, *, overwrite: bool = False) -> tuple[SoundStore, int]:
        """The store in a folder with these sounds in it, and how many of them were new: made where there is none, else extended.

        A sound that is there already is replaced, its label too. UserError when another tagger heard what is there, or when one
        sound is given two labels.
        """
        _consistent(heard)
        known: dict[str, tuple[LabelledSound, Floats]] = {}
        if cls.there(path) and not overwrite:
            before = cls.open(path, tagger=heard.tagger.revision).heard
            known = {s.id: (s, row) for s, row in zip(before.sounds, before.vectors, strict=True)}
        there = len(known)
        known |= {s.id: (s, row) for s, row in zip(heard.sounds, heard.vectors, strict=True)}
        # In the order of their ids: the same sounds make the same bytes, whichever were added first.
        rows = [known[name] for name in sorted(known)]
        sounds, vectors = tuple(s for s, _ in rows), np.stack([row for _, row in rows])
        store = cls(path, HeardSounds(heard.tagger, heard.tags, sounds, vectors))
        store._write()
        return store, len(known) - there

    @property
    def tagger(self) -> Tagger:
        return self.heard.tagger

    @cached_property
    def revision(self) -> str:
        """Twelve signs that change with any sound, its label, or the tagger."""
        digest = hashlib.sha256(json.dumps([self.tagger.revision, *self.heard.tags]).encode())
        for sound in self.heard.sounds:
            digest.update(json.dumps(dataclasses.astuple(sound), ensure_ascii=False).encode())
        digest.update(np.ascontiguousarray(self.heard.vectors).data)
        return digest.hexdigest()[:12]

    @property
    def name(self) -> str:
        n, kinds = len(self), len(self.activities())
        return f"{n} sound{'s' if n != 1 else ''} of {kinds} activit{'ies' if kinds != 1 else 'y'}"

    @property
    def licence(self) -> str:
        """Of the clips, each wording once."""
        return "; ".join(sorted({sound.licence for sound in self.heard.sounds}))

    def __len__(self) -> int:
        return len(self.heard.sounds)

    def activities(self) -> dict[str, int]:
        """Activity → how many sounds, most first."""
        return dict(Counter(sound.activity for sound in self.heard.sounds).most_common())

    def without(
        self,
        *,
        subject: str | None = None,
        recording_ids: Collection[str] = (),
        digests: Collection[str] = (),
    ) -> LabelledSounds | None:
        """What may be compared with: nothing of this subject, of these recordings, or cut from sounds with these digests. None
        where fewer than two activities are left."""
        kept = tuple(
            i
            for i, sound in enumerate(self.heard.sounds)
            if sound.subject != subject and sound.recording_id not in recording_ids and sound.digest not in digests
        )
        activities = tuple(self.heard.sounds[i].activity for i in kept)
        if len(set(activities)) < FEWEST_ACTIVITIES:
            return None
        if kept not in self._chosen:
            vectors = self.heard.vectors[list(kept)].astype(np.float64)
            self._chosen[kept] = LabelledSounds(vectors, activities)
        return self._chosen[kept]

    def _write(self) -> None:
        """Whole or not at all."""
        from safetensors.numpy import save

        facts = {
            "version": VERSION,
            "tagger": dataclasses.asdict(self.tagger),
            "tags": self.heard.tags,
            "columns": _COLUMNS,
            "rows": [dataclasses.astuple(sound) for sound in self.heard.sounds],
        }
        # One entry: several have no order in the file, and the same sounds make the same bytes.
        head = {_HEAD: json.dumps(facts, ensure_ascii=False)}
        content = save({"vectors": np.ascontiguousarray(self.heard.vectors, dtype=np.float32)}, metadata=head)
        self.path.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self.path, prefix=f".{FILE}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(self.path / FILE)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


def _consistent(heard: HeardSounds) -> None:
    first: dict[str, LabelledSound] = {}
    for sound in heard.sounds:
        other = first.setdefault(sound.id, sound)
        if other.activity != sound.activity:
            raise UserError(
                sound.source,
                expected="one activity a sound",
                found=f"the same sound as {other.source}, {sound.activity} here and {other.activity} there",
                cure="keep one of the two",
            )


def require_tagger(where: object, found: str, wanted: str | None) -> None:
    """UserError when sounds heard by one tagger would be compared with what another hears."""
    if wanted is not None and found != wanted:
        raise UserError(where, expected=f"sounds heard by tagger {wanted}", found=found, cure=AGAIN)


def _read(path: Path) -> HeardSounds:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            head: str | None = (file.metadata() or {}).get(_HEAD)
            vectors = np.asarray(file.get_tensor("vectors"), dtype=np.float32)
    except SafetensorError as broken:
        raise ValueError(str(broken)) from None
    facts: dict[str, Any] = json.loads(head) if head else {}
    if facts.get("version") != VERSION:
        raise ValueError(f"version {facts['version']}" if "version" in facts else "a file without labels")
    sounds = tuple(LabelledSound(**dict(zip(facts["columns"], row, strict=True))) for row in facts["rows"])
    tags = tuple(str(tag) for tag in facts["tags"])
    if vectors.ndim != 2 or len(vectors) != len(sounds) or not sounds or not np.isfinite(vectors).all():
        raise ValueError(f"vectors {vectors.shape} of {len(sounds)} sounds")
    return HeardSounds(Tagger(**facts["tagger"]), tags, sounds, vectors)
