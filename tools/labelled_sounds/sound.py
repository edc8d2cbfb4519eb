"""A labelled sound: a stretch of a clip, what the person was doing, whose it is; and several as one tagger heard them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recordings import Span, Stream
from tools.labelled_sounds.likeness import sound_vectors
from tools.perception import Floats, Perception
from tools.quiet import quiet_rows


@dataclass(frozen=True, slots=True)
class Tagger:
    """Who heard: scores of two taggers, or of two checkpoints, cannot be compared."""

    name: str
    revision: str
    licence: str


@dataclass(frozen=True, slots=True)
class LabelledSound:
    """`[start_s, end_s)` of a recording's sound. source: the file's name. digest: of the whole sound that it was cut from, by which a
    copy under another name, or inside a folder with motion, is known again. licence: of the clip."""

    activity: str
    subject: str
    recording_id: str
    source: str
    licence: str
    digest: str
    start_s: float
    end_s: float

    @property
    def id(self) -> str:
        """The same stretch of the same sound has the same id, whoever adds it: labelled again, it takes the new label."""
        key = [self.digest, round(self.start_s, 3), round(self.end_s, 3)]
        return "s-" + hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, eq=False)
class HeardSounds:
    """sounds: n. tags: the tagger's names. vectors: (n, D) float32, a unit row for each stretch (`span_vector`)."""

    tagger: Tagger
    tags: tuple[str, ...]
    sounds: tuple[LabelledSound, ...]
    vectors: Floats = field(repr=False)

    @classmethod
    def joined(cls, parts: Sequence[HeardSounds]) -> HeardSounds:
        """Several parts that one tagger heard. ValueError for none, or when two did."""
        if len({(part.tagger, part.tags) for part in parts}) != 1:
            raise ValueError(f"sounds of {len({part.tagger for part in parts})} taggers")
        sounds = tuple(sound for part in parts for sound in part.sounds)
        return cls(parts[0].tagger, parts[0].tags, sounds, np.concatenate([part.vectors for part in parts]))


def span_vector(perception: Perception, stream: Stream, span: Span, too_quiet: float = 1.0) -> Floats | None:
    """(D,) float32, a unit vector of what a tagger heard in a span: its tags, and the layer under them, which tells apart what
    the tagger has no name for. None where a share `too_quiet` of the windows is quiet; the quiet ones never count.

    A tagger that does not see the level takes a quiet room for a noisy machine: what is hardly audible is like nothing.
    """
    rows = perception.rows_in(span)
    quiet = quiet_rows(stream, perception, rows)
    if not len(rows) or quiet.mean() >= too_quiet:
        return None
    rows = rows[~quiet]
    inner = perception.embeddings[rows].mean(axis=0, dtype=np.float64)
    return np.asarray(sound_vectors(perception.pooled_over(rows)[None], inner[None])[0], dtype=np.float32)


def sound_digest(stream: Stream) -> str:
    """Of the samples and their rate: equal for equal sound, whatever file it came in."""
    digest = hashlib.sha256(f"{stream.rate_hz:g} Hz\0".encode())
    digest.update(np.ascontiguousarray(stream.samples).data)
    return digest.hexdigest()[:16]
