"""Questions about what is in a recording. Truths are computed here, apart from the product: plain Python on the
timeline's JSON for episodes, numpy on the raw samples for statistics."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from agents.timeline import TimelineRecord
from agents.wording import activity_phrase, base_phrase, clock
from evals.questions.further import ORDINALS, Spans, further_items
from evals.questions.item import Item
from evals.questions.samples import sample_items
from recordings import Recording


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
        [
            f"What share of the recording was {name}?",
            f"What percentage of the recording did I spend {name}?",
            f"Which proportion of the recording was {name}?",
            f"How much of the recording was {name}?",
        ],
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
            f"How long was the {ORDINALS[nth]} {name} episode?",
            f"How long did the {ORDINALS[nth]} episode of {name} last?",
            f"What was the duration of the {ORDINALS[nth]} {name} episode?",
        ],
    )
    longest = max(own, key=lambda s: s[1] - s[0])
    yield item(
        "longest_of",
        "duration",
        longest[1] - longest[0],
        [
            f"How long was the longest {name} episode?",
            f"How long did the longest bout of {name} last?",
            f"How many seconds did the longest {name} episode last?",
        ],
    )
    yield item(
        "first_when",
        "spans",
        (own[0],),
        [f"When was I first {name}?", f"When was the first time I was {name}?", f"When did I first {base}?"],
    )
    yield item(
        "last_when",
        "spans",
        (own[-1],),
        [f"When was I last {name}?", f"When was the last time that I was {name}?", f"When did I last {base}?"],
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
            [
                f"Was I {name} before I was {other}?",
                f"Did I {base} before {other}?",
                f"Did {name} come before {other}?",
            ],
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
                [
                    f"What was I doing before the first {name}?",
                    f"What came directly before the first {name} episode?",
                    f"Which activity preceded the first {name} episode?",
                ],
            )
    first, last = next(x for x in spans if x[0] in labels), next(x for x in reversed(spans) if x[0] in labels)
    yield item(
        "first_activity",
        "label",
        first[0],
        ["What was the first activity?", "What did I do first?", "Which activity came first?"],
    )
    yield item(
        "last_activity",
        "label",
        last[0],
        ["What was the last activity?", "What did I do last?", "Which activity was the last one?"],
    )
    most = max(total, key=lambda k: total[k])
    if sorted(total.values())[-1] > (sorted(total.values())[-2] if len(total) > 1 else 0.0) + 1e-6:
        yield item(
            "mostly",
            "label",
            most,
            [
                "What did I do most of the time?",
                "What was I mostly doing?",
                "On which activity did I spend the most time?",
            ],
        )
    yield item(
        "distinct",
        "labels",
        tuple(labels),
        [
            "How many different activities were there?",
            "How many distinct activities are in the recording?",
            "What is the number of different activities?",
        ],
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
                f"For how many seconds was I {name} between {lo:g} and {hi:g} s?",
            ],
        )
    yield item(
        "recording",
        "duration",
        whole,
        [
            "How long is the recording?",
            "What is the length of the recording?",
            "What is the duration of the recording?",
        ],
    )
    yield from further_items(spans, labels, whole, rng, item)
    yield from sample_items(recording, spans, labels, rng, item)
