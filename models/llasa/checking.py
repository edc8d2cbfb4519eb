"""Whether a sentence about a window is what its samples show: every number, name and direction in it is looked up again.

Stricter than its reader needs: a word that the grammar of the training texts cannot say makes a sentence unsupported, so that
nothing rides along on a true number.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from models.llasa.data.captions import caption
from models.llasa.data.facts import AXES, WindowFacts, measure
from models.llasa.data.grammar import sayings
from models.llasa.data.questions import CAUSES, HANDS, Subject, exchanges, movement_word
from models.llasa.data.words import activity, place
from models.motion.taxonomy import DATASET_LABELS

_NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)\s*(rad/s|g|Hz|%|s)?(?![\w/])")
_AXIS = re.compile("|".join(AXES))
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_WORD = re.compile(r"[a-z][a-z'-]*")
# What the wording itself says: the window, a third, the smoothing, the band of rhythms.
_CONSTANTS = {("6", "s"), ("2", "s"), ("0.6", "s"), ("0.5", ""), ("4", "Hz")}
_GROWS = re.compile(r"\b(?:grows|becomes stronger|picks up)\b")
_FADES = re.compile(r"\b(?:fades|becomes weaker|calms down)\b")
_HOLDS = re.compile(r"\b(?:holds steady|stays about the same|keeps its level)\b")
_NO_RHYTHM = re.compile(r"\bno (?:clear |dominant )?rhythm|rhythm absent|no frequency stands out")
_RHYTHM = re.compile(r"\brhythm\b|\brepeat|\bcomes back\b")
_NO_ROTATION = re.compile(r"\bno rotation\b|\bno gyroscope\b")
_FIRST = re.compile(r"(acceleration [xyz]|rotation [xyz]) (?:leads|comes first|is ahead)")
_LAST = re.compile(r"(acceleration [xyz]|rotation [xyz]) (?:is last|comes last)")
_GRAVITY = re.compile(r"\b(?:gravity|weight|heaviest)\b[^,;]*?(acceleration [xyz])")
_TOGETHER = re.compile(r"\b(?:move together|follow each other)\b")
_AGAINST = re.compile(r"\b(?:move against each other|are mirrored)\b")
_ALONE = re.compile(r"\bno two axes|axes move largely on their own")
_MOVING = ("almost still", "moving lightly", "moving clearly", "moving vigorously")
_USUAL = re.compile(r"\bnine of ten\b|\bplausible\b|\bfits\b|\bspeaks against\b|\bunusual\b|\buncommon\b|\btoo few\b")
NOTHING = "nothing that samples can show"
_PLACES = {where: place(where) for where in ("wrist", "pocket", "waist", "hip")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """numbers: how many measurements the sentence prints; exact: how many of them are what was measured."""

    sentence: str
    supported: bool
    reason: str
    numbers: int
    exact: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A measurement: unit, axis (None for the whole window) and the words that a sentence about it uses."""

    value: float
    unit: str
    axis: str | None
    words: re.Pattern[str]


def sentences_of(text: str) -> list[str]:
    """The sentences of an answer, on one line each; a decimal point ends none."""
    return [part.strip() for part in _END.split(" ".join(text.split())) if part.strip()]


def check(
    text: str, facts: WindowFacts, label: str | None, position: str | None, *, any_words: bool = False
) -> list[Verdict]:
    """One verdict a sentence. label: the activity that may be named, None for none. position: where the device was.

    any_words: words that the grammar does not have are let through, for texts of another hand; their numbers, axes,
    activities, places, directions and rhythms are looked up all the same.
    """
    return [_checked(sentence, facts, label, position, any_words) for sentence in sentences_of(text)]


def _checked(sentence: str, facts: WindowFacts, label: str | None, position: str | None, any_words: bool) -> Verdict:
    low = sentence[:1].lower() + sentence[1:]
    printed = [n for n in _numbers(low) if (n[0], n[1]) not in _CONSTANTS]
    exact = sum(_is_measured(number, unit, at, low, facts) for number, unit, at in printed)

    def verdict(reason: str) -> Verdict:
        return Verdict(sentence, not reason, reason, len(printed), exact)

    foreign = [] if any_words else [word for word in _WORD.findall(low.lower()) if word not in vocabulary()]
    if foreign:
        return verdict(f"{foreign[0]!r} is no word for measurements")
    if exact < len(printed):
        return verdict("a number that was not measured")
    claims = 0
    for found in (_about_label(low, label), _about_place(low, position), *_about_samples(low, facts)):
        if found is not None:
            claims += 1
            if found:
                return verdict(found)
    if claims == 0 and not printed and not _is_background(low, label):
        return verdict(NOTHING)
    return verdict("")


def _numbers(text: str) -> Iterator[tuple[str, str, int]]:
    for found in _NUMBER.finditer(text):
        yield found[1], found[2] or "", found.start()


def _known(facts: WindowFacts) -> Iterator[_Known]:
    def one(value: float, unit: str, words: str, axis: str | None = None) -> _Known:
        return _Known(value, unit, axis, re.compile(words))

    yield one(facts.movement, "g", r"magnitude|movement|device is|varies by")
    for value in facts.thirds:
        yield one(value, "g", r"third|middle|movement goes")
    if facts.has_gyro:
        yield one(facts.turning, "rad/s", r"turn|mean rotation")
    if facts.rhythm_hz is not None:
        yield one(facts.rhythm_hz, "Hz", r"rhythm|repeat|comes back|pattern")
        yield one(100 * facts.rhythm_share, "%", r"power")
    rank = r"follows|next|second|last"
    for axis in facts.axes if facts.has_gyro else facts.axes[:3]:
        name, unit = axis.name, axis.unit
        yield one(axis.mean, unit, rf"mean|average|centred|stays around|gravity|weight|{rank}", name)
        yield one(axis.deviation, unit, rf"deviat|spread of|give or take|{rank}", name)
        yield one(axis.spread, unit, rf"span|covers|sweeps|rang|{rank}", name)
        yield one(axis.minimum, unit, r"(?:runs|goes|moves) from", name)
        yield one(axis.maximum, unit, r"(?:runs|goes|moves) from", name)
        yield one(axis.strongest_hz, "Hz", r"frequency|fastest|strongest", name)
        yield one(axis.smooth_low, unit, r"0\.6 s", name)
        yield one(axis.smooth_high, unit, r"0\.6 s", name)
    yield one(facts.coupled[2], "", r"correlation")


def _is_measured(number: str, unit: str, at: int, text: str, facts: WindowFacts) -> bool:
    """Whether some measurement of this unit, about the axis that the number follows, rounds to the number."""
    decimals = len(number.partition(".")[2])
    if unit in ("g", "rad/s", "") and decimals < 2:
        return False
    before = [m.group() for m in _AXIS.finditer(text[:at])]
    after = _AXIS.search(text[at:])
    axis = before[-1] if before else after.group() if after else None
    if not _in_order(text, facts):
        return False
    return any(
        known.unit == unit
        and (known.axis is None or known.axis == axis)
        and known.words.search(text) is not None
        and abs(float(f"{known.value:.{decimals}f}") - float(number)) < 1e-9
        for known in _known(facts)
    )


def _in_order(text: str, facts: WindowFacts) -> bool:
    """Where three thirds or two ends are told, they stand in their order."""
    values = [float(n) for n, unit, _ in _numbers(text) if unit in ("g", "rad/s")]
    if ("third" in text or "movement goes" in text) and len(values) >= 3:
        named = re.findall(r"\b(?:first|middle|last)\b", text)
        return named in ([], ["first", "middle", "last"]) and all(
            abs(a - b) < 0.0051 for a, b in zip(values[:3], facts.thirds, strict=True)
        )
    if re.search(r"(?:runs|goes|moves) from|between", text) and len(values) == 2:
        return values[0] <= values[1]
    return True


Claim = str | None
"""None: no such claim in the sentence. "": it holds. Otherwise why it does not."""


def _about_label(text: str, label: str | None) -> Claim:
    named = [name for name in _activities() if re.search(rf"\b{name}\b", text)]
    named = [name for name in named if not any(name != other and name in other for other in named)]
    if not named:
        return None
    if label is None:
        return "an activity is named and none is certain"
    return "" if named == [activity(label)] else f"{named[0]} is not what the labels' scores say"


def _about_place(text: str, position: str | None) -> Claim:
    named = [where for where, words in _PLACES.items() if words in text]
    if not named:
        return None
    return "" if named == [position] else "the device was elsewhere"


def _about_samples(text: str, facts: WindowFacts) -> Iterator[Claim]:
    yield _direction(text, facts)
    if _NO_RHYTHM.search(text):
        yield "" if facts.rhythm_hz is None else "there is a rhythm"
    elif _RHYTHM.search(text):
        yield "" if facts.rhythm_hz is not None else "there is no rhythm"
    if _NO_ROTATION.search(text):
        yield "" if not facts.has_gyro else "rotation was recorded"
    elif re.search(r"\brotation\b|\bturns at\b|\bturning\b", text):
        yield "" if facts.has_gyro else "no rotation was recorded"
    for said in _MOVING:
        if said in text:
            yield "" if movement_word(facts) == said else f"it is {movement_word(facts)}"
    if (heavy := _GRAVITY.search(text)) is not None:
        yield "" if heavy[1] == facts.upright else "gravity lies along another axis"
    for pattern, last in ((_FIRST, False), (_LAST, True)):
        for found in pattern.finditer(text):
            yield _ranked(found[1], text, facts, last)
    yield _coupled(text, facts)
    if _USUAL.search(text):
        yield "what is usual is not in the samples"


def _direction(text: str, facts: WindowFacts) -> Claim:
    said = [word for word, pattern in (("grows", _GROWS), ("fades", _FADES), ("holds", _HOLDS)) if pattern.search(text)]
    if not said:
        return None
    first, _, last = facts.thirds
    larger = max(first, last)
    true = "holds" if larger < 0.02 or abs(last - first) < larger / 3 else "grows" if last > first else "fades"
    return "" if said == [true] else f"the movement {true}"


def _ranked(axis: str, text: str, facts: WindowFacts, last: bool) -> str:
    """The axis first or last by what the sentence names; by any of the three where it names none."""
    group = facts.axes[:3] if axis.startswith("acc") else facts.axes[3:]
    by: dict[str, Callable[[int], float]] = {
        "deviation": lambda i: group[i].deviation,
        "range": lambda i: group[i].spread,
        "mean": lambda i: abs(group[i].mean),
    }
    nouns = [noun for noun in by if noun in text] or list(by)
    ends = {group[(min if last else max)(range(3), key=by[noun])].name for noun in nouns}
    return "" if axis in ends else "another axis does"


def _coupled(text: str, facts: WindowFacts) -> Claim:
    a, b, r = facts.coupled
    if _ALONE.search(text):
        return "" if abs(r) < 0.5 else "two axes move closely together"
    said = 1 if _TOGETHER.search(text) else -1 if _AGAINST.search(text) else 0
    if said == 0 or not _AXIS.search(text):
        return None
    return "" if {a, b} == set(_AXIS.findall(text)) and said * r >= 0.5 else "those axes do not"


def _is_background(text: str, label: str | None) -> bool:
    """What everybody knows of the activity that was found, in the words of the training texts."""
    return label is not None and text.rstrip(".") in {s.lower() for s in sayings(CAUSES.get(label, HANDS))}


@cache
def _activities() -> tuple[str, ...]:
    return tuple(
        sorted({activity(label) for table in DATASET_LABELS.values() for label in table.values()}, key=len)[::-1]
    )


_ENDS = ((1.0, 1.0), (0.2, 1.0), (1.0, 0.2))


@cache
def vocabulary() -> frozenset[str]:
    """Every word that the grammar says of some windows of all kinds: drawn once, about a third of a second."""
    rng = np.random.default_rng(0)
    labels: Sequence[str] = sorted({label for table in DATASET_LABELS.values() for label in table.values()})
    words: set[str] = set()
    for number in range(240):
        at = np.arange(120) / 20
        size = float(rng.choice([0.005, 0.08, 0.4, 1.0]))
        values = rng.normal(0, size / 3, (120, 6)) + size * np.sin(2 * np.pi * 1.7 * at)[:, None] * rng.normal(0, 1, 6)
        values *= np.linspace(*_ENDS[number % 3], 120)[:, None]
        values[:, number % 3] += 1
        if number % 5 == 0:
            values[:, 3:] = 0
        facts = measure(values.astype(np.float32))
        draw, label = random.Random(number), labels[number % len(labels)]
        where = list(_PLACES)[number % 4]
        said = caption(facts, label, where, draw)
        texts = [said.features, said.narration, *(e.answer for e in exchanges(Subject(facts, label, where, {}), draw))]
        words |= {word for text in texts for word in _WORD.findall(text.lower())}
    return frozenset(
        words | {word for text in (*CAUSES.values(), HANDS) for s in sayings(text) for word in _WORD.findall(s)}
    )
