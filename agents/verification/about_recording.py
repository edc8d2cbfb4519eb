"""Claims about the recording as a whole, about silence and about what is not known; and what is expected next."""

from __future__ import annotations

from agents.verification.choosing import same_span, same_time
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts

_SILENT = frozenset(
    ["no_data", "unknown", "span", "clock", "amount", "recording", "stream", "count", "negation", "streams"]
)
_WHOLE = frozenset(
    [
        "recording",
        "amount",
        "count",
        "streams",
        "stream",
        "rate",
        "sample",
        "only",
        "each",
        "sensor",
        "total",
        "channel_noun",
    ]
)
_SENSOR = frozenset(["sensor", "negation", "recording", "stream", "channel", "no_data"])
_EXPECTED = frozenset(["expected", "next", "label", "clock", "amount", "span", "confidence", "edge", "order"])


def silence_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "There is no data from A to B", "the activity at A is unknown", "no stream has a gap"."""
    if not clause.has("no_data", "unknown") or not clause.within(_SILENT) or clause.has("sensor"):
        return None
    if clause.has("unknown") and clause.has("no_data"):
        return fails("two claims in one")
    if clause.has("negation"):
        whole = not clause.has("span", "clock", "amount", "count", "unknown")
        gaps = [g for s in facts.streams for g in s.gaps]
        silent = gaps or any(e.status == "no_data" for e in facts.episodes)
        return held("no gap") if whole and facts.streams and not silent else fails("there are gaps")
    if clause.has("count"):
        return fails("a number of gaps")
    status = "unknown" if clause.has("unknown") else "no_data"
    stretches = [(e.start_s, e.end_s) for e in facts.episodes if e.status == status]
    if status == "no_data":
        names = {t.key for t in clause.of("stream")}
        stretches = [] if names else stretches
        stretches += [(g.start_s, g.end_s) for s in facts.streams if not names or s.name in names for g in s.gaps]
        if names and clause.keyed("no_data", "") and not clause.has("span", "clock"):
            return fails("no data when")
    times = clause.amounts("time")
    if len(times) != len(clause.of("amount")):
        return fails("a number that silence does not have")
    for start_s, end_s in stretches:
        if not all(same_span(t, start_s, end_s, facts) for t in clause.of("span")):
            continue
        if not all(
            start_s - m.half <= m.value <= end_s + m.half or same_time(m, start_s, facts) for _, m in clause.moments()
        ):
            continue
        if all(t.agrees(end_s - start_s) for t in times) and clause.has("span", "clock", "amount"):
            return held(f"{status} {start_s}")
    return fails(f"no such stretch is {status}")


def sensor_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "There is no microphone in the recording"."""
    if not clause.has("sensor") or not clause.within(_SENSOR) or clause.has("channel"):
        return None
    sensors = {t.key for t in clause.of("sensor")}
    if len(sensors) != 1:
        return fails("several sensors in one clause")
    sensor = next(iter(sensors))
    names = {t.key for t in clause.of("stream")}
    streams = [s for s in facts.streams if not names or s.name in names]
    present = any(
        sensor == s.modality
        or (sensor == "sound" and s.modality == "audio")
        or any(c == sensor or c.startswith(f"{sensor}_") for c in s.channels)
        for s in streams
    )
    denied = clause.has("negation", "no_data")
    if len(clause.of("negation")) > 1 or not (denied or clause.has("recording", "stream")):
        return fails("what of the sensor")
    return held(sensor) if present != denied else fails(f"{sensor} is {'there' if present else 'not there'}")


def recording_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """How long the recording is, how many streams, episodes, activities and samples, at what rate."""
    if (
        not clause.has("recording", "stream", "rate", "streams", "count")
        or not clause.within(_WHOLE)
        or not clause.has("amount", "count")
    ):
        return None
    names = {t.key for t in clause.of("stream")} or (
        {carry.stream} if carry.stream and not clause.has("recording") else set()
    )
    streams = [s for s in facts.streams if not names or s.name in names]
    for token in clause.of("amount"):
        claim = token.amount
        if claim is None:
            return fails("a number that cannot be read")
        if claim.dimension == "time":
            lengths = (
                [s.n / s.rate_hz for s in streams] if names and not clause.has("recording") else [facts.span.duration_s]
            )
        elif claim.dimension == "rate":
            lengths = [s.rate_hz for s in streams]
            if len(set(lengths)) > 1:
                lengths = []
        else:
            return fails("a number that a recording does not have")
        if not any(claim.agrees(length) for length in lengths):
            return fails("the recording's number is another")
    numbers = {
        "streams": len(facts.streams), "episodes": len(facts.episodes), "activities": len({e.activity for e in facts.known}),
    }  # fmt: skip
    for token in clause.of("count"):
        claim = token.amount
        options = [numbers[token.key]] if token.key in numbers else []
        if token.key == "episodes" and clause.has("recording") is False and not facts.episodes:
            options = []
        if token.key == "samples" and len(streams) == 1:
            options = [streams[0].n]
        if token.key == "channels" and len(streams) == 1:
            options = [len(streams[0].channels)]
        if claim is None or not any(claim.counts(n) for n in options):
            return fails("the recording has another number of these")
    if names:
        carry.stream = next(iter(names))
    return held("recording")


def forecast_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "Walking is expected next at 2:10, with a probability of 64 %"."""
    if not clause.has("expected") or not clause.within(_EXPECTED):
        return None
    if len(clause.labels) != 1:
        return fails("what is expected")
    times, shares = clause.amounts("time"), [*clause.amounts("share"), *clause.amounts("")]
    if len(times) + len(shares) != len(clause.of("amount")):
        return fails("a number that a forecast does not have")
    for forecast in facts.forecast:
        if forecast.activity not in clause.labels[0].keys or not all(s.agrees(forecast.probability) for s in shares):
            continue
        if not all(forecast.duration_s is not None and t.agrees(forecast.duration_s) for t in times):
            continue
        end_s = forecast.start_s + (forecast.duration_s or 0.0)
        if not all(
            same_time(m, end_s if role == "end" and forecast.duration_s else forecast.start_s, facts)
            for role, m in clause.moments()
        ):
            continue
        interval = forecast.interval_s
        if all(
            (interval is not None and same_span(t, interval[0], interval[1], facts))
            or same_span(t, forecast.start_s, end_s, facts)
            for t in clause.of("span")
        ):
            return held(f"forecast of {forecast.activity}")
    return fails("that is not what is expected")
