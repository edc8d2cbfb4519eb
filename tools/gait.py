"""Steps: peaks of the band-passed acceleration magnitude, counted only where it repeats itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings import ACCELERATION, Span, Stream
from tools.channels import Values, channel_values
from tools.errors import NoData
from tools.trend_readable import finite_runs

# Steps of slow walking to sprinting; slower is swaying, faster is shaking.
STEP_BAND_HZ = (0.8, 3.5)
# One stretch is judged at a time: long enough for five slow steps, short enough to follow a change of pace.
WINDOW_S = 4.0
HOP_S = 1.0
# The normalised autocorrelation at the step's lag must reach this: gait does, hand work seldom does.
MIN_REPETITION = 0.5
# At twice the best lag gait still repeats itself; shaken noise does by chance only.
MIN_SECOND_REPETITION = 0.3
# Standard deviation of the band-passed magnitude below which nobody walks, m/s².
MIN_STRENGTH_MS2 = 0.5
# Share of the magnitude's variance that lies in the step band: at least 0.2 in hard running, 0.1 in white noise at 50 Hz.
MIN_BAND_SHARE = 0.18
STEP_LAGS_S = (0.3, 0.9)
# Two peaks closer than this share of the step's lag are one step.
MIN_SPACING = 0.6
MIN_RATE_HZ = 10.0
MIN_STEPS_FOR_CADENCE = 4


@dataclass(frozen=True, slots=True)
class Gait:
    """times_s: (n,) of every step, increasing. bouts: the stretches in which gait was recognised."""

    times_s: npt.NDArray[np.float64]
    bouts: tuple[Span, ...]

    def steps_in(self, span: Span) -> npt.NDArray[np.float64]:
        return self.times_s[(self.times_s >= span.start_s) & (self.times_s < span.end_s)]

    def cadence_in(self, span: Span) -> float | None:
        """Steps a minute while stepping: 60 over the median time between steps of one bout; None with too few steps."""
        intervals = []
        for bout in self.bouts:
            shared = Span(max(bout.start_s, span.start_s), min(bout.end_s, span.end_s))
            if shared.duration_s > 0:
                intervals.append(np.diff(self.steps_in(shared)))
        joined = np.concatenate(intervals) if intervals else np.empty(0)
        return None if len(joined) < MIN_STEPS_FOR_CADENCE - 1 else float(60.0 / np.median(joined))


def find_gait(stream: Stream) -> Gait:
    """The steps of a whole motion stream. NoData without acceleration, or below 10 Hz."""
    if not stream.has(*ACCELERATION):
        raise NoData(stream.name, "acceleration was not recorded")
    if stream.rate_hz < MIN_RATE_HZ:
        raise NoData(stream.name, f"{stream.rate_hz:g} Hz is too slow to see steps")
    from scipy.signal import butter, sosfiltfilt

    chosen = channel_values(stream, "acc_magnitude", stream.span)
    high = min(STEP_BAND_HZ[1], 0.45 * stream.rate_hz)
    band = butter(3, (STEP_BAND_HZ[0], high), btype="bandpass", fs=stream.rate_hz, output="sos")
    times: list[npt.NDArray[np.float64]] = []
    bouts: list[Span] = []
    for a, b in finite_runs(chosen.values):
        if b - a < WINDOW_S * stream.rate_hz:
            continue
        wave = np.asarray(sosfiltfilt(band, chosen.values[a:b]), dtype=np.float64)
        for first, last, lag in _bouts(wave, chosen.values[a:b], stream.rate_hz):
            steps = _peaks(wave, first, last, lag)
            times.append(chosen.start_s + (a + steps) / stream.rate_hz)
            bouts.append(
                Span(chosen.start_s + (a + first) / stream.rate_hz, chosen.start_s + (a + last) / stream.rate_hz)
            )
    return Gait(np.concatenate(times) if times else np.empty(0), tuple(bouts))


def _bouts(wave: Values, magnitude: Values, rate_hz: float) -> list[tuple[int, int, float]]:
    """[first, last) of stretches of gait with the median lag of a step, in samples."""
    length, hop = round(WINDOW_S * rate_hz), max(1, round(HOP_S * rate_hz))
    starts = np.arange(0, len(wave) - length + 1, hop)
    lags = np.array([_step_lag(wave[s : s + length], magnitude[s : s + length], rate_hz) for s in starts])
    found: list[tuple[int, int, list[float]]] = []
    for start, lag in zip(starts.tolist(), lags.tolist(), strict=True):
        if not lag:
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], start + length, [*found[-1][2], lag])
        else:
            found.append((start, start + length, [lag]))
    return [(first, last, float(np.median(seen))) for first, last, seen in found]


def _step_lag(part: Values, magnitude: Values, rate_hz: float) -> float:
    """Samples from one step to the next; 0.0 where the stretch does not repeat itself."""
    from scipy.signal import correlate, find_peaks

    if part.std() < MIN_STRENGTH_MS2 or part.var() < MIN_BAND_SHARE * magnitude.var():
        return 0.0
    part = part - part.mean()
    n = len(part)
    product = correlate(part, part, method="fft")[n - 1 :]
    # Divided by the samples that overlap: otherwise long lags look unlike themselves.
    repetition = product / product[0] * n / np.arange(n, 0, -1)
    low, high = int(np.floor(STEP_LAGS_S[0] * rate_hz)), int(np.ceil(2 * STEP_LAGS_S[1] * rate_hz))
    peaks, _ = find_peaks(repetition[: high + 2])
    peaks = peaks[peaks >= low]
    good = peaks[repetition[peaks] >= MIN_REPETITION]
    if not len(good):
        return 0.0
    # Left and right steps differ, so a stride (two steps) may repeat better than a step does.
    best = int(good[repetition[good].argmax()])
    around = repetition[int(1.85 * best) : int(2.15 * best) + 2]
    if around.max(initial=0.0) < MIN_SECOND_REPETITION:
        return 0.0
    half = peaks[(np.abs(peaks - best / 2) <= 0.15 * best) & (repetition[peaks] > 0)]
    lag = int(half[0]) if len(half) else int(good[0])
    return float(lag) if lag <= STEP_LAGS_S[1] * rate_hz + 1 else 0.0


def _peaks(wave: Values, first: int, last: int, lag: float) -> npt.NDArray[np.float64]:
    """Positions of the steps in samples, between samples by the parabola through each peak and its neighbours."""
    from scipy.signal import find_peaks

    part = wave[first:last]
    peaks, _ = find_peaks(part, distance=max(1, round(MIN_SPACING * lag)), height=0.25 * float(part.std()))
    before, at, after = part[peaks - 1], part[peaks], part[peaks + 1]
    bend = before - 2 * at + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    return np.asarray(first + peaks + np.clip(shift, -0.5, 0.5), dtype=np.float64)
