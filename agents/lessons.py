"""Worked prompts of Telltale's own, from recordings of training subjects: what a small language model should have answered.

Explanations: the prompt of the `explain` node with the facts of an episode; the answer repeats two of those facts, word for
word, so that every target passes the verifier by construction. Fusion: the closed-set prompt and the text to be continued,
answered by the annotated activity.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from agents.fusion.late import Fields, prompt_messages
from agents.fusion.records import Distribution, FusionInput, Reading
from agents.fusion.wording import score_prompt
from agents.prompts import load_prompt
from agents.timeline import EpisodeRecord, TimelineRecord
from agents.wording import activity_phrase
from models.motion.taxonomy import DATASET_LABELS
from recordings import Recording

Kind = Literal["explanation", "fusion", "score"]
_OPTIONS = 6


@dataclass(frozen=True, slots=True)
class Lesson:
    """messages: (system, user) of a conversation, or None. text: what is to be continued, without messages."""

    kind: Kind
    messages: tuple[str, str] | None
    text: str
    answer: str


def explanation_messages(episode: EpisodeRecord) -> tuple[str, str]:
    """The prompt of the `explain` node for an episode of a finished timeline."""
    facts = [sentence.sentence for sentence in episode.explanation]
    return load_prompt("explanation").messages(activity=activity_phrase(episode.activity), facts=facts)


def lessons(recording: Recording, timeline: TimelineRecord, seed: int = 0) -> Iterator[Lesson]:
    """Of every known episode of one recording, in order. Fusion lessons only where an annotation says what was done."""
    rng = random.Random(f"{seed}/{recording.id}")
    names = sorted(set(DATASET_LABELS.get(recording.dataset or "", {}).values()))
    for episode in timeline.episodes:
        if episode.status != "known" or len(episode.explanation) < 2:
            continue
        facts = [sentence.sentence for sentence in episode.explanation]
        yield Lesson("explanation", explanation_messages(episode), "", f"{facts[0]} {rng.choice(facts[1:])}")
        truth = annotated(recording, episode)
        said = next((m for m in episode.modalities if m.name.startswith("motion")), None)
        if truth is None or said is None or not said.top:
            continue
        motion = Distribution.of({one.label: one.probability for one in said.top})
        if rng.random() < 0.5:
            others = [name for name in names if name != truth]
            options = [truth, *rng.sample(others, k=min(_OPTIONS, len(others)))]
            rng.shuffle(options)
            words = [activity_phrase(option) for option in options]
            yield Lesson("fusion", prompt_messages(Fields(motion_prediction=motion), words), "", activity_phrase(truth))
        else:
            position = recording.streams[0].position
            given = FusionInput(motion=(Reading(recording.streams[0].name, motion, position),))
            yield Lesson("score", None, score_prompt(given), f" {activity_phrase(truth)}.")


def annotated(recording: Recording, episode: EpisodeRecord) -> str | None:
    """The activity of the annotation that covers most of the episode, at least half of it."""
    table = DATASET_LABELS.get(recording.dataset or "", {})
    best, most = None, 0.5 * (episode.end_s - episode.start_s)
    for note in recording.annotations:
        shared = min(note.end_s, episode.end_s) - max(note.start_s, episode.start_s)
        if shared >= most and note.label in table:
            best, most = table[note.label], shared
    return best


def drawn(all_of_them: Iterable[Lesson], most: int, seed: int = 0) -> list[Lesson]:
    """At most `most` lessons, as many of each kind as there are."""
    kinds: dict[str, list[Lesson]] = {}
    for lesson in all_of_them:
        kinds.setdefault(lesson.kind, []).append(lesson)
    rng = random.Random(seed)
    found: list[Lesson] = []
    for kind in sorted(kinds):
        rng.shuffle(kinds[kind])
    while len(found) < most and any(kinds.values()):
        for kind in sorted(kinds):
            if kinds[kind] and len(found) < most:
                found.append(kinds[kind].pop())
    return found
