"""Statements about what the models said, what was measured, and what is expected next."""

from __future__ import annotations

import random

from agents.timeline import EpisodeRecord, EvidenceRecord
from evals.tasks.verification.phrasing import CHANNELS, DOWN, FLAT, STATISTICS, UP, Style, capital, gerund
from evals.tasks.verification.statements import Statement, Values, changed, number_of, other, shifted, text_of
from evals.tasks.verification.world import World, near_number, near_share, near_time

Rng = random.Random


def _context(world: World, e: EpisodeRecord) -> Values:
    return {"span": (e.start_s, e.end_s), "ids": world.under(e), "a": e.start_s, "b": e.end_s}


def _at_span(world: World, v: Values) -> list[EpisodeRecord]:
    return [
        e for e in world.episodes if near_time(e.start_s, number_of(v, "a")) and near_time(e.end_s, number_of(v, "b"))
    ]


_QUANTITY = {"motion": "activity", "sound": "sound"}


def _said(e: EpisodeRecord, speaker: str) -> list[tuple[str, float]]:
    return [(t.label, t.probability) for m in e.modalities if m.name == speaker for t in m.top]


def _model(world: World, rng: Rng) -> Values | None:
    """What a model said of an episode: its evidence where that is kept, else the episode's record of it."""
    options = [(e, m.name) for e in world.known for m in e.modalities if m.top and m.name in _QUANTITY]
    if not options:
        return None
    e, who = rng.choice(options)
    own = [f for f in world.found(_QUANTITY[who]) if f.id in world.under(e)]
    ranked = _ranked(own[0]) if own else _said(e, who)
    y, q = ranked[1] if len(ranked) > 1 else (None, 0.0)
    return {
        **_context(world, e),
        "ids": tuple(f.id for f in own[:1]),
        "who": who,
        "x": ranked[0][0],
        "p": ranked[0][1],
        "y": y,
        "q": q,
    }


def _ranked(f: EvidenceRecord) -> list[tuple[str, float]]:
    return [(str(f.value), f.probability or 0.0), *((a.label, a.probability) for a in f.alternatives)]


def _model_holds(world: World, v: Values) -> bool:
    said = [_said(e, text_of(v, "who")) for e in _at_span(world, v)]
    said += [
        _ranked(f) for f in world.found(_QUANTITY[text_of(v, "who")])
        if near_time(f.start_s, number_of(v, "a")) and near_time(f.end_s, number_of(v, "b"))
    ]  # fmt: skip
    return any(_top_two(ranked, v) for ranked in said if ranked)


def _top_two(ranked: list[tuple[str, float]], v: Values) -> bool:
    if ranked[0][0] != v["x"] or not near_share(ranked[0][1], number_of(v, "p")):
        return False
    return v["y"] is None or len(ranked) < 2 or (ranked[1][0] == v["y"] and near_share(ranked[1][1], number_of(v, "q")))


_WHO = {"motion": ("motion model", "motion classifier"), "sound": ("sound tagger", "audio model")}


def _model_words(v: Values, s: Style) -> dict[str, object]:
    y = v["y"]
    tail = (
        ""
        if y is None
        else s.choose(("; next is {} with {}", ", followed by {} with {}", "; the runner-up is {} with {}")).format(
            gerund(str(y)), s.percent(number_of(v, "q"))
        )
    )
    return {
        "who": s.choose(_WHO[text_of(v, "who")]), "x": gerund(text_of(v, "x")), "p": s.percent(number_of(v, "p")), "tail": tail,
        "a": s.clock(number_of(v, "a")), "b": s.clock(number_of(v, "b")),
    }  # fmt: skip


MODEL = Statement(
    "model", _model, _model_holds, _model_words,
    ("The {who} says {x} with {p}{tail}.", "According to the {who}, the most likely activity is {x} with {p}{tail}.", "From {a} to {b} the {who} says {x} with a probability of {p}{tail}.",
     "The {who} predicts {x} ({p}){tail}.", "The {who} favours {x} with {p}{tail}.", "The {who} gives {x} {p}.", "The {who} is {p} sure that the person was {x}.", "According to the {who}, the person was {x} ({p}).", "The {who} assigns {p} to {x}.", "The {who} puts {x} at {p}{tail}."),
    {"number": lambda w, r, v: changed(v, p=min(1.0, max(0.0, shifted(r, number_of(v, "p"), 0.01)))),
     "label": lambda w, r, v: changed(v, x=other(r, w.other_labels([text_of(v, "x")]))),
     "attribution": lambda w, r, v: changed(v, who="sound" if v["who"] == "motion" else "motion")},
    ("The {who} does not say {x}.", "From {a} to {b} the {who} does not say {x}."),
)  # fmt: skip


def _votes(world: World, rng: Rng) -> Values | None:
    options = [e for e in world.known if len(e.exemplars) > 1]
    if not options:
        return None
    e = rng.choice(options)
    label = rng.choice(sorted({x.label for x in e.exemplars}))
    return {**_context(world, e), "x": label, "k": sum(x.label == label for x in e.exemplars), "n": len(e.exemplars)}


def _votes_hold(world: World, v: Values) -> bool:
    return v.get("who") is None and any(
        len(e.exemplars) == v["n"] and sum(x.label == v["x"] for x in e.exemplars) == v["k"] for e in _at_span(world, v)
    )


VOTES = Statement(
    "exemplars", _votes, _votes_hold,
    lambda v, s: {"k": s.count(int(number_of(v, "k"))), "n": s.count(int(number_of(v, "n"))), "x": gerund(text_of(v, "x")), "are": "is" if v["k"] == 1 else "are",
                  "K": capital(s.count(int(number_of(v, "k")))), "who": v.get("who") or "nearest exemplars"},
    ("{K} of the {n} {who} {are} labelled {x}.", "{K} out of {n} {who} {are} {x}.", "{K} of {n} {who} carry the label {x}.", "Out of the {n} nearest exemplars, {k} {are} {x}."),
    {"count": lambda w, r, v: changed(v, k=max(0, min(int(number_of(v, "n")), int(number_of(v, "k")) + r.choice((-1, 1, 2))))), "number": lambda w, r, v: changed(v, n=int(number_of(v, "n")) + r.choice((1, 2, 5))),
     "label": lambda w, r, v: changed(v, x=other(r, w.other_labels([text_of(v, "x")])))},
)  # fmt: skip


_DECIDERS = {"llm": "language model", "pool": "log-linear pool", "neighbours": "nearest exemplars"}


def _decided(world: World, rng: Rng) -> Values | None:
    options = [e for e in world.known if e.decided_by in _DECIDERS]
    if not options:
        return None
    e = rng.choice(options)
    return {**_context(world, e), "who": e.decided_by, "x": e.activity}


DECIDED = Statement(
    "decided", _decided, lambda w, v: any(e.decided_by == v["who"] and e.activity == v["x"] for e in _at_span(w, v)),
    lambda v, s: {"who": _DECIDERS[text_of(v, "who")], "x": gerund(text_of(v, "x")), "a": s.clock(number_of(v, "a")), "b": s.clock(number_of(v, "b"))},
    ("The {who} decided on {x}.", "From {a} to {b} the {who} decided on {x}.", "The {who} settled on {x}."),
    {"attribution": lambda w, r, v: changed(v, who=other(r, [k for k in _DECIDERS if k != v["who"]])), "label": lambda w, r, v: changed(v, x=other(r, w.other_labels([text_of(v, "x")])))},
    ("The {who} did not decide.",),
)  # fmt: skip


def _without(world: World, rng: Rng) -> Values | None:
    options = [(e, m) for e in world.known for m in e.modalities if m.without and m.name in _WHO]
    if not options:
        return None
    e, m = rng.choice(options)
    return (
        {
            **_context(world, e),
            "who": m.name,
            "x": m.without.activity,
            "p": m.without.confidence,
            "same": m.without.activity == e.activity,
        }
        if m.without
        else None
    )


def _without_holds(world: World, v: Values) -> bool:
    return any(
        m.name == v["who"]
        and m.without
        and m.without.activity == v["x"]
        and near_share(m.without.confidence, number_of(v, "p"))
        for e in _at_span(world, v)
        for m in e.modalities
    )


WITHOUT = Statement(
    "without", _without, _without_holds,
    lambda v, s: {"who": s.choose(_WHO[text_of(v, "who")]), "x": gerund(text_of(v, "x")), "p": s.percent(number_of(v, "p")), "still": "still " if v["same"] else ""},
    ("Without the {who}, the decision would {still}be {x}, with {p}.", "Leaving out the {who}, the decision would {still}be {x} at {p}."),
    {"number": lambda w, r, v: changed(v, p=min(1.0, max(0.0, shifted(r, number_of(v, "p"), 0.01)))), "label": lambda w, r, v: changed(v, x=other(r, w.other_labels([text_of(v, "x")]))),
     "attribution": lambda w, r, v: changed(v, who="sound" if v["who"] == "motion" else "motion")},
)  # fmt: skip

_OTHER_UNITS = {"m/s²": ("g", "rad/s", "m/s", "Hz", "mg", "°/s"), "rad/s": ("°/s", "m/s²", "Hz", "g"), "g": ("m/s²",)}


def _measured(quantities: tuple[str, ...]):  # type: ignore[no-untyped-def]
    def sample(world: World, rng: Rng) -> Values | None:
        options = [e for e in world.found(*quantities) if e.tool != "measure"]
        if not options:
            return None
        f = rng.choice(options)
        return {
            "ids": (f.id,),
            "quantity": f.quantity,
            "channel": f.channel,
            "stream": f.stream,
            "a": f.start_s,
            "b": f.end_s,
            "value": f.value,
            "unit": f.unit,
        }

    return sample


def _same(world: World, v: Values) -> list[EvidenceRecord]:
    return [
        f for f in world.evidence
        if f.quantity == v["quantity"] and f.channel == v["channel"] and f.unit == v["unit"]
        and near_time(f.start_s, number_of(v, "a")) and near_time(f.end_s, number_of(v, "b"))
    ]  # fmt: skip


def _value_holds(world: World, v: Values) -> bool:
    return any(
        near_number(float(f.value), number_of(v, "value")) for f in _same(world, v) if not isinstance(f.value, str)
    )


def _measured_words(v: Values, s: Style) -> dict[str, object]:
    channel = v["channel"]
    name = s.choose(CHANNELS.get(str(channel), (str(channel),))) if channel else ""
    quantity = text_of(v, "quantity")
    return {
        "q": s.choose(STATISTICS.get(quantity, (quantity,))), "c": name, "C": capital(name), "s": v["stream"], "a": s.clock(number_of(v, "a")), "b": s.clock(number_of(v, "b")),
        "as_": s.seconds(number_of(v, "a")), "bs": s.seconds(number_of(v, "b")), "v": f"{s.number(float(v['value']))} {v['unit']}" if not isinstance(v["value"], str) else v["value"],  # type: ignore[arg-type]
    }  # fmt: skip


def _time_off(world: World, rng: Rng, v: Values) -> Values | None:
    return changed(
        v, **{(k := rng.choice(("a", "b"))): max(0.0, number_of(v, k) + rng.choice((-20, -5, -2, 2, 5, 20, 60)))}
    )


STATISTIC = Statement(
    "statistic", _measured(("mean", "std", "min", "max", "median", "rms", "range")), _value_holds, _measured_words,
    ("The {q} of {c} ({s}) from {a} to {b} is {v}.", "From {a} to {b}, the {q} of {c} was {v}.", "{C} had a {q} of {v} between {a} and {b}.",
     "Between {as_} s and {bs} s the {q} of {c} at the {s} is {v}.", "The {q} of {c} is {v} from {a} to {b}.", "{C} has a {q} of {v} from {a} to {b}."),
    {"number": lambda w, r, v: changed(v, value=shifted(r, number_of(v, "value"), 0.5)), "unit": lambda w, r, v: changed(v, unit=r.choice(_OTHER_UNITS.get(text_of(v, "unit"), ("s",)))),
     "attribution": lambda w, r, v: changed(v, channel=other(r, [c for c in CHANNELS if c != v["channel"]])),
     "label": lambda w, r, v: changed(v, quantity=other(r, [q for q in STATISTICS if q != v["quantity"]]))},
)  # fmt: skip


def _trend_holds(world: World, v: Values) -> bool:
    if any(f.value == v["value"] for f in _same(world, v)):
        return True
    return world.trend(text_of(v, "channel"), (number_of(v, "a"), number_of(v, "b"))) == v["value"]


_TRENDS = {"rising": UP, "falling": DOWN, "steady": FLAT}
TREND = Statement(
    "trend", _measured(("trend",)), _trend_holds,
    lambda v, s: {**_measured_words(v, s), "w": s.choose(_TRENDS[text_of(v, "value")])},
    ("{C} ({s}) is {w} from {a} to {b}.", "From {a} to {b}, {c} is {w} overall.", "The overall trend of {c} between {a} and {b} is {w}.", "{C} shows a {w} trend from {a} to {b}."),
    {"direction": lambda w, r, v: changed(v, value=other(r, [t for t in _TRENDS if t != v["value"]])), "attribution": lambda w, r, v: changed(v, channel=other(r, [c for c in CHANNELS if c != v["channel"]]))},
)  # fmt: skip


def _steps(world: World, rng: Rng) -> Values | None:
    counts = [f for f in world.found("step_count") if f.tool == "detect_events" and float(f.value) > 1]
    if not counts:
        return None
    f = rng.choice(counts)
    pace = next(
        (c for c in world.found("cadence") if c.stream == f.stream and c.start_s == f.start_s and c.end_s == f.end_s),
        None,
    )
    return (
        {
            "ids": (f.id,),
            "a": f.start_s,
            "b": f.end_s,
            "n": int(f.value),
            "pace": float(pace.value),
            "unit": "steps/min",
        }
        if pace
        else None
    )


def _steps_hold(world: World, v: Values) -> bool:
    return v["unit"] == "steps/min" and any(
        f.value == v["n"] and near_time(f.start_s, number_of(v, "a")) and near_time(f.end_s, number_of(v, "b"))
        and c.start_s == f.start_s and c.end_s == f.end_s and near_number(float(c.value), number_of(v, "pace"))
        for f in world.found("step_count")
        for c in world.found("cadence")
    )  # fmt: skip


STEPS = Statement(
    "steps", _steps, _steps_hold,
    lambda v, s: {"n": f"{int(number_of(v, 'n'))}", "pace": f"{s.number(number_of(v, 'pace'))} {v['unit']}", "a": s.clock(number_of(v, "a")), "b": s.clock(number_of(v, "b")), "as_": s.seconds(number_of(v, "a")), "bs": s.seconds(number_of(v, "b"))},
    ("There are {n} steps at {pace} from {a} to {b}.", "From {a} to {b} the person took {n} steps at a cadence of {pace}.", "The wearer made {n} steps between {a} and {b}, at {pace}.", "Between {as_} s and {bs} s, {n} steps were counted, with a cadence of {pace}."),
    {"count": lambda w, r, v: changed(v, n=max(1, int(number_of(v, "n")) + r.choice((-10, -3, -1, 1, 2, 7, 20)))), "number": lambda w, r, v: changed(v, pace=abs(shifted(r, number_of(v, "pace"), 2.0))),
     "unit": lambda w, r, v: changed(v, unit=r.choice(("Hz", "steps/s", "m/s²", "%"))), "time": _time_off},
    ("There are no steps from {a} to {b}.", "No steps were detected between {a} and {b}."),
)  # fmt: skip


def _events(quantity: str):  # type: ignore[no-untyped-def]
    return _measured((quantity,))


STILL = Statement(
    "still", _events("still_bout"), lambda w, v: any(near_time(float(f.value), number_of(v, "value")) for f in _same(w, v)),
    lambda v, s: {**_measured_words(v, s), "d": s.duration(number_of(v, "value"))},
    ("The {s} keeps still from {a} to {b} ({d}).", "From {a} to {b} the {s} was still for {d}.", "The {s} stayed still between {a} and {b}, for {d}."),
    {"number": lambda w, r, v: changed(v, value=abs(shifted(r, number_of(v, "value"), 2.0))), "time": _time_off},
)  # fmt: skip
POSTURE = Statement(
    "posture", _events("posture_change"), _value_holds, _measured_words,
    ("There is a posture change of {v} at {a}.", "At {a} there was a change of posture of {v}."),
    {"number": lambda w, r, v: changed(v, value=abs(shifted(r, number_of(v, "value"), 3.0))), "time": lambda w, r, v: changed(v, a=max(0.0, number_of(v, "a") + (d := r.choice((-9, -3, 3, 9)))), b=max(0.0, number_of(v, "b") + d)),
     "unit": lambda w, r, v: changed(v, unit=r.choice(("m/s²", "rad", "g")))},
    ("There is no posture change in the recording.",),
)  # fmt: skip


def _expected(world: World, rng: Rng) -> Values | None:
    if not world.forecast:
        return None
    f = rng.choice(world.forecast)
    return {"x": f.activity, "a": f.start_s, "p": f.probability}


FORECAST = Statement(
    "forecast", _expected, lambda w, v: any(f.activity == v["x"] and near_time(f.start_s, number_of(v, "a")) and near_share(f.probability, number_of(v, "p")) for f in w.forecast),
    lambda v, s: {"X": capital(gerund(text_of(v, "x"))), "x": gerund(text_of(v, "x")), "a": s.clock(number_of(v, "a")), "p": s.percent(number_of(v, "p"))},
    ("{X} is expected next at {a}, with a probability of {p}.", "The forecast is {x} at {a} with {p}.", "{X} will start at {a} with a probability of {p}."),
    {"label": lambda w, r, v: changed(v, x=other(r, w.other_labels([text_of(v, "x")]))), "number": lambda w, r, v: changed(v, p=min(1.0, max(0.0, shifted(r, number_of(v, "p"), 0.02)))),
     "time": lambda w, r, v: changed(v, a=max(0.0, number_of(v, "a") + r.choice((-30, -3, 3, 30))))},
)  # fmt: skip


def _whole(world: World, rng: Rng) -> Values | None:
    stream = world.timeline.recording.streams[0]
    return {
        "d": world.duration_s,
        "n": len(world.episodes),
        "s": len(world.timeline.recording.streams),
        "rate": stream.rate_hz,
        "stream": stream.name,
        "m": stream.n,
        "unit": "Hz",
    }


def _whole_holds(world: World, v: Values) -> bool:
    true = _whole(world, random.Random(0)) or {}
    return (
        all(true[k] == v[k] for k in ("n", "s", "m", "unit"))
        and near_time(number_of(true, "d"), number_of(v, "d"))
        and near_number(number_of(true, "rate"), number_of(v, "rate"))
    )


WHOLE = Statement(
    "recording", _whole, _whole_holds,
    lambda v, s: {"d": s.duration(number_of(v, "d")), "n": v["n"], "e": "episode" if v["n"] == 1 else "episodes", "s": f"{v['s']} {'stream' if v['s'] == 1 else 'streams'}",
                  "r": f"{s.number(number_of(v, 'rate'))} {v['unit']}", "name": v["stream"], "m": f"{int(number_of(v, 'm')):,}"},
    ("The recording lasts {d} and has {s} and {n} {e}; the {name} stream has {m} samples at {r}.", "The recording is {d} long, with {n} {e} in {s}; the {name} stream has {m} samples, sampled at {r}."),
    {"number": lambda w, r, v: changed(v, d=abs(shifted(r, number_of(v, "d"), 5))), "count": lambda w, r, v: changed(v, **{(k := r.choice(("n", "s", "m"))): int(number_of(v, k)) + r.choice((1, 2, 10))}),
     "unit": lambda w, r, v: changed(v, unit=r.choice(("kHz", "s", "m/s²")))},
)  # fmt: skip

STATEMENTS = (MODEL, VOTES, DECIDED, WITHOUT, STATISTIC, TREND, STEPS, STILL, POSTURE, FORECAST, WHOLE)
