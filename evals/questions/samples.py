"""Questions that only the samples answer. Truths: numpy in double precision on the recording's own samples."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from agents.wording import activity_phrase, clock
from evals.questions.further import Spans
from evals.questions.item import Item
from recordings import Recording, Stream

Values = npt.NDArray[np.float64]
CHANNELS = {
    "acc_x": "acceleration x",
    "acc_y": "acceleration y",
    "acc_z": "acceleration z",
    "gyro_x": "rotation x",
    "gyro_y": "rotation y",
    "gyro_z": "rotation z",
}
STATISTICS: dict[str, tuple[tuple[str, ...], Callable[[Values], float]]] = {
    "mean": (("mean", "average"), lambda x: float(np.mean(x))),
    "std": (("standard deviation", "std"), lambda x: float(np.std(x))),
    "min": (("minimum", "lowest value"), lambda x: float(np.min(x))),
    "max": (("maximum", "highest value"), lambda x: float(np.max(x))),
    "median": (("median",), lambda x: float(np.median(x))),
    "rms": (("rms", "root mean square"), lambda x: float(np.sqrt(np.mean(x**2)))),
    "range": (("range", "peak-to-peak range"), lambda x: float(np.max(x) - np.min(x))),
}


def values_between(stream: Stream, channel: str, start_s: float, end_s: float) -> Values:
    """The finite samples with start_s ≤ time < end_s; `acc` and `gyro` are the magnitudes of three axes."""
    times = np.arange(stream.n) / stream.rate_hz + stream.start_s
    if channel in ("acc", "gyro"):
        axes = stream.select(*(f"{channel}_{axis}" for axis in "xyz")).astype(np.float64)
        values = np.sqrt((axes**2).sum(axis=0))
    else:
        values = stream.samples[stream.channels.index(channel)].astype(np.float64)
    inside = values[(times >= start_s - 1e-9) & (times < end_s - 1e-9)]
    return np.asarray(inside[np.isfinite(inside)])


def sample_items(
    recording: Recording, spans: Spans, labels: list[str], rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    """Sampling rate and count, statistics of a channel in a stretch, in all, in one episode, and of magnitudes."""
    streams = recording.of("motion")
    if not streams:
        return
    stream = streams[0]
    yield item(
        "rate", "number", stream.rate_hz,
        ["What is the sampling rate?", "At what sampling frequency was it recorded?", "How many samples per second were recorded?"], "Hz",
    )  # fmt: skip
    if len(streams) == 1:
        yield item(
            "samples", "number", float(stream.n),
            ["How many samples are there?", "What is the number of samples?", "How many samples does the recording have?"], "samples",
        )  # fmt: skip
    for _ in range(3):
        lo = round(rng.uniform(0, max(0.5, stream.end_s - 12)), 0)
        hi = min(lo + rng.randrange(3, 12), float(int(stream.end_s)))
        when = rng.choice([f"between {lo:g} and {hi:g} s", f"from {clock(lo)} to {clock(hi)}"])
        if hi > lo:
            yield from _statistic("statistic_{}", stream, lo, hi, when, rng, item)
    yield from _statistic(
        "statistic_whole", stream, stream.start_s, stream.end_s, "over the whole recording", rng, item
    )
    yield from _of_episodes(stream, spans, labels, rng, item)


def _statistic(
    template: str, stream: Stream, lo: float, hi: float, when: str, rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    statistic = rng.choice(list(STATISTICS))
    words, function = STATISTICS[statistic]
    channel = rng.choice([c for c in stream.channels if c in CHANNELS])
    values = values_between(stream, channel, lo, hi)
    if len(values):
        how, spoken = rng.choice(words), rng.choice([channel, CHANNELS[channel]])
        forms = [
            f"What was the {how} of {spoken} {when}?",
            f"{how} of {spoken} {when}",
            f"Tell me the {how} of {spoken} {when}.",
        ]
        yield item(template.format(statistic), "number", function(values), forms)


def _of_episodes(
    stream: Stream, spans: Spans, labels: list[str], rng: random.Random, item: Callable[..., Item]
) -> Iterator[Item]:
    known = [span for span in spans if span[0] in labels]
    label = rng.choice(labels)
    own = [span for span in known if span[0] == label]
    longest = max(own, key=lambda x: x[2] - x[1])
    name = activity_phrase(label)
    yield from _statistic(
        "statistic_longest", stream, longest[1], longest[2], f"during the longest {name} episode", rng, item
    )
    yield from _statistic(
        "statistic_first", stream, own[0][1], own[0][2], f"during the first {name} episode", rng, item
    )
    singles = [x for x in known if sum(1 for y in known if y[0] == x[0]) == 1]
    if singles:
        x, s, e = rng.choice(singles)
        magnitude, said = rng.choice([("acc", "acceleration"), ("gyro", "rotation")])
        values = values_between(stream, magnitude, s, e)
        if len(values):
            yield item(
                "statistic_while", "number", float(values.max()),
                [
                    f"What was the maximum {said} magnitude while {activity_phrase(x)}?",
                    f"What was the peak of the total {said} during {activity_phrase(x)}?",
                    f"What was the highest magnitude of the {said} while {activity_phrase(x)}?",
                ],
            )  # fmt: skip
