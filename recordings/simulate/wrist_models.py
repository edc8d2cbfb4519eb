"""What a wrist does in each activity: a few summary figures a wrist model needs.

Source: medians over the *training* subjects of WISDM v2 (watch, 20 Hz; Weiss et al. 2019), rounded: direction of gravity in
the watch's frame, root-mean-square turning rate and acceleration by frequency band, strides by harmonic. No sample is copied. Watch
frame: x along the forearm towards the elbow's side (hanging arm: gravity's reaction on +x), z out of the display.
"""

from __future__ import annotations

from dataclasses import dataclass

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Band:
    """Movement between two frequencies: turning rate (rad/s) and linear acceleration (m/s²), root mean square per axis."""

    low_hz: float
    high_hz: float
    turn: Triple
    push: Triple


@dataclass(frozen=True, slots=True)
class Harmonic:
    """One harmonic of a cycle: what the gyroscope (rad/s) and the accelerometer (m/s², tilt included) show of it.

    Root mean square and phase (rad, cosine) per axis. Phases are counted from the strongest first harmonic (turning about z
    when walking, acceleration along x when running), as the median over subjects.
    """

    order: int
    turn: Triple
    turn_phase: Triple
    acc: Triple
    acc_phase: Triple


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A stride: arm swing is harmonic 1, steps are harmonic 2, with a jolt at every step.

    blow_ms2: the jolt per axis at each heel strike, `blows` times a cycle. pull_ms2: the mean pull of a swinging arm
    towards its pivot.
    """

    rate_hz: float
    harmonics: tuple[Harmonic, ...]
    blows: int
    blow_ms2: Triple
    pull_ms2: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Reach:
    """The hand goes to a second posture and back: a forkful. Times in seconds."""

    gravity: Triple
    every_s: float
    move_s: float
    hold_s: float


@dataclass(frozen=True, slots=True)
class WristModel:
    """One activity at the wrist. gravity: direction of gravity's reaction in the watch frame, any length."""

    gravity: Triple
    bands: tuple[Band, ...] = ()
    rhythm: Rhythm | None = None
    reach: Reach | None = None


def _bands(*rows: tuple[float, float, Triple, Triple]) -> tuple[Band, ...]:
    return tuple(Band(*row) for row in rows)


WRIST_MODELS: dict[str, WristModel] = {
    "sitting": WristModel(
        (2.4, -2.2, 9.2),
        _bands(
            (0.1, 1.0, (0.012, 0.01, 0.008), (0.0, 0.0, 0.0)), (1.0, 10.0, (0.015, 0.01, 0.008), (0.03, 0.04, 0.03))
        ),
    ),
    "typing": WristModel(
        (-0.4, -3.8, 8.8),
        _bands(
            (0.15, 0.5, (0.07, 0.04, 0.05), (0.03, 0.05, 0.03)),
            (0.5, 2.0, (0.14, 0.09, 0.09), (0.16, 0.22, 0.16)),
            (2.0, 3.5, (0.14, 0.06, 0.06), (0.2, 0.25, 0.2)),
            (3.5, 10.0, (0.16, 0.06, 0.05), (0.2, 0.4, 0.26)),
        ),
    ),
    "standing": WristModel(
        (9.3, -2.8, 0.7),
        _bands(
            (0.1, 1.0, (0.03, 0.015, 0.02), (0.03, 0.03, 0.03)), (1.0, 10.0, (0.04, 0.015, 0.015), (0.05, 0.07, 0.05))
        ),
    ),
    "walking": WristModel(
        (9.9, -2.7, 0.6),
        _bands(
            (0.15, 0.8, (0.3, 0.2, 0.3), (0.5, 0.4, 0.4)),
            (1.0, 9.0, (0.8, 0.4, 0.3), (0.8, 0.8, 0.65)),
        ),
        Rhythm(
            0.935,
            (
                Harmonic(1, (0.82, 0.73, 2.05), (0.05, 0.08, 0.0), (0.83, 0.97, 0.78), (1.27, -1.46, 2.55)),
                Harmonic(2, (0.37, 0.2, 0.45), (1.09, -1.48, -1.0), (1.51, 0.44, 0.28), (1.52, -0.32, 2.0)),
                Harmonic(3, (0.31, 0.14, 0.2), (-2.16, 1.6, 2.12), (0.31, 0.46, 0.28), (-1.99, 1.9, -1.42)),
                Harmonic(4, (0.29, 0.08, 0.07), (1.48, 0.62, -1.1), (0.35, 0.34, 0.14), (1.77, 0.28, 2.47)),
            ),
            2,
            (1.2, 1.0, 0.6),
            (0.6, 0.0, 0.0),
        ),
    ),
    "running": WristModel(
        (4.3, -8.6, -1.6),
        _bands((0.15, 1.0, (0.5, 0.35, 0.4), (0.7, 0.9, 0.9)), (1.5, 9.5, (0.9, 0.6, 0.6), (1.6, 1.8, 2.2))),
        Rhythm(
            1.335,
            (
                Harmonic(1, (0.86, 2.13, 2.15), (1.97, -1.76, 2.08), (6.99, 2.32, 1.45), (0.0, 0.22, -1.98)),
                Harmonic(2, (0.5, 0.39, 0.88), (-0.38, -2.42, 2.57), (2.02, 8.22, 2.21), (-2.98, 0.35, 0.22)),
                Harmonic(3, (0.32, 0.43, 0.19), (-0.38, -2.34, 0.1), (1.13, 0.75, 0.42), (-2.34, 1.32, 1.82)),
                Harmonic(4, (0.22, 0.12, 0.25), (1.79, -0.67, -0.42), (0.88, 1.04, 0.56), (0.9, -1.68, -2.28)),
            ),
            2,
            (2.0, 2.5, 1.5),
            (-0.5, 1.0, 0.2),
        ),
    ),
    "brushing_teeth": WristModel(
        (-8.4, -1.7, 3.3),
        _bands(
            (0.1, 0.5, (0.12, 0.07, 0.07), (0.05, 0.1, 0.1)),
            (0.5, 2.5, (0.35, 0.16, 0.2), (0.3, 0.6, 0.45)),
            (3.2, 4.6, (0.3, 0.26, 0.28), (0.7, 1.4, 1.3)),
            (5.0, 10.0, (0.18, 0.08, 0.06), (0.25, 0.55, 0.34)),
        ),
    ),
    "eating_pasta": WristModel(
        (-4.2, -6.6, 5.4),
        _bands(
            (0.15, 1.0, (0.4, 0.13, 0.17), (0.1, 0.2, 0.2)),
            (1.0, 3.5, (0.45, 0.16, 0.16), (0.2, 0.45, 0.5)),
            (3.5, 10.0, (0.22, 0.05, 0.04), (0.14, 0.34, 0.24)),
        ),
        reach=Reach((-3.6, -8.4, 1.2), 4.5, 1.1, 0.8),
    ),
}
