"""Statements about several episodes: which came after which, which lasted longer, what happened in a row."""

from __future__ import annotations

import random
from itertools import pairwise

from evals.tasks.verification.on_episodes import length_s, wrong_number
from evals.tasks.verification.phrasing import Style, capital, gerund, past
from evals.tasks.verification.statements import Statement, Values, changed, number_of, other, text_of
from evals.tasks.verification.world import World, near_time

Rng = random.Random


def _order(world: World, rng: Rng) -> Values | None:
    if not world.pairs():
        return None
    x, y = rng.choice(world.pairs())
    return (
        {"x": x.activity, "y": y.activity, "t": y.start_s, "t0": x.end_s}
        if near_time(x.end_s, y.start_s) and x.activity != y.activity
        else None
    )


def _order_holds(world: World, v: Values) -> bool:
    return any(
        x.activity == v["x"]
        and y.activity == v["y"]
        and (near_time(y.start_s, number_of(v, "t")) or near_time(x.end_s, number_of(v, "t")))
        for x, y in world.pairs()
    )


def _order_words(v: Values, s: Style) -> dict[str, object]:
    x, y = gerund(text_of(v, "x")), gerund(text_of(v, "y"))
    return {"x": x, "y": y, "X": capital(x), "Y": capital(y), "t": s.clock(number_of(v, "t"))}


ORDER = Statement(
    "order", _order, _order_holds, _order_words,
    ("{Y} came directly after {x}, at {t}.", "{X} was followed by {y} at {t}.", "After {x} came {y}, at {t}.", "{X} came directly before {y}, at {t}.",
     "At {t} the activity changed from {x} to {y}.", "The person went from {x} to {y} at {t}.", "{X} gave way to {y} at {t}.", "At {t}, {x} was followed by {y}.", "Before {y} at {t}, the person was {x}."),
    {"direction": lambda w, r, v: changed(v, x=v["y"], y=v["x"]),
     "time": lambda w, r, v: changed(v, t=max(0.0, number_of(v, "t") + r.choice((-30, -7, -2, 2, 7, 30, 60)))),
     "label": lambda w, r, v: changed(v, **{r.choice(("x", "y")): other(r, w.other_labels([text_of(v, "x"), text_of(v, "y")]))})},
)  # fmt: skip


def _compare(world: World, rng: Rng) -> Values | None:
    if len(world.labels) < 2:
        return None
    x, y = rng.sample(world.labels, 2)
    dx, dy = world.total_s(x), world.total_s(y)
    if dx < dy:
        x, y, dx, dy = y, x, dy, dx
    return {"x": x, "y": y, "dx": dx, "dy": dy, "diff": dx - dy} if dx - dy > 2 else None


def _compare_holds(world: World, v: Values) -> bool:
    x, y = world.total_s(text_of(v, "x")), world.total_s(text_of(v, "y"))
    return (
        x > y > 0
        and near_time(x, number_of(v, "dx"))
        and near_time(y, number_of(v, "dy"))
        and near_time(x - y, number_of(v, "diff"))
    )


def _compare_words(v: Values, s: Style) -> dict[str, object]:
    x, y = gerund(text_of(v, "x")), gerund(text_of(v, "y"))
    return {
        "x": x,
        "y": y,
        "X": capital(x),
        "Y": capital(y),
        "dx": s.duration(number_of(v, "dx")),
        "dy": s.duration(number_of(v, "dy")),
        "diff": s.duration(number_of(v, "diff")),
    }


COMPARE = Statement(
    "comparison", _compare, _compare_holds, _compare_words,
    ("{X} lasted {diff} longer than {y} ({dx} against {dy}).", "{X} lasted longer than {y}, by {diff}.", "{Y} was {diff} shorter than {x}.",
     "The person spent {diff} more {x} than {y}.", "{X} took {dx}, {diff} longer than {y}.", "{X} took {diff} more than {y}.", "More time was spent {x} than {y}, by {diff}.", "{X} took more time than {y} ({dx} versus {dy})."),
    {"comparison": lambda w, r, v: changed(v, x=v["y"], y=v["x"]), "number": wrong_number("diff"), "label": lambda w, r, v: changed(v, y=other(r, w.other_labels([text_of(v, "x"), text_of(v, "y")])))},
)  # fmt: skip
COMPARE_PLAIN = Statement(
    "plain comparison", _compare, _compare_holds, _compare_words,
    ("{X} lasted longer than {y}.", "The person spent more time {x} than {y}.", "{Y} was shorter than {x}.", "{Y} took less time than {x}.", "{X} lasted longer than {y} in total."),
    {"comparison": lambda w, r, v: changed(v, x=v["y"], y=v["x"])},
    ("{X} did not last longer than {y}.", "{Y} lasted as long as {x}.", "{X} and {y} lasted equally long."),
)  # fmt: skip


def _story(world: World, rng: Rng) -> Values | None:
    runs = [
        (x, y, z)
        for (x, y), (_, z) in pairwise(world.pairs())
        if near_time(x.end_s, y.start_s) and near_time(y.end_s, z.start_s)
    ]
    if not runs:
        return None
    run = rng.choice(runs)
    return {
        "labels": tuple(e.activity for e in run),
        "d0": length_s(run[0]),
        "d1": length_s(run[1]),
        "d2": length_s(run[2]),
    }


def _story_holds(world: World, v: Values) -> bool:
    return any(
        (x.activity, y.activity, z.activity) == v["labels"]
        and all(near_time(length_s(e), number_of(v, f"d{i}")) for i, e in enumerate((x, y, z)))
        for (x, y), (_, z) in pairwise(world.pairs())
    )


def _three(v: Values) -> tuple[str, str, str]:
    labels = v["labels"]
    if not isinstance(labels, tuple) or len(labels) != 3:
        raise TypeError("a story has three activities")
    return str(labels[0]), str(labels[1]), str(labels[2])


def _story_words(v: Values, s: Style) -> dict[str, object]:
    words: dict[str, object] = {f"d{i}": s.duration(number_of(v, f"d{i}")) for i in range(3)}
    for i, label in enumerate(_three(v)):
        words[f"P{i}"], words[f"L{i}"], words[f"C{i}"] = past(label), gerund(label), capital(gerund(label))
    return words


def _reordered(world: World, rng: Rng, v: Values) -> Values | None:
    a, b, c = _three(v)
    return changed(v, labels=(b, a, c))


STORY = Statement(
    "story", _story, _story_holds, _story_words,
    ("The person {P0} for {d0}, then {P1} for {d1} and then {P2} for {d2}.", "{C0} ({d0}) was followed by {L1} ({d1}) and then {L2} ({d2}).",
     "{C0} for {d0}, then {L1} for {d1}, then {L2} for {d2}."),
    {"direction": _reordered, "number": wrong_number("d1")},
)  # fmt: skip


STATEMENTS = (STORY, ORDER, COMPARE, COMPARE_PLAIN)
