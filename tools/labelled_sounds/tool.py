"""`nearest_sounds`: which activity labelled sounds speak for, and which of them a span's sound is most like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recordings import Span
from tools.bench import Bench
from tools.channels import to_milliseconds
from tools.evidence import Evidence, LabelProbability
from tools.labelled_sounds.likeness import LabelledSounds
from tools.labelled_sounds.sound import sound_digest, span_vector
from tools.labelled_sounds.store import SoundStore, require_tagger
from tools.method import method
from tools.quiet import QUIET_DBFS
from tools.ranked import Vote, ranked

TOOL = "nearest_sounds"
# Quantities of their own: what labelled sounds speak for is neither what the tagger hears nor what the motion shows.
ACTIVITY, SOUND, LIKENESS = "activity_by_sounds", "labelled_sound", "labelled_sound_likeness"
RULE = "class-balanced regression over labelled sounds"
# A stretch that is quiet for half its windows speaks for nothing: one bark says little about a quarter of an hour.
TOO_QUIET = 0.5


@dataclass(frozen=True, slots=True)
class SpanLikeness:
    """One span (as it was asked) of one microphone. shares: activity → p(activity | sound) among the activities that have a
    labelled sound, summing to 1. nearest: activities of the most alike sounds and their likeness (cosine, 0…1), most alike first."""

    stream: str
    span: Span
    shares: dict[str, float]
    nearest: tuple[tuple[str, float], ...]


def compared_sounds(
    bench: Bench,
    recording_id: str,
    spans: Sequence[Span],
    k: int = 3,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> list[SpanLikeness]:
    """For each microphone and span that is not mostly quiet: what the labelled sounds say.

    A recording is never told by its own sound: neither by stretches of it, nor by the same sound in another file. [] without
    labelled sounds of two activities, a tagger or a microphone; UserError when another tagger heard them.
    """
    store = bench.sounds
    perceptions = bench.sound_perceptions(recording_id) if store is not None else ()
    if store is None or not perceptions:
        return []
    require_tagger(store.path, store.tagger.revision, perceptions[0].revision)
    sounds = _allowed(bench, store, recording_id, exclude_subject, exclude_recording)
    if sounds is None:
        return []
    found, recording = [], bench.recording(recording_id)
    for perception in perceptions:
        for span in map(to_milliseconds, spans):
            vector = span_vector(perception, recording.stream(perception.stream), span, TOO_QUIET)
            if vector is None:
                continue
            asked = vector[None].astype(np.float64)
            near = tuple(
                (sounds.activities[i], float(asked[0] @ sounds.vectors[i])) for i in sounds.nearest(asked, k)[0]
            )
            found.append(SpanLikeness(perception.stream, span, sounds.shares(asked), near))
    return found


def nearest_sounds(
    bench: Bench,
    recording_id: str,
    spans: Sequence[Span],
    k: int = 3,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> list[Evidence]:
    """`compared_sounds` as evidence: for each span and microphone the activity that the labelled sounds speak for (`activity_by_sounds`),
    and by rank the activities of the k most alike sounds (`labelled_sound`) with their likeness (`labelled_sound_likeness`, "1")."""
    store = bench.sounds
    if store is None:
        return []

    def described(rank: int | None) -> str:
        return method(
            RULE,
            sounds=store.revision,
            quiet_dbfs=QUIET_DBFS,
            k=k,
            rank=rank,
            exclude_subject=exclude_subject,
            exclude_recording=exclude_recording,
            window_s=bench.window_s,
            stride_s=bench.stride_s,
        )

    asked = Vote(TOOL, store.tagger.revision, ACTIVITY, SOUND, LIKENESS, described, channel="sound")
    found: list[Evidence] = []
    for near in compared_sounds(bench, recording_id, spans, k, exclude_subject, exclude_recording):
        order = sorted(near.shares.items(), key=lambda pair: (-round(pair[1], 9), pair[0]))
        shares = [LabelProbability(label, round(share, 4)) for label, share in order]
        found += ranked(asked, recording_id, near.stream, near.span, shares, near.nearest)
    return found


def _allowed(
    bench: Bench, store: SoundStore, recording_id: str, exclude_subject: str | None, exclude_recording: str | None
) -> LabelledSounds | None:
    own = bench.once(
        recording_id,
        "sound digests",
        lambda: frozenset(sound_digest(stream) for stream in bench.recording(recording_id).of("audio")),
    )
    others = {recording_id} | ({exclude_recording} if exclude_recording is not None else set())
    return store.without(subject=exclude_subject, recording_ids=others, digests=own)
