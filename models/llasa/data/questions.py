"""OpenSQA: questions about one window and answers grounded in what was measured in it, five kinds a window.

The kinds are those of the original's prompts: cause, evidence, comparison of axes, change over time, plausibility. What an
answer says of other windows ("usual for walking") comes from training subjects alone and names how many windows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from models.llasa.data.captions import course_word
from models.llasa.data.facts import STILL_G, AxisFacts, WindowFacts
from models.llasa.data.grammar import say, sentence
from models.llasa.data.ranges import QUANTITIES, Quantity, Ranges, UsualRange, value_of
from models.llasa.data.words import GRAMMAR, Numbers, Printed, activity, place

Kind = Literal["cause", "evidence", "axes", "change", "plausibility", "class"]
KINDS: tuple[Kind, ...] = ("cause", "evidence", "axes", "change", "plausibility")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer. gives_away: the question itself names the activity. by: who wrote it."""

    kind: Kind
    question: str
    answer: str
    gives_away: bool
    printed: tuple[Printed, ...]
    by: str = GRAMMAR


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about."""

    facts: WindowFacts
    label: str
    position: str
    ranges: Ranges

    def usual(self, quantity: Quantity) -> UsualRange | None:
        return self.ranges.get((self.position, self.label, quantity))


def exchanges(subject: Subject, rng: random.Random) -> list[Exchange]:
    """One exchange of each kind, in order."""
    return [_exchange(kind, subject, rng) for kind in KINDS]


def class_exchange(subject: Subject, labels: tuple[str, ...], rng: random.Random) -> Exchange:
    """The closed question over `labels`, answered in the one demanded form."""
    return Exchange("class", class_question(labels), f"{LEAD_IN} {activity(subject.label)}.", False, ())


LEAD_IN = "The activity is"


def class_question(labels: tuple[str, ...]) -> str:
    """The union-label prompt: the same words in training, evaluation and parsing."""
    return (
        "Which one of these activities do the sensor samples show: "
        + ", ".join(activity(label) for label in labels)
        + f'? Answer with "{LEAD_IN}" and the activity, and nothing else.'
    )


# The same question without the options, for windows by the thousand: the labels are scored, not read from a list.
SHORT_CLASS_QUESTION = "What is the person doing?"


def _exchange(kind: Kind, subject: Subject, rng: random.Random) -> Exchange:
    numbers = Numbers()
    question, sentences, given = _MAKERS[kind](subject, rng, numbers)
    return Exchange(kind, question, " ".join(sentence(s) for s in sentences if s), given, tuple(numbers.printed))


Made = tuple[str, list[str], bool]


def movement_word(facts: WindowFacts) -> str:
    """How much the device moves, in words."""
    if facts.movement < STILL_G:
        return "almost still"
    if facts.movement < 0.12:
        return "moving lightly"
    return "moving clearly" if facts.movement < 0.5 else "moving vigorously"


def _finding(subject: Subject, rng: random.Random, numbers: Numbers, kind: int) -> str:
    """One measured reason."""
    facts = subject.facts
    if kind == 0:
        return say(
            rng,
            "the device is {w}: the acceleration's magnitude deviates by {v}",
            {"w": movement_word(facts), "v": numbers.movement(facts)},
        )
    if kind == 1 and facts.rhythm_hz is not None:
        return say(
            rng,
            "the movement [repeats|comes back] at {v}, [a rhythm|which is a rhythm|a pattern] that holds {p} of the power between 0.5 and 4 Hz",
            {"v": numbers.rhythm(facts), "p": numbers.write(100 * facts.rhythm_share, "%", "rhythm share")},
        )
    if kind == 1:
        return say(rng, "[no rhythm stands out in the acceleration|there is no clear rhythm in the acceleration]")
    if kind == 2 and facts.has_gyro:
        return say(rng, "the device turns at {v} on average", {"v": numbers.turning(facts)})
    upright = facts.axis(facts.upright)
    return say(
        rng,
        "gravity [lies|falls] mostly along {a}, with a mean of {v}",
        {"a": upright.name, "v": numbers.mean(upright)},
    )


CAUSES: Mapping[str, str] = {
    "walking": "[each step pushes the body up and forward|every step shakes the device once]",
    "walking_left": "[each step shakes the device while the body turns left|steps go on while the heading turns left]",
    "walking_right": "[each step shakes the device while the body turns right|steps go on while the heading turns right]",
    "walking_upstairs": "[each stair lifts the body|every stair asks for a lift of the body]",
    "walking_downstairs": "[each stair ends in a landing|every stair lets the body drop and be caught]",
    "stairs": "[each stair moves the body up or down|every stair is one push or one landing]",
    "running": "[each stride is a flight and a landing|strides with a flight phase strike hard]",
    "jumping": "[take-off and landing follow each other|each jump ends in a hard landing]",
    "sitting": "[a seated body rests|the seat carries the body]",
    "standing": "[a standing body only balances|somebody who stands sways a little at most]",
    "lying": "[a lying body rests on its whole length|whoever lies rests]",
    "elevator_up": "[the cabin carries a standing person|a person stands while the cabin moves]",
    "elevator_down": "[the cabin carries a standing person|a person stands while the cabin moves]",
}


HANDS = "[hands and arms do the work|the hands are busy and the rest of the body is not]"


def _cause(subject: Subject, rng: random.Random, numbers: Numbers) -> Made:
    name = activity(subject.label)
    given = rng.random() < 0.5
    question = (
        say(
            rng,
            "[Why does the signal look as it does while the person is {a}?|The person is {a}. What makes the samples look like this?"
            "|What in {a} [causes|brings about|explains] [this pattern|these samples|what the sensors recorded]?]",
            {"a": name},
        )
        if given
        else say(
            rng,
            "[What [causes|could cause|is behind] [this pattern|these samples|the movement in the samples]?"
            "|What was the person doing, and why do the samples look like this?|What activity [explains|accounts for] [these samples|this window|the recording], and [how|why]?]",
        )
    )
    body = say(
        rng,
        CAUSES.get(subject.label, HANDS),
    )
    first = say(rng, "[the person is|the wearer is|the samples come from somebody] {a}", {"a": name})
    return question, [first, body, _finding(subject, rng, numbers, 1), _finding(subject, rng, numbers, 0)], given


def _evidence(subject: Subject, rng: random.Random, numbers: Numbers) -> Made:
    name = activity(subject.label)
    given = rng.random() < 0.5
    question = (
        say(
            rng,
            "[What [evidence|measurement|part of the signal] [supports|speaks for|points to] {a}?|How can {a} be [recognised|seen|told] from [these samples|the sensors]?"
            "|Which measurements [agree|fit] with {a}?]",
            {"a": name},
        )
        if given
        else say(
            rng,
            "[What is the person doing, and what [is the evidence|speaks for it|supports that]?|Name the activity and the [evidence|measurements] for it."
            "|Which activity do the samples show, and which measurements [say so|tell]?]",
        )
    )
    order = rng.sample(range(4), k=rng.choice((2, 3)))
    first = say(
        rng,
        "[the samples show|this looks like|the window shows] {a}"
        if not given
        else "[several things|measurements] [speak for|agree with|point to] {a}",
        {"a": name},
    )
    return question, [first, *(_finding(subject, rng, numbers, k) for k in order)], given


def _axes(subject: Subject, rng: random.Random, numbers: Numbers) -> Made:
    facts = subject.facts
    group = facts.axes[:3] if not facts.has_gyro or rng.random() < 0.6 else facts.axes[3:]
    what = "acceleration" if group[0].unit == "g" else "rotation"
    measure = rng.choice(("deviation", "spread", "mean"))
    values: dict[str, Callable[[AxisFacts], float]] = {
        "deviation": lambda a: a.deviation,
        "spread": lambda a: a.spread,
        "mean": lambda a: abs(a.mean),
    }
    ranked = sorted(group, key=values[measure], reverse=True)
    question = _axes_question(measure, what, rng)
    writers = {"deviation": numbers.deviation, "spread": numbers.spread, "mean": numbers.mean}
    noun = {"deviation": "deviation", "spread": "range", "mean": "mean"}[measure]
    write = writers[measure]
    first = say(
        rng,
        "{a} [leads|comes first|is ahead] with a {n} of {v}",
        {"a": ranked[0].name, "n": noun, "v": write(ranked[0])},
    )
    second = say(
        rng,
        "{a} [follows|comes next|is second] at {v} and {b} [is last|comes last] at {u}",
        {"a": ranked[1].name, "v": write(ranked[1]), "b": ranked[2].name, "u": write(ranked[2])},
    )
    tail = ""
    if measure == "mean" and what == "acceleration":
        tail = say(
            rng,
            "[gravity is what makes|it is gravity that makes] that mean large[: {p}|, {p}]",
            {"p": f"the device is {place(subject.position)}"},
        )
    elif measure != "mean" and facts.rhythm_hz is not None:
        tail = say(
            rng, "[the whole movement|the magnitude of acceleration] repeats at {v}", {"v": numbers.rhythm(facts)}
        )
    return question, [first, second, tail], False


def _axes_question(measure: str, what: str, rng: random.Random) -> str:
    noun = {"deviation": "variation", "spread": "range", "mean": "mean, sign aside"}[measure]
    which = {
        "deviation": "[varies|moves|changes] most",
        "spread": "covers the [widest|largest] range",
        "mean": "has the [largest|greatest] mean, sign aside",
    }[measure]
    return say(
        rng,
        f"[Which {{w}} axis {which}?|Compare the three {{w}} axes by {noun}.|How do the {{w}} axes [compare|differ|rank] by {noun}?]",
        {"w": what},
    )


def _change(subject: Subject, rng: random.Random, numbers: Numbers) -> Made:
    facts = subject.facts
    first, middle, last = facts.thirds
    question = say(
        rng,
        "[How does the movement [change|develop|go on] [over|during] the [window|6 s]?|Does the movement [grow or fade|become stronger or weaker] [over time|within the window]?"
        "|Is the [beginning|first third] [livelier|calmer] than the [end|last third]?|Compare the start, the middle and the end of the window.]",
    )
    answer = say(
        rng,
        "the acceleration's magnitude deviates by {a} in the first third, {b} in the middle and {c} in the last",
        {
            "a": numbers.write(first, "g", "movement, first third"),
            "b": numbers.write(middle, "g", "movement, middle third"),
            "c": numbers.write(last, "g", "movement, last third"),
        },
    )
    word = course_word(facts, rng)
    verdict = say(rng, "[so the movement|the movement thus|it follows that the movement] {w}", {"w": word})
    axis = facts.axis(facts.acc_liveliest)
    detail = say(
        rng,
        "[averaged over 0.6 s|smoothed over 0.6 s], {a} lies between {v} and {u}",
        {
            "a": axis.name,
            "v": numbers.write(axis.smooth_low, axis.unit, f"lowest moving average of {axis.name}"),
            "u": numbers.write(axis.smooth_high, axis.unit, f"highest moving average of {axis.name}"),
        },
    )
    return question, [answer, verdict, detail if rng.random() < 0.6 else ""], False


_QUANTITY_WORDS = {"movement": "movement", "turning": "mean turning rate", "rhythm_hz": "rhythm"}
_QUANTITY_UNITS = {"movement": "g", "turning": "rad/s", "rhythm_hz": "Hz"}


def _plausibility(subject: Subject, rng: random.Random, numbers: Numbers) -> Made:
    name = activity(subject.label)
    given = rng.random() < 0.7
    question = (
        say(
            rng,
            "[Is {a} [plausible|believable|likely] [here|given these samples]?|How [reliable|trustworthy|certain] is it that the person is {a}?"
            "|Do the measurements [fit|agree with] what is usual for {a}?|Could this be {a}, and what speaks [against|for] it?]",
            {"a": name},
        )
        if given
        else say(
            rng,
            "[Which activity is plausible here, and do the measurements stay within what is usual for it?|What is the person doing, and how usual are the measurements for that?]",
        )
    )
    sentences = [say(rng, "[the samples come from|this is|the window shows] {a}", {"a": name})] if not given else []
    inside = 0
    compared = 0
    for quantity in rng.sample(QUANTITIES, k=len(QUANTITIES)):
        value, usual = value_of(subject.facts, quantity), subject.usual(quantity)
        if value is None or usual is None or compared == 2:
            continue
        compared += 1
        unit = _QUANTITY_UNITS[quantity]
        slots = {
            "q": _QUANTITY_WORDS[quantity],
            "v": numbers.write(value, unit, "rhythm" if quantity == "rhythm_hz" else quantity),
            "l": numbers.write(usual.low, unit, f"usual low of {quantity}"),
            "h": numbers.write(usual.high, unit, f"usual high of {quantity}"),
            "a": name,
        }
        # As printed: what is rounded into the range lies in it for every reader.
        printed, low, high = (float(one.text) for one in numbers.printed[-3:])
        holds = low <= printed <= high
        inside += holds
        sentences.append(
            say(
                rng,
                "the {q} of {v} [lies|is] {w} {l} to {h}, where nine of ten windows of {a} [were|lie]",
                slots | {"w": "within" if holds else "outside"},
            )
        )
    if compared == 0:
        sentences.append(
            say(
                rng,
                "[too few training windows|there are too few windows] of {a} {p} to say what is usual",
                {"a": name, "p": place(subject.position)},
            )
        )
    elif inside == compared:
        sentences.append(say(rng, "[so {a} is plausible|that fits {a}|nothing here speaks against {a}]", {"a": name}))
    else:
        sentences.append(
            say(rng, "[so this window is unusual for {a}|that makes it an uncommon window of {a}]", {"a": name})
        )
    return question, sentences, given


_MAKERS: Mapping[Kind, Callable[[Subject, random.Random, Numbers], Made]] = {
    "cause": _cause,
    "evidence": _evidence,
    "axes": _axes,
    "change": _change,
    "plausibility": _plausibility,
}
