"""More questions about episodes: the shortest, when one began, what lies inside a stretch of time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from agents.wording import activity_phrase, clock
from evals.questions.item import Item

Spans = list[tuple[str, float, float]]
ORDINALS = ("first", "second", "third", "fourth")


def further_items(
    spans: Spans, labels: list[str], whole_s: float, rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    """Every template once where its answer is unambiguous; `item` chooses the paraphrase."""
    label = rng.choice(labels)
    name = activity_phrase(label)
    own = [(s, e) for x, s, e in spans if x == label]
    yield from _one_episode(name, own, rng, item)
    yield from _any_episode([span for span in spans if span[0] in labels], item)
    yield from _stretches(name, own, whole_s, rng, item)


def _one_episode(
    name: str, own: list[tuple[float, float]], rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    shortest = min(own, key=lambda s: s[1] - s[0])
    longest = max(own, key=lambda s: s[1] - s[0])
    yield item(
        "shortest_of", "duration", shortest[1] - shortest[0],
        [f"How long was the shortest {name} episode?", f"How long did the shortest bout of {name} last?", f"What was the duration of the shortest {name} episode?"],
    )  # fmt: skip
    k = rng.randrange(min(len(own), 4))
    nth = ORDINALS[k]
    yield item(
        "nth_start", "spans", (own[k],),
        [f"When did the {nth} {name} episode start?", f"At what time did the {nth} episode of {name} begin?", f"When did the {nth} {name} episode begin?"],
    )  # fmt: skip
    yield item(
        "nth_end", "spans", (own[k],),
        [f"When did the {nth} {name} episode end?", f"At what time did the {nth} episode of {name} stop?", f"When was the {nth} {name} episode over?"],
    )  # fmt: skip
    yield item(
        "nth_when", "spans", (own[k],),
        [f"When was the {nth} {name} episode?", f"When was I {name} for the {nth} time?", f"From when to when was the {nth} {name} episode?"],
    )  # fmt: skip
    yield item(
        "longest_when", "spans", (longest,),
        [f"When was the longest {name} episode?", f"When was I {name} the longest?", f"At what time was the longest bout of {name}?"],
    )  # fmt: skip


def _any_episode(known: Spans, item: Callable[..., Item]) -> Iterator[Item]:
    lengths = sorted(e - s for _, s, e in known)
    if len(known) == 1 or lengths[-1] > lengths[-2] + 1e-6:
        longest = max(known, key=lambda x: x[2] - x[1])
        yield item(
            "longest_overall", "label", longest[0],
            ["What was the longest episode?", "Which activity had the longest episode?", "What was the longest thing I did?"],
        )  # fmt: skip
    if len(known) == 1 or lengths[0] < lengths[1] - 1e-6:
        shortest = min(known, key=lambda x: x[2] - x[1])
        yield item(
            "shortest_overall", "label", shortest[0],
            ["What was the shortest episode?", "Which activity had the shortest episode?", "What was the shortest thing I did?"],
        )  # fmt: skip


def _stretches(
    name: str, own: list[tuple[float, float]], whole_s: float, rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    def inside(lo: float, hi: float) -> float:
        return sum(max(0.0, min(e, hi) - max(s, lo)) for s, e in own)

    lo = float(rng.randrange(max(1, int(whole_s) - 20)))
    hi = lo + float(rng.randrange(10, max(11, int(min(120, whole_s - lo)))))
    if inside(lo, hi) > 0:
        yield item(
            "exists_within", "truth", True,
            [f"Was I {name} between {clock(lo)} and {clock(hi)}?", f"Was there any {name} from {clock(lo)} to {clock(hi)}?", f"Was I {name} at any point between {lo:g} and {hi:g} s?"],
        )  # fmt: skip
    minute = min(60.0, whole_s)
    if inside(0.0, minute) > 0:
        yield item(
            "first_minute", "duration", inside(0.0, minute),
            [f"How long was I {name} in the first minute?", f"How much time did I spend {name} during the first minute?", f"For how many seconds was I {name} within the first minute?"],
        )  # fmt: skip
    if inside(whole_s - minute, whole_s) > 0:
        yield item(
            "last_minute", "duration", inside(whole_s - minute, whole_s),
            [f"How long was I {name} in the last minute?", f"How much time did I spend {name} during the last minute?", f"For how many seconds was I {name} within the last minute?"],
        )  # fmt: skip
    since = float(rng.randrange(5, max(6, int(whole_s) - 5)))
    if inside(since, whole_s) > 0:
        yield item(
            "after_time", "duration", inside(since, whole_s),
            [f"How long was I {name} after {clock(since)}?", f"How much time did I spend {name} after {clock(since)}?", f"For how many seconds was I {name} after {clock(since)}?"],
        )  # fmt: skip
