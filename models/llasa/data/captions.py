"""SensorCaps: what one window shows. Features in one comma-separated line, and a narration step by step.

The fields follow the original's order (activity, rotation, acceleration, then their statistics); the words are ours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from models.llasa.data.facts import AxisFacts, WindowFacts
from models.llasa.data.grammar import say, sentence
from models.llasa.data.words import GRAMMAR, WINDOW_SECONDS, Numbers, Printed, activity, place

# The original asks for 20–25 words.
FEATURE_WORDS = (20, 25)


@dataclass(frozen=True, slots=True)
class Caption:
    """features: one line of 20–25 words. narration: several sentences. printed: every number of both, with its measurement.

    by: who wrote the features and who the narration.
    """

    features: str
    narration: str
    printed: tuple[Printed, ...]
    by: tuple[str, str] = (GRAMMAR, GRAMMAR)


def caption(facts: WindowFacts, label: str | None, position: str, rng: random.Random) -> Caption:
    """The caption of a window. label None: the activity is not said (for texts that must not give it away)."""
    numbers = Numbers()
    features = _features(facts, rng, numbers)
    story = [_opening(label, position, rng), *_rotation(facts, rng, numbers), *_acceleration(facts, rng, numbers)]
    story += [_course(facts, rng, numbers), _rhythm(facts, rng, numbers), _coupling(facts, rng, numbers)]
    if label is not None:
        story.append(_closing(facts, label, rng))
    return Caption(features, " ".join(sentence(s) for s in story if s), tuple(numbers.printed))


def _features(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> str:
    """Whole phrases in a drawn order, 20 to 25 words where they allow it: the first order that fits, else the nearest."""
    own = Numbers()
    acc, gyro, upright = facts.axis(facts.acc_liveliest), facts.axis(facts.gyro_liveliest), facts.axis(facts.upright)
    phrases = [
        say(rng, "[acceleration varies by|movement of|overall movement] {v}", {"v": own.movement(facts)}),
        say(
            rng,
            "[gravity mostly on|weight carried by] {a} [at|with mean] {v}",
            {"a": upright.name, "v": own.mean(upright)},
        ),
        say(
            rng,
            "[liveliest axis|most active axis] {a} [spanning|ranging over] {v}",
            {"a": acc.name, "v": own.spread(acc)},
        ),
    ]
    if facts.rhythm_hz is None:
        phrases.append(say(rng, "[no clear rhythm|no dominant rhythm|rhythm absent]"))
    else:
        phrases.append(
            say(rng, "[clear rhythm|regular rhythm|repeating pattern] [at|near] {v}", {"v": own.rhythm(facts)})
        )
    if facts.has_gyro:
        phrases.append(say(rng, "[turning|mean rotation] {v}", {"v": own.turning(facts)}))
        phrases.append(say(rng, "{a} [deviating by|spread of] {v}", {"a": gyro.name, "v": own.deviation(gyro)}))
    if acc is not upright:
        phrases.append(say(rng, "[mean|average] {a} {v}", {"a": acc.name, "v": own.mean(acc)}))
    phrases.append(say(rng, "{a} [deviating by|spread of] {v}", {"a": acc.name, "v": own.deviation(acc)}))
    line, off = "", 99
    for _ in range(6):
        rng.shuffle(phrases)
        kept: list[str] = []
        for phrase in phrases:
            if len(" ".join([*kept, phrase]).split()) <= FEATURE_WORDS[1]:
                kept.append(phrase)
        words = len(" ".join(kept).split())
        if max(0, FEATURE_WORDS[0] - words) < off:
            line, off = ", ".join(kept), max(0, FEATURE_WORDS[0] - words)
        if off == 0:
            break
    numbers.printed += [p for p in own.printed if f"{p.text} " in f"{line} ".replace(",", " ")]
    return line[:1].upper() + line[1:] + "."


def _opening(label: str | None, position: str, rng: random.Random) -> str:
    slots = {"w": place(position), "s": WINDOW_SECONDS, "a": activity(label or "")}
    if label is None:
        return say(rng, "[These|The] {s} s [were recorded|come from a device] {w}", slots)
    return say(
        rng, "[During|In|Over] [these|the] {s} s the [person|wearer] is {a}, with the [device|sensor] {w}", slots
    )


def _axis_clause(axis: AxisFacts, rng: random.Random, numbers: Numbers) -> str:
    kind = rng.randrange(4)
    name = axis.name
    if kind == 0:
        return say(
            rng, "{n} [runs|goes|moves] from {a} to {b}", {"n": name, "a": numbers.low(axis), "b": numbers.high(axis)}
        )
    if kind == 1:
        return say(
            rng,
            "{n} [stays around|is centred on|averages] {a} [with a deviation of|and deviates by|, give or take] {b}",
            {"n": name, "a": numbers.mean(axis), "b": numbers.deviation(axis)},
        ).replace(" ,", ",")
    if kind == 2:
        return say(rng, "{n} [spans|covers|sweeps over] {a}", {"n": name, "a": numbers.spread(axis)})
    return say(
        rng,
        "{n} [changes fastest near|is strongest at|has its strongest frequency at] {a} [and deviates by|with a deviation of] {b}",
        {"n": name, "a": numbers.strongest(axis), "b": numbers.deviation(axis)},
    )


def _rotation(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> list[str]:
    if not facts.has_gyro:
        return [
            say(
                rng,
                "[No rotation was recorded|The device recorded no rotation|There is no gyroscope in this recording]",
            )
        ]
    chosen = [facts.axis(facts.gyro_liveliest)]
    chosen += rng.sample([a for a in facts.axes[3:] if a is not chosen[0]], k=rng.randint(0, 1))
    lead = say(
        rng,
        "[on average the device turns at|the mean turning rate is|turning averages|the device turns at a mean of] {v}",
        {"v": numbers.turning(facts)},
    )
    return [lead, *(_axis_clause(axis, rng, numbers) for axis in chosen)]


def _acceleration(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> list[str]:
    chosen = [facts.axis(facts.acc_liveliest)]
    chosen += rng.sample([a for a in facts.axes[:3] if a is not chosen[0]], k=rng.randint(0, 2))
    out = [_axis_clause(axis, rng, numbers) for axis in chosen]
    upright = facts.axis(facts.upright)
    out.append(
        say(
            rng,
            "[gravity falls mostly on|most of gravity lies along|the heaviest axis is] {n}[, whose mean is|, with a mean of] {v}",
            {"n": upright.name, "v": numbers.mean(upright)},
        )
    )
    return out


def _course(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> str:
    """How the movement goes on from third to third."""
    first, middle, last = facts.thirds
    slots = {
        "a": numbers.write(first, "g", "movement, first third"),
        "b": numbers.write(middle, "g", "movement, middle third"),
        "c": numbers.write(last, "g", "movement, last third"),
    }
    return say(
        rng,
        "[movement in the three thirds is|from third to third the movement is|the movement goes] {a}, {b} and {c}[, so it {t}|: it {t}]",
        slots | {"t": course_word(facts, rng)},
    )


def course_word(facts: WindowFacts, rng: random.Random) -> str:
    """Grows, fades or holds: a change by less than a third of the larger end is none."""
    first, _, last = facts.thirds
    larger = max(first, last)
    if larger < 0.02 or abs(last - first) < larger / 3:
        return say(rng, "[holds steady|stays about the same|keeps its level]")
    return say(rng, "[grows|becomes stronger|picks up]" if last > first else "[fades|becomes weaker|calms down]")


def _rhythm(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> str:
    if facts.rhythm_hz is None:
        return say(
            rng,
            "[no frequency stands out in the acceleration's magnitude|the magnitude of acceleration shows no clear rhythm|there is no clear rhythm]",
        )
    return say(
        rng,
        "[the acceleration's magnitude repeats at|a rhythm stands out at|the movement repeats at] {v}[, which holds|, with] {p} of the [band's power|power between 0.5 and 4 Hz]",
        {"v": numbers.rhythm(facts), "p": numbers.write(100 * facts.rhythm_share, "%", "rhythm share")},
    )


def _coupling(facts: WindowFacts, rng: random.Random, numbers: Numbers) -> str:
    a, b, r = facts.coupled
    if abs(r) < 0.5:
        return say(rng, "[no two axes move closely together|the axes move largely on their own]")
    return say(
        rng,
        "{a} and {b} [move together|follow each other] [with|at] a correlation of {r}"
        if r > 0
        else "{a} and {b} [move against each other|are mirrored] [with|at] a correlation of {r}",
        {"a": a, "b": b, "r": numbers.write(r, "", "correlation")},
    )


def _closing(facts: WindowFacts, label: str, rng: random.Random) -> str:
    if facts.is_still:
        return say(
            rng,
            "[such stillness|so little movement|a device this quiet] [agrees with|goes with|is no surprise for] {a}",
            {"a": activity(label)},
        )
    return say(
        rng,
        "[all of this|the whole picture|this pattern] [belongs to|comes from|goes with] {a}",
        {"a": activity(label)},
    )
