"""Words that give a class away, in any spelling: `walking_upstairs`, WalkingUpstairs, "walked up the stairs", "climbing"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|\d+")

# Other words for what the public sets call their classes. The key is any word of the label.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "walk": ("stroll", "strolling", "on foot"),
    "run": ("jog", "jogging", "sprint", "sprinting"),
    "jog": ("running", "ran"),
    "lie": ("sleeping", "asleep", "supine", "recumbent", "lie down", "lies down", "lay down"),
    "sleep": ("lying", "laying", "lie down", "asleep"),
    "sit": ("seated",),
    "stand": ("stood",),
    "jump": ("hop", "hopping", "leap", "leaping"),
    "upstairs": ("climbing stairs", "climbing the stairs", "ascending", "up the stairs", "stairs up", "stair ascent"),
    "downstairs": ("descending", "down the stairs", "stairs down", "stair descent"),
    "stairs": ("upstairs", "downstairs", "staircase", "climbing"),
    "elevator": ("lift ride", "in the lift"),
    "typing": ("keyboard", "typist", "typed"),
    "brush": ("toothbrush", "toothbrushing", "dental"),
    "drink": ("sip", "sipping", "beverage"),
    "eat": ("meal", "chewing"),
    "fold": ("laundry",),
    "write": ("handwriting",),
    "clap": ("applause", "applauding"),
    "dribble": ("basketball",),
    "kick": ("soccer", "football"),
    "catch": ("baseball",),
    "vacuum": ("hoover", "hoovering"),
    "dish": ("washing up", "dishwashing"),
    "workout": ("exercise", "exercising", "weight lifting", "gym"),
    "read": ("reading", "book"),
}
# Irregular forms, and words that a rule would bend wrongly. A word that technical prose needs stands for itself.
_IRREGULAR = {
    "ran": "run", "sat": "sit", "stood": "stand", "lying": "lie", "laying": "lie", "laid": "lie", "ate": "eat",
    "eaten": "eat", "drank": "drink", "drunk": "drink", "wrote": "write", "written": "write", "writing": "write", "slept": "sleep",
    "lies": "~lies", "lie": "~lie", "lay": "~lay", "type": "~type", "types": "~types", "typing": "typing", "swam": "swim",
    "brushing": "brush", "teeth": "tooth", "feet": "foot", "stairs": "stairs", "stair": "stairs", "upstairs": "upstairs", "upstair": "upstairs",
    "downstairs": "downstairs", "dishes": "dish", "running": "run", "drove": "drive", "driving": "drive", "riding": "ride",
    "biking": "bike", "dancing": "dance", "dribbling": "dribble", "dribbled": "dribble", "exercise": "exercise", "exercises": "exercise",
    "during": "during", "string": "string", "thing": "thing", "ring": "ring", "ping": "ping", "spring": "spring", "bring": "bring",
    "phrase": "phrase", "this": "this", "is": "is", "was": "was", "axis": "axis", "gas": "gas", "class": "class", "less": "less",
}  # fmt: skip
# Words of a label that alone say nothing.
_FILLERS = frozenset(
    [
        "up",
        "down",
        "left",
        "right",
        "forward",
        "to",
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "of",
        "with",
        "and",
        "or",
        "ball",
        "from",
        "into",
        "for",
        "other",
        "class",
        "label",
        "activity",
    ]
)
# How many other words may stand between the words of a label ("walked slowly up the stairs").
_BETWEEN = 2

Form = tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Lower-case words; snake_case, kebab-case, camelCase and digits are word boundaries; inflections are taken off."""
    return [_stem(word) for word in _WORD.findall(_CAMEL.sub(" ", text).lower().replace("'s", " "))]


def _stem(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending in ("ing", "ers", "er", "ed", "es", "s"):
        base = word.removesuffix(ending)
        if base == word or len(base) < 3 or not re.search(r"[aeiouy]", base):
            continue
        if ending in {"er", "ers"} and base[-1] not in "knpg":  # walker, runner; not "power"
            continue
        if ending == "es" and not re.search(r"(?:s|x|z|ch|sh)$", base):
            continue
        if ending == "s" and base.endswith(("s", "u", "i")):
            continue
        if ending != "s" and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
            base = base[:-1]
        return base
    return word


def forms_of(label: str, synonyms: Mapping[str, Sequence[str]] | None = None) -> frozenset[Form]:
    """The word sequences that name a class: all its words, its verb alone, and other words for it.

    `synonyms`: label → further phrases; those of the public sets are built in. Empty for a label without letters.
    """
    stems = [w for w in words_of(label) if not w.isdigit()]
    spoken = _WORD.findall(_CAMEL.sub(" ", label).lower())
    content = [w for w in stems if w not in _FILLERS]
    verbs = [_stem(w) for w in spoken if w.endswith("ing") and w not in {"during"}]
    forms: set[Form] = {tuple(stems)} if stems else set()
    alone = [v for v in verbs if v in content] or (content if len(content) == 1 else [])
    forms |= {(word,) for word in alone if not word.startswith("~")}
    if len(content) > 1:
        forms.add(tuple(content))
    others = [phrase for word in {*content, *spoken} for phrase in SYNONYMS.get(word, ())]
    for key, phrases in (synonyms or {}).items():
        if words_of(key) == words_of(label):
            others += list(phrases)
    forms |= {tuple(words_of(phrase)) for phrase in others}
    if "lie" in content:
        forms |= {("~lie", "down"), ("~lies", "down"), ("~lay", "down")}
    return frozenset(form for form in forms if form and not all(w in _FILLERS for w in form))


def mentions(words: Sequence[str], forms: Iterable[Form]) -> set[Form]:
    """The forms that occur in `words`: one word anywhere, several in order with at most two words between them."""
    at: dict[str, list[int]] = {}
    for i, word in enumerate(words):
        at.setdefault(word, []).append(i)
    return {form for form in forms if _occurs(form, at)}


def _occurs(form: Form, at: Mapping[str, Sequence[int]]) -> bool:
    ends: Sequence[int] = at.get(form[0], ())
    for word in form[1:]:
        places = at.get(word, ())
        ends = [j for j in places if any(0 < j - i <= _BETWEEN + 1 for i in ends)]
        if not ends:
            return False
    return bool(ends)


def canonical_class(label: str) -> frozenset[Form]:
    """Every form of a class, to tell whether two names mean the same one."""
    return forms_of(label)
