"""An episode in the words that the sentence embedding and the language model are given. What is absent is not mentioned."""

from __future__ import annotations

from collections.abc import Sequence

from agents.fusion.records import Distribution, FusionInput, Reading
from agents.prompts import Value, load_prompt
from agents.wording import sound_phrase
from models.audio import NONE_OF_THESE
from recordings import plain

_TOP_MOTIONS, _TOP_SOUNDS, _TOP_NEIGHBOURS = 3, 5, 2
_LEAST_SHARE = 0.05


def _place(reading: Reading) -> str:
    return plain(reading.position or "body", 20).capitalize()


def _named(distribution: Distribution, most: int) -> list[tuple[str, float]]:
    ranked = [pair for pair in distribution.ranked() if pair[0] != NONE_OF_THESE]
    return [pair for i, pair in enumerate(ranked[:most]) if i == 0 or pair[1] >= _LEAST_SHARE]


def _sounds(given: FusionInput) -> list[str]:
    """Tags worth naming; a tagger that hears none of its sounds names none."""
    names: list[str] = []
    for reading in given.sound:
        ranked = reading.distribution.ranked(1)
        if ranked and ranked[0][0] != NONE_OF_THESE:
            names += [sound_phrase(label) for label, _ in _named(reading.distribution, _TOP_SOUNDS)]
    return list(dict.fromkeys(names))


def evidence_sentence(given: FusionInput) -> str:
    """One sentence for the embedding, without numbers: "Wrist motion: typing, writing. Sounds: keyboard typing." """
    parts = [
        f"{_place(reading)} motion: {', '.join(plain(label, 48).replace('_', ' ') for label, _ in _named(reading.distribution, 2))}."
        for reading in given.motion
    ]
    sounds = [plain(name, 48) for name in _sounds(given)]
    if sounds:
        parts.append(f"Sounds: {', '.join(sounds)}.")
    return " ".join(parts)


def score_prompt(given: FusionInput, exemplars: Sequence[str] = ()) -> str:
    """The text whose continuation is scored: `Sounds: … . Wrist motion: typing (72%), … . The person is`."""
    motions: list[Value] = [
        {
            "place": _place(reading),
            "says": [{"label": label, "probability": p} for label, p in _named(reading.distribution, _TOP_MOTIONS)],
        }
        for reading in given.motion
    ]
    near = [] if given.neighbours is None else [label for label, _ in given.neighbours.ranked(_TOP_NEIGHBOURS)]
    text = load_prompt("fusion_score").text(
        sounds=_sounds(given) or None,
        sound_caption=given.sound_caption,
        motions=motions or None,
        neighbours=near or None,
        context=given.context,
    )
    return "\n".join([*exemplars, text])


def content_free_prompts(given: FusionInput, exemplars: Sequence[str] = ()) -> tuple[str, ...]:
    """Prompts of the same presence pattern that say nothing: what an option gains under them, it gains for no reason."""
    free: list[str] = []
    for nothing in ("N/A", "something", "unknown"):
        motions: list[Value] = [
            {"place": _place(reading), "says": [{"label": nothing, "probability": None}]} for reading in given.motion
        ]
        text = load_prompt("fusion_score").text(
            sounds=[nothing] if _sounds(given) else None,
            sound_caption=nothing if given.sound_caption else None,
            motions=motions or None,
            neighbours=[nothing] if given.neighbours is not None else None,
            context=nothing if given.context else None,
        )
        free.append("\n".join([*exemplars, text]))
    return tuple(free)


# Fixed, written by hand, the same for every recording; what an episode lacks, its exemplars lack too.
_EXEMPLARS = (
    ("Wrist motion: sitting (81%), writing (9%).", "Sounds: pages turning.", "reading a book"),
    ("Wrist motion: walking (88%), running (6%).", "Sounds: birds, wind.", "walking the dog"),
    ("Wrist motion: standing (64%), folding clothes (20%).", "Sounds: an iron steaming.", "ironing"),
)


def fixed_exemplars(given: FusionInput) -> tuple[str, ...]:
    """Three worked lines of the episode's presence pattern, with activities that are no candidates."""
    lines = []
    for motion, sound, activity in _EXEMPLARS:
        said = [sound] if _sounds(given) else []
        if given.motion:
            said.append(motion)
        lines.append(f"{' '.join(said)} The person is {activity}.".strip())
    return tuple(lines)
