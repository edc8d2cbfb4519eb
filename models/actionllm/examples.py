"""Training examples as the published code cuts them: an observed share, a window of half the whole, NONE after the last action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.modeling_actionllm import IGNORED
from models.actionllm.streams import FeatureRows, Floats, Numbers, Rows, rows_of
from recordings.sequences import Segment, SegmentSequence, joined

Doubles = npt.NDArray[np.float64]

# The future window, whatever is asked later: shorter horizons are its beginning.
WINDOW = 0.5
# What the paper draws from Breakfast in an epoch (three shares of each video, one start), whatever is multiplied here.
MOST_PER_EPOCH = 4000


@dataclass(frozen=True, slots=True)
class ActionLLMPlan:
    """How training examples are drawn, and how the weights are learnt from them.

    shares: observed shares; `spread`: drawn evenly between the smallest and the largest instead. starts: how many offsets,
    start_step_s apart, at which a sequence may begin (50 Salads in the paper: 8, of 8/30 s; Breakfast: 1). noise: the share of
    observed segments whose activity is told wrongly, drawn anew for each example (the paper names no rate). stretch: standard
    deviation of the logarithm by which durations vary, 0 for none (the paper's). examples_per_epoch: 0 for one of each
    (sequence, share, start) as in the paper, at most MOST_PER_EPOCH. rate: at the peak, after warm_up epochs, then half a cosine down to 0.
    """

    shares: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5)
    spread: bool = True
    starts: int = 8
    start_step_s: float = 8 / 30
    noise: float = 0.1
    stretch: float = 0.15
    epochs: int = 20
    examples_per_epoch: int = 0
    batch: int = 8
    rate: float = 2e-3
    warm_up: float = 2.0
    weight_decay: float = 0.02
    beta_1: float = 0.9
    beta_2: float = 0.95
    largest_gradient: float = 1.0

    def per_epoch(self, sequences: int) -> int:
        return self.examples_per_epoch or min(sequences * len(self.shares) * self.starts, MOST_PER_EPOCH)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """rows: what was seen. future: (queries,) activities, NONE after the last, −100 beyond. durations: (queries,) shares."""

    rows: Rows
    future: Numbers
    durations: Floats


def example_of(
    sequence: SegmentSequence,
    share: float,
    config: ActionLLMConfig,
    *,
    start_s: float = 0.0,
    told: Sequence[str] | None = None,
    files: FeatureRows | None = None,
) -> Example | None:
    """One example. start_s: so much of the beginning is cut off. None where nothing is seen or nothing is left to tell."""
    begin = sequence.start_s + start_s
    now = begin + share * sequence.duration_s
    end = min(now + WINDOW * sequence.duration_s, sequence.end_s)
    seen = between(sequence.segments, begin, now)
    ahead = joined(between(sequence.segments, now, end))
    if not seen or not ahead:
        return None
    names = None if told is None else [told[i] for i, _ in _inside(sequence.segments, begin, now)]
    rows = rows_of(seen, sequence.duration_s, config, told=names, files=files)
    future, durations = targets(ahead, end - now, config)
    return Example(rows, future, durations)


def targets(ahead: Sequence[Segment], window_s: float, config: ActionLLMConfig) -> tuple[Numbers, Floats]:
    """Slots of what comes; more than there are queries are cut off, and NONE with them."""
    number = {name: i for i, name in enumerate(config.activities)}
    future = np.full(config.queries, IGNORED, dtype=np.int64)
    durations = np.zeros(config.queries, dtype=np.float32)
    for slot, segment in enumerate(ahead[: config.queries]):
        future[slot] = number[segment.activity]
        durations[slot] = segment.duration_s / window_s
    if len(ahead) < config.queries:
        future[len(ahead)] = config.none
    return future, durations


def between(segments: Sequence[Segment], start_s: float, end_s: float) -> list[Segment]:
    return [cut for _, cut in _inside(segments, start_s, end_s)]


def _inside(segments: Sequence[Segment], start_s: float, end_s: float) -> list[tuple[int, Segment]]:
    return [
        (i, Segment(s.activity, max(s.start_s, start_s), min(s.end_s, end_s)))
        for i, s in enumerate(segments)
        if s.end_s > start_s + 1e-9 and s.start_s < end_s - 1e-9
    ]


def drawn(
    rng: np.random.Generator,
    sequences: Sequence[SegmentSequence],
    weights: Doubles,
    plan: ActionLLMPlan,
    config: ActionLLMConfig,
    files: Sequence[FeatureRows | None],
) -> Example:
    """A training example of its own, of a sequence drawn by weight."""
    while True:
        which = int(rng.choice(len(sequences), p=weights))
        low, high = min(plan.shares), max(plan.shares)
        share = float(rng.uniform(low, high)) if plan.spread else float(rng.choice(plan.shares))
        start = float(rng.integers(plan.starts)) * plan.start_step_s
        sequence = sequences[which]
        if plan.stretch > 0 and config.stream != "files":
            sequence = stretched(sequence, np.exp(rng.normal(0.0, plan.stretch, len(sequence.segments) + 1)))
        told = wrongly_told(rng, sequence, plan.noise, config.activities)
        found = example_of(sequence, share, config, start_s=start, told=told, files=files[which])
        if found is not None:
            return found


def wrongly_told(
    rng: np.random.Generator, sequence: SegmentSequence, rate: float, activities: Sequence[str]
) -> list[str]:
    """The activities of all segments, each with probability `rate` another one, evenly."""
    names = list(sequence.activities)
    wrong = rng.random(len(names)) < rate
    picks = rng.integers(0, max(len(activities) - 1, 1), len(names))
    for i in np.flatnonzero(wrong):
        others = [a for a in activities if a != names[i]]
        if others:
            names[i] = others[picks[i] % len(others)]
    return names


def stretched(sequence: SegmentSequence, factors: Doubles) -> SegmentSequence:
    """Every segment longer or shorter by its factor, and all of them by the last one; the order stays."""
    found, now = [], sequence.start_s
    for segment, factor in zip(sequence.segments, factors[:-1], strict=True):
        length = segment.duration_s * float(factor) * float(factors[-1])
        found.append(Segment(segment.activity, now, now + length))
        now += length
    return SegmentSequence(sequence.name, tuple(found), sequence.subject, sequence.trial, None)


def sampling_weights(sequences: Sequence[SegmentSequence]) -> Doubles:
    """(n,) probabilities: several cameras' views of one trial count once."""
    views: dict[str, int] = {}
    for sequence in sequences:
        views[sequence.trial or sequence.name] = views.get(sequence.trial or sequence.name, 0) + 1
    each = np.array([1.0 / views[s.trial or s.name] for s in sequences])
    return np.asarray(each / each.sum())
