"""Questions about what is in a recording. Truths are computed here, apart from the product: plain Python on the
timeline's JSON for episodes, numpy on the raw samples for statistics."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from agents.timeline import TimelineRecord
from agents.wording import activity_phrase, base_phrase, clock
from evals.questions.item import Item
from recordings import Recording

Spans = list[tuple[str, float, float]]
_ORDINALS = ("first", "second", "third", "fourth")
_CHANNEL_WORDS = {
    "acc_x": "acceleration x",
    "acc_y": "acceleration y",
    "acc_z": "acceleration z",
    "gyro_x": "rotation x",
    "gyro_y": "rotation y",
    "gyro_z": "rotation z",
}
_STATISTICS: dict[str, tuple[tuple[str, ...], Callable[[np.ndarray], float]]] = {
    "mean": (("mean", "average"), lambda x: float(np.mean(x))),
    "std": (("standard deviation", "std"), lambda x: float(np.std(x))),
    "min": (("minimum", "lowest value"), lambda x: float(np.min(x))),
    "max": (("maximum", "highest value"), lambda x: float(np.max(x))),
    "median": (("median",), lambda x: float(np.median(x))),
    "rms": (("rms", "root mean square"), lambda x: float(np.sqrt(np.mean(x**2)))),
    "range": (("range", "peak-to-peak range"), lambda x: float(np.max(x) - np.min(x))),
}


def _spans(timeline: TimelineRecord) -> Spans:
    return [(e.activity, e.start_s, e.end_s) for e in timeline.episodes]


def _named(spans: Spans) -> list[str]:
    return list(dict.fromkeys(a for a, _, _ in spans if a not in {"unknown", "no_data"}))


def present_items(timeline: TimelineRecord, recording: Recording, rng: random.Random) -> Iterator[Item]:
    """Every template once, with random slots and a random paraphrase. Endless slots: call again for more."""
    spans, rid = _spans(timeline), timeline.recording.id
    labels = _named(spans)
    if not labels:
        return
    total = {label: sum(b - a for name, a, b in spans if name == label) for label in labels}
    count = Counter(name for name, _, _ in spans)
    whole = timeline.recording.duration_s

    def item(template: str, kind: str, expected: object, forms: list[str], unit: str = "") -> Item:
        return Item(rid, template, rng.choice(forms), kind, expected, unit)  # type: ignore[arg-type]

    a = rng.choice(labels)
    name, base = activity_phrase(a), base_phrase(a)
    own = [(s, e) for label, s, e in spans if label == a]
    yield item(
        "total",
        "duration",
        total[a],
        [
            f"How long did I spend {name}?",
            f"How much time was spent {name} in all?",
            f"What was the total duration of {name}?",
            f"For how many seconds was I {name}?",
        ],
    )
    yield item(
        "count",
        "count",
        count[a],
        [f"How many times was I {name}?", f"How often was I {name}?", f"How many episodes of {name} are there?"],
        "episodes",
    )
    if len(own) <= 12:
        yield item(
            "when", "spans", tuple(own), [f"When was I {name}?", f"At what times was I {name}?", f"when did I {base}?"]
        )
    yield item(
        "share",
        "share",
        100 * total[a] / whole,
        [f"What share of the recording was {name}?", f"What percentage of the recording did I spend {name}?"],
        "%",
    )
    yield item(
        "exists",
        "truth",
        True,
        [f"Did I {base} at all?", f"Was I {name} at any point?", f"Was there any {name}?", f"Have I been {name}?"],
    )
    nth = rng.randrange(min(len(own), 4))
    yield item(
        "nth",
        "duration",
        own[nth][1] - own[nth][0],
        [
            f"How long was the {_ORDINALS[nth]} {name} episode?",
            f"How long did the {_ORDINALS[nth]} episode of {name} last?",
        ],
    )
    longest = max(own, key=lambda s: s[1] - s[0])
    yield item(
        "longest_of",
        "duration",
        longest[1] - longest[0],
        [f"How long was the longest {name} episode?", f"How long did the longest bout of {name} last?"],
    )
    yield item(
        "first_when", "spans", (own[0],), [f"When was I first {name}?", f"When was the first time I was {name}?"]
    )
    yield item(
        "last_when", "spans", (own[-1],), [f"When was I last {name}?", f"When was the last time that I was {name}?"]
    )
    if len(labels) > 1:
        b = rng.choice([x for x in labels if x != a])
        other = activity_phrase(b)
        yield item(
            "compare",
            "duration",
            abs(total[a] - total[b]),
            [
                f"How much longer was I {name} than {other}?",
                f"What is the difference between the time {name} and the time {other}?",
                f"Was I {name} longer than {other}?",
                f"Compare {name} with {other}.",
            ],
        )
        first_b = next(s for x, s, _ in spans if x == b)
        yield item(
            "order",
            "truth",
            own[0][0] < first_b,
            [f"Was I {name} before I was {other}?", f"Did I {base} before {other}?"],
        )
        inner = [i for i, (x, _, _) in enumerate(spans) if x == a]
        after = spans[inner[0] + 1][0] if inner[0] + 1 < len(spans) else None
        if after is not None and after not in {"unknown", "no_data"}:
            yield item(
                "after",
                "label",
                after,
                [
                    f"What did I do after the first {name}?",
                    f"What came right after the first {name} episode?",
                    f"Which activity followed the first {name} episode?",
                ],
            )
        before = spans[inner[0] - 1][0] if inner[0] else None
        if before is not None and before not in {"unknown", "no_data"}:
            yield item(
                "before",
                "label",
                before,
                [f"What was I doing before the first {name}?", f"What came directly before the first {name} episode?"],
            )
    first, last = next(x for x in spans if x[0] in labels), next(x for x in reversed(spans) if x[0] in labels)
    yield item("first_activity", "label", first[0], ["What was the first activity?", "What did I do first?"])
    yield item("last_activity", "label", last[0], ["What was the last activity?", "What did I do last?"])
    most = max(total, key=lambda k: total[k])
    if sorted(total.values())[-1] > (sorted(total.values())[-2] if len(total) > 1 else 0.0) + 1e-6:
        yield item("mostly", "label", most, ["What did I do most of the time?", "What was I mostly doing?"])
    yield item(
        "distinct",
        "labels",
        tuple(labels),
        ["How many different activities were there?", "How many distinct activities are in the recording?"],
    )
    x, s, e = rng.choice([span for span in spans if span[0] in labels])
    t = round(rng.uniform(s, e - 0.01), 1)
    if s <= t < e:
        yield item(
            "at",
            "label",
            x,
            [
                f"What was I doing at {clock(t)}?",
                f"Which activity was it at {clock(t)}?",
                f"What was going on at {t:g} s?",
            ],
        )
    lo = float(rng.randrange(max(1, int(whole) - 20)))
    hi = lo + float(rng.randrange(10, max(11, int(min(120, whole - lo)))))
    inside = sum(max(0.0, min(e, hi) - max(s, lo)) for x, s, e in spans if x == a)
    if inside > 0:
        yield item(
            "within",
            "duration",
            inside,
            [
                f"How long was I {name} between {clock(lo)} and {clock(hi)}?",
                f"How much time did I spend {name} from {clock(lo)} to {clock(hi)}?",
            ],
        )
    yield item("recording", "duration", whole, ["How long is the recording?", "What is the length of the recording?"])
    yield from _statistic_items(recording, spans, labels, rng, item)


def _statistic_items(
    recording: Recording, spans: Spans, labels: list[str], rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    streams = recording.of("motion")
    if not streams:
        return
    stream = streams[0]
    yield item(
        "rate",
        "number",
        stream.rate_hz,
        ["What is the sampling rate?", "At what sampling frequency was it recorded?"],
        "Hz",
    )
    for _ in range(3):
        statistic = rng.choice(list(_STATISTICS))
        words, function = _STATISTICS[statistic]
        channel = rng.choice([c for c in stream.channels if c in _CHANNEL_WORDS])
        lo = round(rng.uniform(0, max(0.5, stream.end_s - 12)), 0)
        hi = min(lo + rng.randrange(3, 12), float(int(stream.end_s)))
        index = np.arange(stream.n) / stream.rate_hz + stream.start_s
        values = stream.samples[stream.channels.index(channel)][(index >= lo - 1e-9) & (index < hi - 1e-9)].astype(
            np.float64
        )
        values = values[np.isfinite(values)]
        if hi <= lo or len(values) == 0:
            continue
        how, spoken = rng.choice(words), rng.choice([channel, _CHANNEL_WORDS[channel]])
        when = rng.choice([f"between {lo:g} and {hi:g} s", f"from {clock(lo)} to {clock(hi)}"])
        yield item(
            f"statistic_{statistic}",
            "number",
            function(values),
            [f"What was the {how} of {spoken} {when}?", f"{how} of {spoken} {when}"],
        )
    singles = [(x, s, e) for x, s, e in spans if x in labels and sum(1 for y, _, _ in spans if y == x) == 1]
    if singles:
        x, s, e = rng.choice(singles)
        values = np.sqrt((stream.select("acc_x", "acc_y", "acc_z").astype(np.float64) ** 2).sum(axis=0))
        index = np.arange(stream.n) / stream.rate_hz + stream.start_s
        inside = values[(index >= s - 1e-9) & (index < e - 1e-9)]
        inside = inside[np.isfinite(inside)]
        if len(inside):
            yield item(
                "statistic_while",
                "number",
                float(inside.max()),
                [
                    f"What was the maximum acceleration magnitude while {activity_phrase(x)}?",
                    f"What was the peak of the total acceleration during {activity_phrase(x)}?",
                ],
            )
