"""Raw wear as minutes: SensorLM's day of 1440 × 26 features, from what a device of one's own has recorded.

The released names are kept, their formulas are not public: what each of ours is stands in `MEANING`. A feature that nothing was
measured for is missing, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from models.sensorlm.captions import DAY_FEATURES, DAY_MINUTES, Logged, logged
from recordings import ACCELERATION, Recording, Samples, Stream, UserError
from tools.errors import NoData
from tools.gait import find_gait

GRAVITY_MS2 = 9.80665
MINUTE_S = 60.0
# A minute with less than half of its samples is missing.
LEAST_SHARE = 0.5
FAST_HZ = 3.0
MEANING: dict[str, str] = {
    "HR": "heart rate, beats a minute: mean of the channel that carries it",
    "steps": "steps counted in the minute (tools.gait)",
    "jerk_auto": "mean size of the acceleration's change, m/s³",
    "log_energy": "10 log10 of 1 plus the variance of |acc| in (mg)²",
    "covariance": "mean size of the three covariances between axes, (m/s²)²",
    "log_energy_ratio": "10 log10 of the energy above 3 Hz over that below, of |acc|",
    "zero_crossing_avg": "crossings of |acc| through its own mean, a second, mean over the minute's seconds",
    "zero_crossing_std": "the same, standard deviation",
    "axis_mean": "mean of the three axes' means, m/s²",
    "kurtosis": "kurtosis of |acc| (3 for a normal distribution)",
    "altim_std": "standard deviation of altitude within the minute, m",
    "wrist_temperatures": "skin temperature, °C, mean",
    "eda_level_real": "skin conductance, mean, in the file's unit",
    "activity_counts": "mean of max(|acc| − 1 g, 0), mg (ENMO); beside the 26",
}
# Names under which files carry what is not motion. The first whose words all stand in a channel's name is taken.
_CARRIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "HR": (("heart", "rate"), ("bpm",), ("hr",), ("pulse",)),
    "wrist_temperatures": (("skin", "temp"), ("wrist", "temp"), ("temperature",)),
    "eda_level_real": (("eda",), ("gsr",), ("skin", "conductance")),
    "altim_std": (("altitude",), ("elevation",)),
}
Day = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MinuteDay:
    """values: (1440, 26) by `DAY_FEATURES`, NaN where missing. activity_counts: (1440,). first_minute: of the day, where the recording
    begins. sources: feature → stream and channel."""

    values: Day = field(repr=False)
    activity_counts: npt.NDArray[np.float64] = field(repr=False)
    first_minute: int
    sources: Mapping[str, str]

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """(1440, 26) True where nothing was measured."""
        return np.asarray(np.isnan(self.values))

    def column(self, feature: str) -> npt.NDArray[np.float64]:
        return self.values[:, DAY_FEATURES.index(feature)]


def minute_day(recording: Recording, day: int = 0) -> MinuteDay:
    """The recording's day number `day` (midnight to midnight where the start is known, else from its own start).

    UserError when the recording does not reach that day, or holds nothing that becomes a feature.
    """
    midnight = _midnight_s(recording)
    begin_s = day * DAY_MINUTES * MINUTE_S - midnight
    if not (recording.span.start_s < begin_s + DAY_MINUTES * MINUTE_S and recording.span.end_s > begin_s) or day < 0:
        raise UserError(
            recording.id,
            expected=f"a recording that reaches day {day}",
            found=f"{recording.duration_s / 3600:.1f} hours",
            cure="name an earlier day (the first is 0)",
        )
    values = np.full((DAY_MINUTES, len(DAY_FEATURES)), np.nan)
    counts = np.full(DAY_MINUTES, np.nan)
    sources: dict[str, str] = {}
    motion = next((s for s in recording.of("motion") if s.has(*ACCELERATION)), None)
    if motion is not None:
        _motion(motion, begin_s, values, counts)
        made = (*_MOTION, "steps")
        sources |= {name: f"{motion.name}: acceleration" for name in made if np.isfinite(values[:, DAY_FEATURES.index(name)]).any()}  # fmt: skip
    for feature, words in _CARRIERS.items():
        found = _carrier(recording, words)
        if found is None:
            continue
        stream, channel = found
        reduce: Callable[[Samples], float] = (lambda x: float(np.std(x))) if feature == "altim_std" else (lambda x: float(np.mean(x)))  # fmt: skip
        column = _by_minute(stream.select(channel)[0], stream, begin_s, reduce)
        values[:, DAY_FEATURES.index(feature)] = column
        if np.isfinite(column).any():
            sources[feature] = f"{stream.name}: {channel}"
    if not sources:
        raise UserError(
            recording.id, expected="acceleration, heart rate, temperature or altitude for at least half a minute", found="none", cure="name another recording"
        )  # fmt: skip
    return MinuteDay(values, counts, max(0, round(-begin_s / MINUTE_S)) if day == 0 else 0, sources)


def day_logs(recording: Recording, spans: list[tuple[str, float, float]]) -> list[Logged]:
    """Episodes of a timeline (activity, start, end in seconds) or annotations as a first day's log."""
    return logged(spans, _midnight_s(recording))


def _midnight_s(recording: Recording) -> float:
    """Seconds from the first day's midnight to the recording's start, on its own clock; 0 where the start is not known."""
    if recording.start is None:
        return 0.0
    midnight = recording.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return (recording.start - midnight) / timedelta(seconds=1)


def _carrier(recording: Recording, words: tuple[tuple[str, ...], ...]) -> tuple[Stream, str] | None:
    for wanted in words:
        for stream in recording.streams:
            for channel in stream.channels:
                parts = channel.lower().replace("-", "_").split("_")
                if all(any(part.startswith(word) and (len(word) > 2 or part == word) for part in parts) for word in wanted):  # fmt: skip
                    return stream, channel
    return None


def _by_minute(
    samples: npt.NDArray[np.floating], stream: Stream, begin_s: float, reduce: Callable[[Samples], float]
) -> npt.NDArray[np.float64]:
    """(1440,) of one channel, NaN where less than half a minute was measured."""
    out = np.full(DAY_MINUTES, np.nan)
    first = max(0, int((stream.start_s - begin_s) // MINUTE_S))
    last = min(DAY_MINUTES, int(-(-(stream.end_s - begin_s) // MINUTE_S)))
    for minute in range(first, last):
        a = stream.index_at(begin_s + minute * MINUTE_S)
        b = stream.index_at(begin_s + (minute + 1) * MINUTE_S)
        here = samples[a:b]
        here = here[np.isfinite(here)]
        if len(here) >= max(1, LEAST_SHARE * MINUTE_S * stream.rate_hz):
            out[minute] = reduce(here)
    return out


_MOTION = (
    "jerk_auto", "log_energy", "covariance", "log_energy_ratio", "zero_crossing_avg", "zero_crossing_std", "axis_mean", "kurtosis",
)  # fmt: skip


def _motion(stream: Stream, begin_s: float, values: Day, counts: npt.NDArray[np.float64]) -> None:
    """Fill in what acceleration tells; steps where the rate allows."""
    acc = stream.select(*ACCELERATION).astype(np.float64)
    try:
        steps = find_gait(stream).times_s
    except NoData:
        steps = None
    for minute in range(DAY_MINUTES):
        a = stream.index_at(begin_s + minute * MINUTE_S)
        b = stream.index_at(begin_s + (minute + 1) * MINUTE_S)
        here = acc[:, a:b]
        here = here[:, np.isfinite(here).all(axis=0)]
        if here.shape[1] < max(3, LEAST_SHARE * MINUTE_S * stream.rate_hz):
            continue
        for name, value in motion_features(here, stream.rate_hz).items():
            values[minute, DAY_FEATURES.index(name)] = value
        size = np.sqrt((here * here).sum(axis=0))
        counts[minute] = 1000 * float(np.maximum(size / GRAVITY_MS2 - 1, 0).mean())
        if steps is not None:
            low = begin_s + minute * MINUTE_S
            values[minute, DAY_FEATURES.index("steps")] = float(((steps >= low) & (steps < low + MINUTE_S)).sum())


def motion_features(acc: npt.NDArray[np.float64], rate_hz: float) -> dict[str, float]:
    """acc: (3, n) m/s² of one minute, no NaN → the eight features of `_MOTION`."""
    size = np.sqrt((acc * acc).sum(axis=0))
    centred = size - size.mean()
    variance = float((centred * centred).mean())
    covariance = np.cov(acc, bias=True)
    power = np.abs(np.fft.rfft(centred)) ** 2
    hz = np.fft.rfftfreq(len(size), 1 / rate_hz)
    high, low = float(power[hz > FAST_HZ].sum()), float(power[(hz > 0) & (hz <= FAST_HZ)].sum())
    second = max(2, round(rate_hz))
    whole = centred[: len(centred) // second * second].reshape(-1, second)
    crossings = (np.diff(np.signbit(whole), axis=1)).sum(axis=1)
    milli_g = variance * (1000 / GRAVITY_MS2) ** 2
    return {
        "jerk_auto": float(np.sqrt((np.diff(acc, axis=1) ** 2).sum(axis=0)).mean() * rate_hz),
        "log_energy": float(10 * np.log10(1 + milli_g)),
        "covariance": float(np.abs(covariance[np.triu_indices(3, 1)]).mean()),
        "log_energy_ratio": float(10 * np.log10((high + 1e-12) / (low + 1e-12))),
        "zero_crossing_avg": float(crossings.mean()),
        "zero_crossing_std": float(crossings.std()),
        "axis_mean": float(acc.mean()),
        "kurtosis": float((centred**4).mean() / variance**2) if variance > 1e-12 else 3.0,
    }
