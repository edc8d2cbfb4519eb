"""Two texts about one window that share no sentence: what its numbers say, and what somebody would write about it.

Neither names an activity. Both come from the window's own samples, so finding one by the other asks whether a text is
understood, not whether an activity is guessed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.systems.windows import Windows

_AXES = "xyz"
_TREMBLE, _LIVELY, _STRONG = 0.15, 1.0, 4.0
_STILL, _SLOW, _FAST = 0.1, 0.6, 2.0
_RHYTHM_HZ = (0.5, 4.0)


def evidence(values: Windows, rate_hz: float) -> list[str]:
    """values: (n, 6, samples) m/s² and rad/s. One line of measurements a window, as Telltale's evidence is written."""
    facts = _facts(values, rate_hz)
    return [
        f"|acc| {low:.1f} to {high:.1f} m/s², standard deviation {std:.2f} m/s²; dominant frequency {hz:.1f} Hz "
        f"({share:.0%} of the power); rotation {turn:.2f} rad/s on average, at most {most:.2f} rad/s; "
        f"gravity x {g[0]:.1f}, y {g[1]:.1f}, z {g[2]:.1f} m/s²"
        for low, high, std, hz, share, turn, most, g in zip(*facts, strict=True)
    ]


def captions(values: Windows, rate_hz: float) -> list[str]:
    """One description in words a window: how strong, in which rhythm, how it turns, how it is held."""
    return [_caption(*fact) for fact in zip(*_facts(values, rate_hz), strict=True)]


Facts = tuple[npt.NDArray[np.float64], ...]


def _facts(values: Windows, rate_hz: float) -> Facts:
    acc, gyro = values[:, :3].astype(np.float64), values[:, 3:].astype(np.float64)
    size = np.sqrt((acc**2).sum(axis=1))
    turn = np.sqrt((gyro**2).sum(axis=1))
    centred = (size - size.mean(axis=1, keepdims=True)) * np.hanning(size.shape[1])
    power = np.abs(np.fft.rfft(centred, axis=1)) ** 2
    hz = np.fft.rfftfreq(size.shape[1], 1 / rate_hz)
    inside = (hz >= _RHYTHM_HZ[0]) & (hz <= _RHYTHM_HZ[1])
    best = power[:, inside].argmax(axis=1)
    share = power[:, inside].max(axis=1) / np.maximum(power[:, hz > 0].sum(axis=1), 1e-12)
    return (
        size.min(axis=1), size.max(axis=1), size.std(axis=1), hz[inside][best], share,
        turn.mean(axis=1), turn.max(axis=1), acc.mean(axis=2),
    )  # fmt: skip


def _caption(
    low: float, high: float, std: float, hz: float, share: float, turn: float, most: float, g: npt.NDArray[np.float64]
) -> str:
    strength = (
        "hardly moves"
        if std < _TREMBLE
        else "moves a little"
        if std < _LIVELY
        else "moves briskly"
        if std < _STRONG
        else "is shaken hard"
    )
    said = [
        f"The sensor {strength}: its acceleration varies by about {std:.1g} and peaks near {high:.0f} metres per second squared."
    ]
    if std >= _TREMBLE and share > 0.3:
        said.append(f"There is a clear beat of roughly {hz * 60:.0f} a minute.")
    elif std >= _TREMBLE:
        said.append("The movement is irregular.")
    turning = (
        "does not turn"
        if turn < _STILL
        else "turns slowly"
        if turn < _SLOW
        else "turns"
        if turn < _FAST
        else "turns fast"
    )
    said.append(f"It {turning}" + (f", up to {most:.1f} radians a second." if turn >= _STILL else "."))
    axis = int(np.abs(g).argmax())
    said.append(
        f"Its {_AXES[axis]} axis points {'up' if g[axis] > 0 else 'down'}{', steeply' if abs(g[axis]) > 8.5 else ', tilted'}."
    )
    return " ".join(said)
