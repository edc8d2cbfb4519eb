"""Labels, channels, streams and trends in prose, with the inflections in which a writer may use them."""

from __future__ import annotations

import re
from functools import lru_cache

from recordings.errors import plain

UNKNOWN = "unknown"
NO_DATA = "no_data"

# Labels whose words are not simply the label's own.
_PHRASES = {
    "elevator_up": "riding an elevator up",
    "elevator_down": "riding an elevator down",
    "stairs": "using stairs",
    "stand_to_sit": "sitting down",
    "sit_to_stand": "standing up",
    "sit_to_lie": "lying down from sitting",
    "lie_to_sit": "sitting up from lying",
    "stand_to_lie": "lying down from standing",
    "lie_to_stand": "getting up from lying",
    "none_of_these": "none of its sounds",
    UNKNOWN: "an unknown activity",
    NO_DATA: "no data",
}
# Other ways to say the same; only the parser uses them.
_ALSO = {
    "elevator_up": ("going up in an elevator", "taking the elevator up", "elevator up"),
    "elevator_down": ("going down in an elevator", "taking the elevator down", "elevator down"),
    "stairs": ("climbing or descending stairs", "on the stairs", "on stairs", "taking the stairs", "stairs"),
    "walking_upstairs": ("going upstairs", "climbing stairs", "climbing the stairs", "walking up the stairs", "walking up stairs", "upstairs"),
    "walking_downstairs": ("going downstairs", "descending stairs", "descending the stairs", "walking down the stairs", "walking down stairs", "downstairs"),
    "stand_to_sit": ("stand to sit",),
    "sit_to_stand": ("getting up from sitting", "sit to stand"),
    "sit_to_lie": ("sit to lie",),
    "lie_to_sit": ("lie to sit",),
    "stand_to_lie": ("stand to lie",),
    "lie_to_stand": ("standing up from lying", "lie to stand"),
    "brushing_teeth": ("brushing their teeth", "brushing the teeth"),
    "folding_clothes": ("folding laundry",),
    "lying": ("lying down", "lying still", "laying"),
    "sitting": ("seated", "being seated"),
    "walking_left": ("walking to the left", "turning left"),
    "walking_right": ("walking to the right", "turning right"),
}  # fmt: skip
# gerund: (base, past, participle, third person)
_IRREGULAR = {
    "running": ("run", "ran", "run", "runs"),
    "sitting": ("sit", "sat", "sat", "sits"),
    "standing": ("stand", "stood", "stood", "stands"),
    "lying": ("lie", "lay", "lain", "lies"),
    "eating": ("eat", "ate", "eaten", "eats"),
    "drinking": ("drink", "drank", "drunk", "drinks"),
    "writing": ("write", "wrote", "written", "writes"),
    "catching": ("catch", "caught", "caught", "catches"),
    "brushing": ("brush", "brushed", "brushed", "brushes"),
    "riding": ("ride", "rode", "ridden", "rides"),
    "going": ("go", "went", "gone", "goes"),
    "getting": ("get", "got", "got", "gets"),
    "taking": ("take", "took", "taken", "takes"),
    "doing": ("do", "did", "done", "does"),
    "reading": ("read", "read", "read", "reads"),
    "washing": ("wash", "washed", "washed", "washes"),
    "watching": ("watch", "watched", "watched", "watches"),
    "sleeping": ("sleep", "slept", "slept", "sleeps"),
    "driving": ("drive", "drove", "driven", "drives"),
    "cycling": ("cycle", "cycled", "cycled", "cycles"),
    "typing": ("type", "typed", "typed", "types"),
    "using": ("use", "used", "used", "uses"),
    "dribbling": ("dribble", "dribbled", "dribbled", "dribbles"),
    "vacuuming": ("vacuum", "vacuumed", "vacuumed", "vacuums"),
    "preparing": ("prepare", "prepared", "prepared", "prepares"),
    "cleaning": ("clean", "cleaned", "cleaned", "cleans"),
    "speaking": ("speak", "spoke", "spoken", "speaks"),
    "playing": ("play", "played", "played", "plays"),
}

CHANNELS = {
    "acc_x": "acceleration x", "acc_y": "acceleration y", "acc_z": "acceleration z", "acc_magnitude": "acceleration magnitude",
    "gyro_x": "rotation x", "gyro_y": "rotation y", "gyro_z": "rotation z", "gyro_magnitude": "rotation magnitude",
    "gravity_x": "gravity x", "gravity_y": "gravity y", "gravity_z": "gravity z", "sound": "sound level",
}  # fmt: skip
STATISTICS = {
    "mean": "mean", "std": "standard deviation", "min": "minimum", "max": "maximum", "median": "median", "rms": "root mean square",
    "range": "range",
}  # fmt: skip
SPEAKERS = {
    "alike": "labelled sounds",
    "motion": "motion model",
    "sound": "sound tagger",
    "audio": "sound tagger",
    "neighbours": "nearest exemplars",
    "exemplars": "nearest exemplars",
    "llm": "language model",
    "pool": "log-linear pool",
    "context": "context",
    "caption": "sound caption",
    "embedding": "sentence embedding",
}
# The word pairs of SensorLLM's trend text (its repository's stage-1 notebook) and everyday ones: up, down, steady.
TREND_WORDS = {
    "increase": ("increasing", "upward", "ascending", "rising", "growing", "increase", "increases", "increased", "rises", "rose", "rise", "risen",
                 "grows", "grew", "grow", "grown", "climbs", "ascends", "ascended", "up", "upwards"),
    "decrease": ("decreasing", "downward", "descending", "falling", "declining", "decrease", "decreases", "decreased", "falls", "fell", "fall", "fallen",
                 "declines", "declined", "decline", "drops", "dropped", "drop", "descends", "descended", "down", "downwards"),
    "steady": ("steady", "constant", "stable", "consistent", "flat", "unchanged", "unchanging", "level"),
}  # fmt: skip


def activity_phrase(label: str) -> str:
    """`walking_upstairs` → "walking upstairs". Any other snake_case label reads as its own words, on one plain line."""
    known = _PHRASES.get(label)
    return known if known is not None else re.sub(r"[_\s]+", " ", plain(label, 80)).strip() or UNKNOWN


def sound_phrase(label: str) -> str:
    """A sound tag in prose: `running_water` → "running water"."""
    return activity_phrase(label)


def channel_phrase(channel: str | None) -> str:
    """`acc_x` → "acceleration x"; other channels keep their name."""
    return "signal" if channel is None else CHANNELS.get(channel) or re.sub(r"[_\s]+", " ", plain(channel, 60))


def statistic_phrase(name: str) -> str:
    return STATISTICS.get(name) or re.sub(r"[_\s]+", " ", plain(name, 60))


def speaker_phrase(modality: str) -> str:
    """Who says it: `motion` → "motion model". One of several streams (`motion:watch`) speaks through the same model."""
    return (
        SPEAKERS.get(modality)
        or SPEAKERS.get(modality.partition(":")[0])
        or re.sub(r"[_\s]+", " ", plain(modality, 60))
    )


def trend_word(trend: str) -> str:
    """`increase` → "increasing"; `steady` → "steady"."""
    return TREND_WORDS[trend][0] if trend in TREND_WORDS else plain(trend, 40)


def _inflected(gerund: str) -> tuple[str, ...]:
    """Base, past, participle and third person of a gerund; regular verbs give every spelling that the rules allow."""
    if gerund in _IRREGULAR:
        return _IRREGULAR[gerund]
    if not gerund.endswith("ing") or len(gerund) < 6:
        return ()
    stem = gerund[:-3]
    stems: tuple[str, ...]
    if stem[-1] == stem[-2] and stem[-1] not in "lsz":
        stems, base = (stem[:-1],), stem[:-1]
        past = f"{stem}ed"
    elif stem.endswith(("c", "v", "bl", "dl", "gl", "pl", "tl", "ng", "s", "u")) or re.search(
        r"[^aeiou][aiou][klmprtv]$", stem
    ):
        stems, base = (f"{stem}e", stem), f"{stem}e"
        past = f"{stem}ed"
    else:
        stems, base = (stem, f"{stem}e"), stem
        past = f"{stem}ed"
    third = [f"{s}es" if s.endswith(("sh", "ch", "x", "s")) else f"{s}s" for s in stems]
    return (base, past, past, third[0], *stems, *third)


@lru_cache(maxsize=4096)
def activity_forms(label: str) -> tuple[str, ...]:
    """Every wording of a label that counts as saying it, longest first, lower case: gerund, base, past, third person."""
    own = activity_phrase(label)
    forms: list[str] = []
    words = re.sub(r"[_\s]+", " ", plain(label, 80)).strip()
    for phrase in (own, words, *_ALSO.get(label, ())):
        phrase = phrase.lower()
        if not phrase:
            continue
        forms.append(phrase)
        first, _, rest = phrase.partition(" ")
        forms.extend(f"{verb} {rest}".strip() for verb in _inflected(first))
    return tuple(sorted(dict.fromkeys(forms), key=lambda form: (-len(form), form)))


def past_phrase(label: str) -> str:
    """`walking_upstairs` → "walked upstairs"; labels that are no verb stay as they are."""
    first, _, rest = activity_phrase(label).partition(" ")
    forms = _inflected(first)
    return f"{forms[1]} {rest}".strip() if forms else activity_phrase(label)


def base_phrase(label: str) -> str:
    """`walking_upstairs` → "walk upstairs"."""
    first, _, rest = activity_phrase(label).partition(" ")
    forms = _inflected(first)
    return f"{forms[0]} {rest}".strip() if forms else activity_phrase(label)


def listed(items: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def sentence_case(text: str) -> str:
    """First letter upper case; nothing else touched."""
    return text[:1].upper() + text[1:]
