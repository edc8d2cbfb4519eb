"""Captioners that need no training: the exact ones that bound every score from above, and the controls from below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from models.chronos.binning import binning, token_ids
from models.sensorllm.data import (
    AlignmentSample,
    TrendConstraint,
    draw_style,
    facts_of_segments,
    merged_answer,
    merged_facts,
    spoken_channel,
    trend_answer,
    trend_facts,
)
from models.sensorllm.data.trend import TrendSegment, sample_time_s
from tools.trend import exact_segments, summary, trend_text

SMOOTHING_SAMPLES = 5
Caption = Callable[[AlignmentSample], str]


@dataclass(frozen=True, slots=True)
class Captioner:
    """name: in the table. write: texts of segments, in order. detail: how, and its revision. sees_samples: False for a control
    that is told only how many samples there are. most: segments of a set that it can be asked for, None for all. learnt_from:
    people, `set/subject`, for the audit.
    """

    name: str
    write: Callable[[Sequence[AlignmentSample]], list[str]]
    detail: str
    sees_samples: bool = True
    most: int | None = None
    learnt_from: frozenset[str] = frozenset()


def _rng(sample: AlignmentSample, purpose: str) -> np.random.Generator:
    return np.random.default_rng(crc32(f"{purpose}/{sample.id}".encode()))


def exact_caption(sample: AlignmentSample) -> str:
    """The `caption_trend` tool's exact text: one fixed wording."""
    segments = exact_segments(sample.series, sample.rate_hz)
    return trend_text(segments, summary(segments, sample.series), spoken_channel(sample.channel))


def paraphrase(sample: AlignmentSample) -> str:
    """The exact facts in another random wording: what word overlap a perfect answer can expect."""
    facts = trend_facts(sample.series, sample.rate_hz, spoken_channel(sample.channel))
    return trend_answer(facts, draw_style(_rng(sample, "paraphrase")))


def smoothed(sample: AlignmentSample) -> str:
    """The exact rule on a moving average: what a person might draw."""
    width = min(SMOOTHING_SAMPLES, len(sample.series))
    padded = np.pad(sample.series.astype(np.float64), (width // 2, width - 1 - width // 2), mode="edge")
    mean = np.convolve(padded, np.full(width, 1 / width), mode="valid")
    facts = trend_facts(mean, sample.rate_hz, spoken_channel(sample.channel))
    return trend_answer(facts, draw_style(_rng(sample, "smoothed")))


def binned(sample: AlignmentSample) -> str:
    """The exact rule on the bins that the encoder is given instead of values: no reader of its rows can know more."""
    ids, _, _ = token_ids(binning(), [sample.series])
    facts = trend_facts(ids[0, :-1].double().numpy(), sample.rate_hz, spoken_channel(sample.channel))
    return trend_answer(facts, draw_style(_rng(sample, "binned")))


def merged(sample: AlignmentSample) -> str:
    """The change-point-guided merging: few lines on purpose, so far from the exact rule."""
    rng = _rng(sample, "merged")
    return merged_answer(
        merged_facts(sample.series, sample.rate_hz, spoken_channel(sample.channel)), draw_style(rng), rng
    )


def one_line(sample: AlignmentSample) -> str:
    """One rising segment from end to end, whatever the samples."""
    end_s = sample_time_s(len(sample.series) - 1, sample.rate_hz)
    facts = facts_of_segments([TrendSegment(0.0, end_s, "rising")], "rising", spoken_channel(sample.channel))
    return trend_answer(facts, draw_style(_rng(sample, "one line")))


def random_walk(sample: AlignmentSample) -> str:
    """Any character that the grammar admits, with equal chance: what constrained decoding gives by itself."""
    rng = _rng(sample, "random walk")
    state = TrendConstraint(len(sample.series), sample.rate_hz, spoken_channel(sample.channel)).start()
    text = ""
    while state.allowed:
        choices = sorted(state.allowed)
        step = state.forced or choices[int(rng.integers(len(choices)))]
        after = state.advance(step)
        assert after is not None
        state, text = after, text + step
    return text


def _each(caption: Caption) -> Callable[[Sequence[AlignmentSample]], list[str]]:
    return lambda samples: [caption(sample) for sample in samples]


BUILT_IN: tuple[Captioner, ...] = (
    Captioner("exact captioner", _each(exact_caption), "the exact rule in the caption tool's own wording"),
    Captioner("template paraphrase", _each(paraphrase), "the exact rule in another random wording"),
    Captioner("smoothed rule", _each(smoothed), f"the exact rule on a moving average of {SMOOTHING_SAMPLES} samples"),
    Captioner(
        "rule on the encoder's bins", _each(binned), "the exact rule on the bins of the z-scored segment, no model"
    ),
    Captioner("merged captioner", _each(merged), "change points, tolerance 0.5 standard deviations"),
    Captioner("one line", _each(one_line), "control: one rising segment, no sample seen", sees_samples=False),
    Captioner("random in the grammar", _each(random_walk), "control: no sample seen, grammar kept", sees_samples=False),
)
