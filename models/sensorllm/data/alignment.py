"""Stage 1: a stretch of one channel, a question about it, and the exact answer. Streamed, or indexed in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt

from models.sensorllm.data import correlation, frequency, periodicity
from models.sensorllm.data.answer import draw_style, trend_answer
from models.sensorllm.data.channels import spoken_channel
from models.sensorllm.data.facts import CountRule, TrendFacts, trend_facts
from models.sensorllm.data.grammar import Family
from models.sensorllm.data.merged import TOLERANCE_STD, MergedFacts, merged_answer, merged_facts
from models.sensorllm.data.questions import MERGED_QUESTIONS, TREND_QUESTIONS, asked, system_text
from models.sensorllm.data.runs import generator_for, labelled_runs
from models.sensorllm.data.segments import random_partitions
from recordings import ACCELERATION, ROTATION, Recording

CHANNELS: tuple[str, ...] = ACCELERATION + ROTATION
Series = npt.NDArray[np.float32]
# What a text is about. `trend` is SensorLLM's; the others go beyond it.
Kind = Literal["trend", "merged", "frequency", "periodicity", "correlation"]
FEWEST_SAMPLES: dict[Kind, int] = {
    "trend": 2,
    "merged": 2,
    "frequency": frequency.FEWEST_SAMPLES,
    "periodicity": periodicity.FEWEST_SAMPLES,
    "correlation": correlation.FEWEST_SAMPLES,
}
KINDS: tuple[Kind, ...] = tuple(FEWEST_SAMPLES)
Facts = (
    TrendFacts | MergedFacts | frequency.FrequencyFacts | periodicity.PeriodicityFacts | correlation.CorrelationFacts
)


@dataclass(frozen=True, slots=True)
class AlignmentSample:
    """series: (l,) float32 of `channel`, SI units, no NaN. answer: what `facts` say, in words. other, other_channel: the second
    channel of a correlation, the same samples; None and "" for every other kind.
    """

    series: Series = field(repr=False)
    rate_hz: float
    channel: str
    question: str
    answer: str
    facts: Facts
    kind: Kind
    dataset: str
    subject: str
    recording_id: str
    start: int
    end: int
    other: Series | None = field(default=None, repr=False)
    other_channel: str = ""

    @property
    def system(self) -> str:
        return system_text(len(self.series), self.rate_hz)

    @property
    def id(self) -> str:
        return f"{self.recording_id}/{self.channel}/{self.start}-{self.end}/{self.kind}"


@dataclass(frozen=True, slots=True)
class AlignmentOptions:
    """partitions: two for training, one for test. shortest, longest: samples a segment. share: of all segment-channel pairs
    that are kept, chosen by the seed. kinds: of text, one sample each where the segment is long enough for it. count,
    normalized: see `facts` and `channels`. tolerance_std: of `merged`.
    """

    seed: int = 0
    partitions: int = 2
    shortest: int = 5
    longest: int = 200
    channels: tuple[str, ...] = CHANNELS
    share: float = 1.0
    count: CountRule = "segments"
    normalized: bool = False
    kinds: tuple[Kind, ...] = ("trend",)
    tolerance_std: float = TOLERANCE_STD


def alignment_samples(
    recordings: Iterable[Recording], options: AlignmentOptions | None = None
) -> Iterator[AlignmentSample]:
    """Every channel of every random segment of every labelled run, in order; what is drawn depends on the seed and the
    sample alone. Nothing is held but the recording at hand.
    """
    chosen = options or AlignmentOptions()
    for recording in recordings:
        for start, end, channel, kind in _choices(recording, chosen).tolist():
            name = chosen.channels[channel]
            yield alignment_sample(recording, name, start, end, chosen, chosen.kinds[kind])


def _choices(recording: Recording, options: AlignmentOptions) -> npt.NDArray[np.int32]:
    """(n, 4) start, end, channel number, kind number of every sample of a recording, in this order."""
    present = [i for i, name in enumerate(options.channels) if recording.streams[0].has(name)]
    kinds = [
        (number, FEWEST_SAMPLES[kind])
        for number, kind in enumerate(options.kinds)
        if kind != "correlation" or len(present) > 1
    ]
    pieces = np.array(segments_of(recording, options), dtype=np.int32).reshape(-1, 2)
    if not len(pieces) or not present or not kinds:
        return np.zeros((0, 4), dtype=np.int32)
    pairs = np.column_stack([np.repeat(pieces, len(present), axis=0), np.tile(present, len(pieces))])
    if options.share < 1.0:
        pairs = pairs[_uniform(crc32(recording.id.encode()), options.seed, pairs) < options.share]
    rows = np.column_stack([np.repeat(pairs, len(kinds), axis=0), np.tile([k for k, _ in kinds], len(pairs))])
    fewest = np.tile([least for _, least in kinds], len(pairs))
    return np.asarray(rows[rows[:, 1] - rows[:, 0] >= fewest], dtype=np.int32)


def _uniform(recording: int, seed: int, pairs: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """(n,) in [0, 1), a hash of each (recording, start, end, channel) and the seed: whether one is kept depends on no other
    (SplitMix64: Steele, Lea, Flood, 2014).
    """
    state = np.full(len(pairs), (seed * 0x100000000 + recording) % 2**64, dtype=np.uint64)
    for column in (pairs[:, 0], pairs[:, 1], pairs[:, 2]):
        state = (state ^ column.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return np.asarray((state >> np.uint64(11)).astype(np.float64) / 2**53)


def segments_of(recording: Recording, options: AlignmentOptions) -> list[tuple[int, int]]:
    """Random segments of a recording's labelled runs, in samples; none crosses a label change or a gap."""
    found = []
    for run in labelled_runs(recording):
        rng = generator_for(options.seed, recording.id, "cut", run.start)
        pieces = random_partitions(run.end - run.start, options.shortest, options.longest, options.partitions, rng)
        found += [(run.start + a, run.start + b) for a, b in pieces]
    return found


def alignment_sample(
    recording: Recording, channel: str, start: int, end: int, options: AlignmentOptions, kind: Kind = "trend"
) -> AlignmentSample:
    """The one sample of samples `[start, end)` of a channel of the first stream. KeyError when it has no such channel."""
    stream = recording.streams[0]
    series = np.ascontiguousarray(stream.select(channel)[0, start:end], dtype=np.float32)
    rng = generator_for(options.seed, recording.id, channel, start, end, *(() if kind == "trend" else (kind,)))
    sensor = spoken_channel(channel, normalized=options.normalized)
    second, second_channel = None, ""
    if kind == "correlation":
        names = [name for name in options.channels if name != channel and stream.has(name)]
        second_channel = names[int(rng.integers(len(names)))]
        second = np.ascontiguousarray(stream.select(second_channel)[0, start:end], dtype=np.float32)
    question = asked(_QUESTIONS[kind], rng)
    facts, answer = _told(kind, series, stream.rate_hz, sensor, second, second_channel, options, rng)
    return AlignmentSample(
        series=series,
        rate_hz=stream.rate_hz,
        channel=channel,
        question=question,
        answer=answer,
        facts=facts,
        kind=kind,
        dataset=recording.dataset or "",
        subject=recording.subject or "",
        recording_id=recording.id,
        start=start,
        end=end,
        other=second,
        other_channel=second_channel,
    )


_QUESTIONS: dict[Kind, Family] = {
    "trend": TREND_QUESTIONS,
    "merged": MERGED_QUESTIONS,
    "frequency": frequency.QUESTIONS,
    "periodicity": periodicity.QUESTIONS,
    "correlation": correlation.QUESTIONS,
}


def _told(
    kind: Kind,
    series: Series,
    rate_hz: float,
    sensor: str,
    second: Series | None,
    second_channel: str,
    options: AlignmentOptions,
    rng: np.random.Generator,
) -> tuple[Facts, str]:
    if kind == "trend":
        trend = trend_facts(series, rate_hz, sensor, options.count)
        return trend, trend_answer(trend, draw_style(rng))
    if kind == "merged":
        merged = merged_facts(series, rate_hz, sensor, options.tolerance_std, options.count)
        return merged, merged_answer(merged, draw_style(rng), rng)
    if kind == "frequency":
        swing = frequency.frequency_facts(series, rate_hz)
        return swing, frequency.frequency_answer(swing, rng)
    if kind == "periodicity":
        rhythm = periodicity.periodicity_facts(series, rate_hz)
        return rhythm, periodicity.periodicity_answer(rhythm, rng)
    assert second is not None
    other = spoken_channel(second_channel, normalized=options.normalized)
    relation = correlation.correlation_facts(series, second, sensor, other)
    return relation, correlation.correlation_answer(relation, rng)


class AlignmentCorpus(Sequence[AlignmentSample]):
    """The same samples by number, for a shuffled training: recordings stay in memory, texts are written when asked for."""

    def __init__(self, recordings: Iterable[Recording], options: AlignmentOptions | None = None) -> None:
        self.options = options or AlignmentOptions()
        self._recordings: list[Recording] = []
        rows = [np.zeros((0, 5), dtype=np.int32)]
        for number, recording in enumerate(recordings):
            self._recordings.append(recording)
            found = _choices(recording, self.options)
            rows.append(np.column_stack([np.full(len(found), number, dtype=np.int32), found]))
        self._rows = np.concatenate(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> AlignmentSample:  # type: ignore[override]
        number, start, end, channel, kind = map(int, self._rows[index])
        name = self.options.channels[channel]
        return alignment_sample(self._recordings[number], name, start, end, self.options, self.options.kinds[kind])

    def lengths(self) -> npt.NDArray[np.int32]:
        """(n,) samples of each segment, for batches of like length."""
        return np.asarray(self._rows[:, 2] - self._rows[:, 1], dtype=np.int32)
