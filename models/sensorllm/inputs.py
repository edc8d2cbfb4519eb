"""What may be put to a SensorLLM: everything else is refused in one line, before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.chronos.binning import CONTEXT_SAMPLES
from models.sensorllm.configuration_sensorllm import SensorLLMConfig
from recordings import UserError

# Alignment sees several rates and times follow from the rate in the prompt; a tuned window is one rate's.
LARGEST_RATE_RATIO = 1.25
LEAST_SAMPLES = 2
Floats = npt.NDArray[np.floating]


def checked_series(
    config: SensorLLMConfig, series: Sequence[Floats], rate_hz: float, channels: Sequence[str]
) -> list[npt.NDArray[np.float64]]:
    """(l,) values each, 2 to 512 finite samples, of a channel that was aligned, at a rate near one that was."""
    if len(series) != len(channels):
        raise UserError(
            "describe",
            expected="one channel name for every series",
            found=f"{len(channels)} for {len(series)}",
            cure="name each",
        )
    unknown = sorted(set(channels) - set(config.channels))
    if unknown:
        raise UserError(
            "describe",
            expected=f"channels of the checkpoint ({', '.join(config.channels)})",
            found=", ".join(unknown),
            cure="leave the others out, or align a checkpoint that knows them",
        )
    checked_rate("describe", rate_hz, config.rates_hz)
    out = []
    for name, values in zip(channels, series, strict=True):
        wide = np.asarray(values, dtype=np.float64)
        if wide.ndim != 1 or not LEAST_SAMPLES <= len(wide) <= CONTEXT_SAMPLES:
            found = f"{len(wide)}" if wide.ndim == 1 else f"shape {wide.shape}"
            raise UserError(
                name,
                expected=f"{LEAST_SAMPLES} to {CONTEXT_SAMPLES} samples of one channel",
                found=found,
                cure="ask about a shorter or a longer span",
            )
        _finite(name, wide)
        out.append(wide)
    return out


def checked_windows(config: SensorLLMConfig, windows: Floats, rate_hz: float) -> npt.NDArray[np.float32]:
    """(n, C, L) finite windows of the tuned channels, length and rate."""
    if not config.labels:
        raise UserError(
            config.checkpoint_name,
            expected="a tuned checkpoint",
            found="an aligned one without a class head",
            cure="tune it with `telltale train sensorllm --stage tune`, or name a tuned one",
        )
    values = np.asarray(windows)
    if values.ndim != 3 or values.shape[1] != len(config.channels):
        raise UserError(
            "classify",
            expected=f"windows (n, {len(config.channels)}, samples) of {', '.join(config.channels)} in this order",
            found=f"shape {values.shape}",
            cure="select and order the channels as the checkpoint has them",
        )
    checked_rate("classify", rate_hz, [config.rate_hz])
    low, high = (round(config.window_samples * share) for share in (0.5, 1.5))
    if not low <= values.shape[2] <= high:
        raise UserError(
            "classify",
            expected=f"windows of about {config.window_samples} samples ({low} to {high})",
            found=values.shape[2],
            cure=f"cut windows of {config.window_samples / config.rate_hz:g} s",
        )
    _finite("classify", values)
    return values.astype(np.float32)


def checked_rate(where: str, rate_hz: float, known: Sequence[float]) -> None:
    fits = np.isfinite(rate_hz) and rate_hz > 0
    if known and fits:
        fits = any(1 / LARGEST_RATE_RATIO <= rate_hz / rate <= LARGEST_RATE_RATIO for rate in known)
    if not fits:
        raise UserError(
            where,
            expected=f"a rate near {' or '.join(f'{rate:g}' for rate in known) or 'any above 0'} Hz, as in training",
            found=f"{rate_hz:g} Hz",
            cure="resample first",
        )


def _finite(where: str, values: Floats) -> None:
    if not np.isfinite(values).all():
        raise UserError(
            where,
            expected="finite samples",
            found=f"{int((~np.isfinite(values)).sum())} missing or infinite ones",
            cure="choose a span without a gap",
        )
