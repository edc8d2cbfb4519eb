"""Stage 1: a stretch of one channel, a question about it, and the exact answer. Streamed, or indexed in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.answer import draw_style, trend_answer
from models.sensorllm.data.channels import spoken_channel
from models.sensorllm.data.facts import CountRule, TrendFacts, trend_facts
from models.sensorllm.data.questions import system_text, trend_question
from models.sensorllm.data.runs import generator_for, labelled_runs
from models.sensorllm.data.segments import random_partitions
from recordings import ACCELERATION, ROTATION, Recording

CHANNELS: tuple[str, ...] = ACCELERATION + ROTATION
Series = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AlignmentSample:
    """series: (l,) float32 of `channel`, SI units, no NaN. answer: what `facts` say, in words."""

    series: Series = field(repr=False)
    rate_hz: float
    channel: str
    question: str
    answer: str
    facts: TrendFacts
    dataset: str
    subject: str
    recording_id: str
    start: int
    end: int

    @property
    def system(self) -> str:
        return system_text(len(self.series), self.rate_hz)

    @property
    def id(self) -> str:
        return f"{self.recording_id}/{self.channel}/{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class AlignmentOptions:
    """partitions: two for training, one for test. shortest, longest: samples a segment. share: of all segment-channel pairs
    that are kept, chosen by the seed. count, normalized: see `facts` and `channels`.
    """

    seed: int = 0
    partitions: int = 2
    shortest: int = 5
    longest: int = 200
    channels: tuple[str, ...] = CHANNELS
    share: float = 1.0
    count: CountRule = "segments"
    normalized: bool = False


def alignment_samples(
    recordings: Iterable[Recording], options: AlignmentOptions | None = None
) -> Iterator[AlignmentSample]:
    """Every channel of every random segment of every labelled run, in order; what is drawn depends on the seed and the
    sample alone. Nothing is held but the recording at hand.
    """
    chosen = options or AlignmentOptions()
    for recording in recordings:
        for start, end in segments_of(recording, chosen):
            for channel in chosen.channels:
                if recording.streams[0].has(channel) and _kept(recording, channel, start, end, chosen):
                    yield alignment_sample(recording, channel, start, end, chosen)


def segments_of(recording: Recording, options: AlignmentOptions) -> list[tuple[int, int]]:
    """Random segments of a recording's labelled runs, in samples; none crosses a label change or a gap."""
    found = []
    for run in labelled_runs(recording):
        rng = generator_for(options.seed, recording.id, "cut", run.start)
        pieces = random_partitions(run.end - run.start, options.shortest, options.longest, options.partitions, rng)
        found += [(run.start + a, run.start + b) for a, b in pieces]
    return found


def _kept(recording: Recording, channel: str, start: int, end: int, options: AlignmentOptions) -> bool:
    if options.share >= 1.0:
        return True
    return float(generator_for(options.seed, recording.id, "keep", channel, start, end).random()) < options.share


def alignment_sample(
    recording: Recording, channel: str, start: int, end: int, options: AlignmentOptions
) -> AlignmentSample:
    """The one sample of samples `[start, end)` of a channel of the first stream. KeyError when it has no such channel."""
    stream = recording.streams[0]
    series = np.ascontiguousarray(stream.select(channel)[0, start:end], dtype=np.float32)
    rng = generator_for(options.seed, recording.id, channel, start, end)
    sensor = spoken_channel(channel, normalized=options.normalized)
    facts = trend_facts(series, stream.rate_hz, sensor, options.count)
    question = trend_question(rng)
    return AlignmentSample(
        series=series,
        rate_hz=stream.rate_hz,
        channel=channel,
        question=question,
        answer=trend_answer(facts, draw_style(rng)),
        facts=facts,
        dataset=recording.dataset or "",
        subject=recording.subject or "",
        recording_id=recording.id,
        start=start,
        end=end,
    )


class AlignmentCorpus(Sequence[AlignmentSample]):
    """The same samples by number, for a shuffled training: recordings stay in memory, texts are written when asked for."""

    def __init__(self, recordings: Iterable[Recording], options: AlignmentOptions | None = None) -> None:
        self.options = options or AlignmentOptions()
        self._recordings: list[Recording] = []
        rows: list[tuple[int, int, int, int]] = []
        for number, recording in enumerate(recordings):
            self._recordings.append(recording)
            present = [i for i, name in enumerate(self.options.channels) if recording.streams[0].has(name)]
            rows += [
                (number, start, end, i)
                for start, end in segments_of(recording, self.options)
                for i in present
                if _kept(recording, self.options.channels[i], start, end, self.options)
            ]
        self._rows = np.array(rows, dtype=np.int32).reshape(-1, 4)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> AlignmentSample:  # type: ignore[override]
        number, start, end, channel = map(int, self._rows[index])
        return alignment_sample(self._recordings[number], self.options.channels[channel], start, end, self.options)

    def lengths(self) -> npt.NDArray[np.int32]:
        """(n,) samples of each segment, for batches of like length."""
        return np.asarray(self._rows[:, 2] - self._rows[:, 1], dtype=np.int32)
