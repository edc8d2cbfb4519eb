"""A pair in the words that a language model is given: caption, labels, motion prediction, context. What is absent is not mentioned."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from agents.fusion import Distribution, FusionInput, Reading
from agents.fusion.late import Fields
from evals.tasks.late_fusion.classes import CLASSES
from evals.tasks.late_fusion.draws import Pair, testable
from evals.tasks.late_fusion.evidence import TOP_TAGS, Evidence, top_tags
from recordings.datasets.audio_clips import AudioClip

FIELDS = ("caption", "labels", "motion", "context")
# Every non-empty subset of the four: 15 input sets.
INPUT_SETS: tuple[tuple[str, ...], ...] = tuple(c for n in range(1, 5) for c in combinations(FIELDS, n))
_TOP_MOTIONS = 3
# Broad steps of level and of wrist movement (standard deviation of |acceleration|); general knowledge, not fitted.
_LOUD_DBFS, _QUIET_DBFS = -25.0, -45.0
_STILL_MS2, _LIVELY_MS2 = 0.3, 2.0


def set_name(names: Sequence[str]) -> str:
    return "+".join(names)


def fields(given: Evidence, pair: Pair, names: Sequence[str]) -> Fields:
    clip, window = pair.clip, pair.movement
    return Fields(
        audio_caption=caption(given, clip) if "caption" in names and clip is not None else None,
        audio_labels=Distribution.of(dict(top_tags(given.heard, clip)))
        if "labels" in names and clip is not None
        else None,
        motion_prediction=motion(given, window) if "motion" in names and window is not None else None,
        context=context(given, pair) if "context" in names else None,
    )


def motion(given: Evidence, window: int, most: int = _TOP_MOTIONS) -> Distribution:
    """The likeliest movements; for training subjects out of fold."""
    shares = given.moved.windows[window].shares
    order = np.argsort(-shares, kind="stable")[:most]
    return Distribution.of({given.moved.labels[i]: float(shares[i]) for i in order})


def caption(given: Evidence, clip: int) -> str:
    """A template sentence from the tags: the strongest, what goes with it, and what peaks for a moment."""
    tags = [tag.lower() for tag, score in top_tags(given.heard, clip, 3) if score >= 0.05]
    if not tags:
        return "Hardly any sound that can be named."
    said = f"The sound of {tags[0]}" + (f", with {' and '.join(tags[1:])}" if tags[1:] else "") + "."
    peak = given.heard.labels[int(given.heard.most[clip].argmax())].lower()
    return said if peak in tags else f"{said} For a moment, {peak}."


def context(given: Evidence, pair: Pair) -> str:
    """Synthetic, made from the sample's own level and liveliness; the label is not used, and no time or place is claimed."""
    parts = ["Recorded during an everyday activity."]
    if pair.clip is not None:
        parts.append(_loudness(given.heard.clips[pair.clip]))
    if pair.movement is not None:
        stir = given.moved.windows[pair.movement].stir_ms2
        how = "hardly moves" if stir < _STILL_MS2 else "moves vigorously" if stir > _LIVELY_MS2 else "moves a little"
        parts.append(f"The wrist {how}.")
    return " ".join(parts)


def _loudness(clip: AudioClip) -> str:
    level = "loud" if clip.rms_dbfs > _LOUD_DBFS else "quiet" if clip.rms_dbfs < _QUIET_DBFS else "of medium level"
    return f"The sound is {level} and {'steady' if clip.active_share > 0.9 else 'comes and goes'}."


def fusion_input(given: Evidence, pair: Pair) -> FusionInput:
    """The pair as the product's fusion would get it."""
    sound: tuple[Reading, ...] = ()
    moved: tuple[Reading, ...] = ()
    if pair.clip is not None:
        sound = (Reading("microphone", Distribution.of(dict(top_tags(given.heard, pair.clip, TOP_TAGS)))),)
    if pair.movement is not None:
        moved = (Reading("watch", motion(given, pair.movement), "wrist"),)
    return FusionInput(motion=moved, sound=sound)


def fixed_exemplars(given: Evidence) -> list[Pair]:
    """One development pair an activity, the first by a digest of the clip's name; an activity without one has none."""
    pairs = []
    for item in CLASSES:
        clips = [int(i) for i in given.development if _fits(given.heard.clips[i], item.name)]
        windows = [i for i, w in enumerate(given.moved.windows) if w.truth in item.motion and not w.held_out]
        clip = min(clips, key=lambda i: _order(given.heard.clips[i].file), default=None)
        window = min(windows, key=lambda i: _order(given.moved.windows[i].id), default=None)
        if clip is not None or window is not None:
            pairs.append(Pair(f"exemplar/{item.name}", item.name, clip, window, "exemplar"))
    return pairs


def nearest_exemplars(given: Evidence, pair: Pair, most: int) -> list[Pair]:
    """The development pairs most like this one: by sound where there is a clip, else by movement. Farthest first, so that the
    most alike stands beside the question. An exemplar's movement is one of its own activity, told out of fold.
    """
    windows = given.moved.windows
    found: list[Pair] = []
    if pair.clip is not None:
        for row in given.nearest[pair.clip][:most]:
            name = given.heard.clips[row].activity
            moving = next(item.motion for item in CLASSES if item.name == name)
            fitting = [
                i for i, w in enumerate(windows) if w.truth in moving and not w.held_out and w.subject != pair.group
            ]
            window = None
            if pair.movement is not None and fitting:
                window = min(fitting, key=lambda i: _order(f"{given.heard.clips[row].file}/{windows[i].id}"))
            found.append(Pair(f"exemplar/{row}", name, int(row), window, "exemplar"))
    elif pair.movement is not None:
        mine = np.sqrt(windows[pair.movement].shares)
        labelled = {name: item.name for item in CLASSES for name in item.motion if name != "sitting"}
        rows = [
            i
            for i, w in enumerate(windows)
            if w.truth in labelled and not w.held_out and w.subject != windows[pair.movement].subject
        ]
        rows.sort(key=lambda i: (-float(mine @ np.sqrt(windows[i].shares)), i))
        found = [Pair(f"exemplar/w{i}", labelled[windows[i].truth], None, i, "exemplar") for i in rows[:most]]
    return found[::-1]


def _fits(clip: AudioClip, name: str) -> bool:
    return clip.activity == name and testable(clip)


def _order(text: str) -> str:
    return hashlib.sha256(f"exemplar/{text}".encode()).hexdigest()
