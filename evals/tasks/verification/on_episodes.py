"""Statements about episodes: when, how long, how often, in which order, compared."""

from __future__ import annotations

import random

from agents.timeline import EpisodeRecord
from evals.tasks.verification.phrasing import ORDINALS, Style, capital, gerund, past, times
from evals.tasks.verification.statements import Statement, Values, changed, number_of, other, shifted, text_of
from evals.tasks.verification.world import World, near_share, near_time

Rng = random.Random


def length_s(e: EpisodeRecord) -> float:
    return e.end_s - e.start_s


def _episode(world: World, rng: Rng) -> Values | None:
    if not world.known:
        return None
    e = rng.choice(world.known)
    return {"label": e.activity, "a": e.start_s, "b": e.end_s, "d": length_s(e), "p": e.confidence}


def _episode_holds(world: World, v: Values) -> bool:
    return any(
        e.activity == v["label"] and near_time(e.start_s, number_of(v, "a")) and near_time(e.end_s, number_of(v, "b"))
        and near_time(length_s(e), number_of(v, "d")) and near_share(e.confidence, number_of(v, "p"))
        for e in world.known
    )  # fmt: skip


def _span_words(v: Values, s: Style) -> dict[str, object]:
    return {
        "L": gerund(text_of(v, "label")), "C": capital(gerund(text_of(v, "label"))), "P": past(text_of(v, "label")),
        "a": s.clock(number_of(v, "a")), "b": s.clock(number_of(v, "b")), "as_": s.seconds(number_of(v, "a")), "bs": s.seconds(number_of(v, "b")),
        "d": s.duration(number_of(v, "d")), "p": s.percent(number_of(v, "p")),
        "u": v.get("unit") or "s", "du": f"{round(number_of(v, 'd'))} {v.get('unit') or 's'}",
    }  # fmt: skip


def _moved(world: World, rng: Rng, v: Values) -> Values | None:
    key = rng.choice(("a", "b"))
    return changed(v, **{key: max(0.0, number_of(v, key) + rng.choice((-1, 1)) * rng.choice((1.5, 2, 5, 10, 37, 60)))})


def _relabelled(world: World, rng: Rng, v: Values) -> Values | None:
    return changed(v, label=other(rng, world.other_labels([text_of(v, "label")])))


def wrong_number(key: str, share: bool = False):  # type: ignore[no-untyped-def]
    def mutate(world: World, rng: Rng, v: Values) -> Values | None:
        value = shifted(rng, number_of(v, key), 0.01 if share else 1.0)
        return changed(v, **{key: min(1.0, max(0.0, value)) if share else abs(value)})

    return mutate


EPISODE = Statement(
    "episode", _episode, _episode_holds, _span_words,
    (
        "The activity from {a} to {b} ({d}) is {L}, with a confidence of {p}.",
        "From {a} to {b} the person was {L} for {d}, with {p} confidence.",
        "Between {a} and {b} the wearer {P} ({d}; confidence {p}).",
        "{C} was detected from {a} until {b}, lasting {d}, at a confidence of {p}.",
        "The person started {L} at {a} and stopped at {b}, which took {d}; the confidence is {p}.",
        "An episode of {L} runs from {a} to {b} and lasts {d} (confidence {p}).",
        "Someone was {L} between {as_} s and {bs} s, that is for {d}, with a probability of {p}.",
        "The stretch {a}–{b} is {L} with {p} confidence and a duration of {d}.",
        "With a confidence of {p}, the wearer was {L} from {a} to {b}, a stretch of {d}.",
        "{C} began at {a}, ended at {b} and lasted {d}, with a certainty of {p}.",
        "{C} ({a}–{b}, {d}) has a confidence of {p}.",
        "The wearer was {L} from {a} to {b}; this lasted {d}, and the confidence is {p}.",
        "From {as_} to {bs} s the activity was {L} ({d}, {p}).",
        "{a} to {b}: {L}, {d}, {p} confidence.",
    ),
    {"time": _moved, "label": _relabelled, "number": wrong_number("p", True)},
    ("The activity from {a} to {b} is not {L}.", "The person was not {L} between {a} and {b}.", "From {a} to {b} there is no {L}.",
     "The wearer was never {L} from {a} to {b}."),
)  # fmt: skip

DURATION = Statement(
    "duration", _episode, lambda w, v: any(e.activity == v["label"] and near_time(e.start_s, number_of(v, "a")) and near_time(length_s(e), number_of(v, "d")) and v.get("unit") in (None, "s") for e in w.known), _span_words,
    (
        "The {L} that started at {a} lasted {d}.",
        "{C} began at {a} and lasted {d}.",
        "Starting at {a}, the person {P} for {du}.",
        "The {L} episode that begins at {a} takes {du}.",
    ),
    {"number": wrong_number("d"), "time": _moved, "label": _relabelled,
     "unit": lambda w, r, v: changed(v, unit=r.choice(("min", "h", "ms", "hours", "Hz", "%", "steps")))},
)  # fmt: skip


def _total(world: World, rng: Rng) -> Values | None:
    if not world.labels:
        return None
    label = rng.choice(world.labels)
    return {
        "label": label,
        "d": world.total_s(label),
        "n": len(world.of(label)),
        "share": world.total_s(label) / world.duration_s,
    }


def _total_words(v: Values, s: Style) -> dict[str, object]:
    n = int(number_of(v, "n"))
    label = text_of(v, "label")
    return {
        "L": gerund(label), "C": capital(gerund(label)), "P": past(label), "d": s.duration(number_of(v, "d")), "n": s.count(n), "times": times(n),
        "episodes": f"{s.count(n)} {'episode' if n == 1 else 'episodes'}", "bouts": f"{s.count(n)} separate {'bout' if n == 1 else 'bouts'}",
        "p": s.percent(number_of(v, "share")), "du": f"{round(number_of(v, 'd'))} {v.get('unit') or 's'}",
    }  # fmt: skip


def _total_holds(world: World, v: Values) -> bool:
    own = world.of(text_of(v, "label"))
    good = (
        bool(own)
        and v.get("unit") is None
        and len(own) == v["n"]
        and near_time(world.total_s(text_of(v, "label")), number_of(v, "d"))
    )
    return good and near_share(world.total_s(text_of(v, "label")) / world.duration_s, number_of(v, "share"))


def _miscounted(world: World, rng: Rng, v: Values) -> Values | None:
    return changed(v, n=max(1, int(number_of(v, "n")) + rng.choice((-2, -1, 1, 2, 3))))


TOTAL = Statement(
    "total", _total, lambda w, v: _total_holds(w, v), _total_words,
    (
        "{C} lasted {d} in all, in {episodes}.",
        "The person {P} for {d} in total, over {episodes}.",
        "In total, {L} took {d} across {episodes}.",
        "Altogether there were {episodes} of {L}, adding up to {d}.",
        "The total time of {L} is {d}, in {bouts}.",
        "{C} happened {times} and lasted {d} altogether.",
        "Summed over {episodes}, {L} lasted {d}.",
        "The person {P} {times}, for {d} in total.",
    ),
    {"number": wrong_number("d"), "count": _miscounted, "label": _relabelled},
    ("There is no {L} in the recording.", "The person never {P}.", "{C} did not happen."),
)  # fmt: skip
TOTAL_UNIT = Statement(
    "total unit", _total, _total_holds, _total_words, ("{C} lasted {du} in all.", "The person {P} for {du} in total.", "Altogether, {L} took {du}."),
    {"unit": lambda w, r, v: changed(v, unit=r.choice(("min", "h", "ms", "minutes", "Hz", "%", "steps"))), "number": wrong_number("d")},
)  # fmt: skip
SHARE = Statement(
    "share", _total, _total_holds, _total_words,
    ("{C} took {p} of the recording.", "The person spent {p} of the recording {L}.", "{C} makes up {p} of the recording.", "Some {p} of the recording was {L}."),
    {"number": wrong_number("share", True), "label": _relabelled},
)  # fmt: skip
COUNT = Statement(
    "count", _total, _total_holds, _total_words,
    ("{C} happened {times}.", "There are {episodes} of {L} in the recording.", "The recording has {bouts} of {L}.", "The person {P} {times}.",
     "There were {episodes} of {L}.", "{C} occurred {times} in the recording."),
    {"count": _miscounted, "label": _relabelled},
)  # fmt: skip


def _ordinal(world: World, rng: Rng) -> Values | None:
    if not world.labels:
        return None
    label = rng.choice(world.labels)
    own = world.of(label)
    i = rng.randrange(min(len(own), 8))
    key = rng.choice([str(i + 1), *(["last"] if i == len(own) - 1 else []), *(["first"] if i == 0 else [])])
    longest = max(length_s(e) for e in own)
    if len(own) > 1 and rng.random() < 0.3:
        i, key = next((j, "longest") for j, e in enumerate(own) if length_s(e) == longest)
    e = own[i]
    return {"label": label, "o": key, "a": e.start_s, "b": e.end_s, "d": length_s(e), "p": e.confidence}


def _which(world: World, label: str, key: str) -> list[EpisodeRecord]:
    own = world.of(label)
    if not own:
        return []
    if key in ("longest", "shortest"):
        best = (max if key == "longest" else min)(length_s(e) for e in own)
        return (
            [e for e in own if length_s(e) >= best - 0.6]
            if key == "longest"
            else [e for e in own if length_s(e) <= best + 0.6]
        )
    index = {"first": 0, "last": len(own) - 1}.get(key, int(key) - 1 if key.isdigit() else 0)
    return [own[index]] if index < len(own) else []


def _ordinal_holds(world: World, v: Values) -> bool:
    return any(
        near_time(e.start_s, number_of(v, "a")) and near_time(e.end_s, number_of(v, "b")) and near_time(length_s(e), number_of(v, "d"))
        for e in _which(world, text_of(v, "label"), text_of(v, "o"))
    )  # fmt: skip


def _ordinal_words(v: Values, s: Style) -> dict[str, object]:
    return {**_span_words(v, s), "o": ORDINALS.get(text_of(v, "o"), text_of(v, "o"))}


ORDINAL = Statement(
    "ordinal", _ordinal, _ordinal_holds, _ordinal_words,
    (
        "The {o} {L} episode lasted {d}, from {a} to {b}.",
        "The {o} bout of {L} went from {a} to {b} and took {d}.",
        "The {o} episode of {L} started at {a}, ended at {b} and lasted {d}.",
        "For the {o} stretch of {L}, the start is {a}, the end is {b} and the duration is {d}.",
    ),
    {"ordinal": lambda w, r, v: changed(v, o=other(r, [o for o in ("1", "2", "3", "last", "longest", "shortest") if o != v["o"]])),
     "time": _moved, "number": wrong_number("d"), "label": _relabelled},
)  # fmt: skip


def _present(world: World, rng: Rng) -> Values | None:
    missing = world.other_labels(world.labels)
    return {"label": rng.choice(missing)} if missing else None


def _label_words(v: Values, s: Style) -> dict[str, object]:
    return {"L": gerund(text_of(v, "label")), "C": capital(gerund(text_of(v, "label"))), "P": past(text_of(v, "label"))}


ABSENT = Statement(
    "absent", _present, lambda w, v: not w.of(text_of(v, "label")), _label_words,
    ("There is no {L} in the recording.", "The person was not {L} in this recording.", "The recording shows no {L}.", "No {L} was found.", "{C} never happened."),
    {"label": lambda w, r, v: changed(v, label=other(r, w.labels))},
    ("There is {L} in the recording.", "The person {P} in this recording.", "{C} happened in the recording."),
)  # fmt: skip


def _at(world: World, rng: Rng) -> Values | None:
    long = [e for e in world.known if length_s(e) > 4]
    if not long:
        return None
    e = rng.choice(long)
    return {"label": e.activity, "t": rng.uniform(e.start_s + 1.5, e.end_s - 1.5)}


def _at_holds(world: World, v: Values) -> bool:
    return any(e.activity == v["label"] and e.start_s - 1 <= number_of(v, "t") <= e.end_s + 1 for e in world.known)


AT = Statement(
    "at", _at, _at_holds, lambda v, s: {**_label_words(v, s), "t": s.clock(number_of(v, "t")), "ts": s.seconds(number_of(v, "t"))},
    ("At {t} the activity was {L}.", "The person was {L} at {t}.", "At {ts} s, the wearer was {L}.", "{C} is what the person was doing at {t}."),
    {"label": _relabelled, "time": lambda w, r, v: changed(v, t=r.uniform(0, w.duration_s))},
    ("At {t} the activity was not {L}.", "The person was not {L} at {t}."),
)  # fmt: skip


def _list(world: World, rng: Rng) -> Values | None:
    return {"labels": tuple(world.labels)} if len(world.labels) > 1 else None


def _listed(labels: tuple[str, ...]) -> str:
    said = [gerund(label) for label in labels]
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _list_words(v: Values, s: Style) -> dict[str, object]:
    labels = v["labels"]
    assert isinstance(labels, tuple)
    return {"all": _listed(labels), "n": s.count(int(v.get("n", len(labels))))}  # type: ignore[call-overload]


LIST = Statement(
    "list", _list, lambda w, v: set(v["labels"]) == set(w.labels) and v.get("n", len(w.labels)) == len(w.labels), _list_words,  # type: ignore[call-overload]
    ("The activities are {all}.", "The recording has {n} activities: {all}.", "There are {n} different activities: {all}."),
    {"label": lambda w, r, v: changed(v, labels=(*v["labels"][1:], other(r, w.other_labels(w.labels)))), "count": lambda w, r, v: changed(v, n=len(w.labels) + r.choice((1, 2)), labels=v["labels"])},  # type: ignore[index]
)  # fmt: skip


STATEMENTS = (
    EPISODE,
    DURATION,
    TOTAL,
    TOTAL_UNIT,
    SHARE,
    COUNT,
    ORDINAL,
    ABSENT,
    AT,
    LIST,
)
