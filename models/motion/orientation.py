"""How a device is worn, from where gravity points over a whole stream: no labels, only its own samples.

Each position has a density of gravity directions, learnt from the training subjects. A stream is turned by the candidate
that makes its directions most likely, when it beats leaving them alone by `MARGIN_NATS` a block: a watch on with the
crown on the other side is turned by 180° about the dial's axis; an acceleration in the iOS sign convention is mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings import Samples

GRAVITY_MS2 = 9.80665
GRID_POINTS = 256
_CONCENTRATION = 12.0
_FLOOR = 0.05
_BLOCK_S = 2.56
# A watch lies on the wrist in two ways and gravity tells them well; a phone lies in a pocket in many.
MARGIN_NATS: dict[str, float] = {"wrist": 0.1, "hip": 0.5, "waist": 0.5, "pocket": 0.5, "unknown": 0.0}
_FEWEST_BLOCKS = 4

Vectors = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """A diagonal change of axes; the acceleration may also change its sign convention."""

    name: str
    reason: str
    acceleration: tuple[float, float, float]
    rotation: tuple[float, float, float]


AS_IS = Turn("as recorded", "", (1, 1, 1), (1, 1, 1))
_MIRRORED = Turn("acceleration sign", "gravity points as in the iOS sign convention", (-1, -1, -1), (1, 1, 1))
_WATCH_TURNED = Turn(
    "watch turned by 180°", "gravity points as on a watch worn the other way round", (-1, -1, 1), (-1, -1, 1)
)
_PHONE_TURNED = Turn(
    "phone turned by 180°",
    "gravity points as in a phone that lies in the pocket the other way up",
    (-1, -1, 1),
    (-1, -1, 1),
)
CANDIDATES: dict[str, tuple[Turn, ...]] = {
    "unknown": (AS_IS,),
    "hip": (AS_IS, _MIRRORED),
    "waist": (AS_IS, _MIRRORED),
    "wrist": (AS_IS, _WATCH_TURNED),
    "pocket": (AS_IS, _PHONE_TURNED),
}


def sphere(points: int = GRID_POINTS) -> Vectors:
    """(points, 3) unit vectors spread evenly (Fibonacci lattice)."""
    i = np.arange(points) + 0.5
    z = 1.0 - 2.0 * i / points
    angle = np.pi * (1.0 + 5.0**0.5) * i
    ring = np.sqrt(1.0 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)


def gravity_directions(samples: Samples, rate_hz: float) -> Vectors:
    """(blocks, 3) unit mean accelerations of 2.56 s blocks that hold all their samples and about 1 g. samples: (6, n)."""
    length = round(_BLOCK_S * rate_hz)
    blocks = samples.shape[1] // length
    if not blocks:
        return np.zeros((0, 3))
    mean = samples[:3, : blocks * length].reshape(3, blocks, length).astype(np.float64).mean(axis=2).T
    size = np.linalg.norm(mean, axis=1)
    good = np.isfinite(size) & (size > 0.4 * GRAVITY_MS2) & (size < 1.6 * GRAVITY_MS2)
    return np.asarray(mean[good] / size[good, None])


def log_density(directions: Vectors, weights: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float32]:
    """(GRID_POINTS,) log-density relative to uniform, a von Mises-Fisher kernel on each direction."""
    grid = sphere()
    kernel = np.exp(_CONCENTRATION * (grid @ directions.T - 1.0))
    density = kernel @ (np.ones(len(directions)) if weights is None else weights)
    density = density / density.mean()
    return np.log(_FLOOR + (1 - _FLOOR) * density).astype(np.float32)


def score(directions: Vectors, density: npt.NDArray[np.float32], turn: Turn) -> float:
    """Mean log-density of the turned directions, nats a block."""
    turned = directions * np.asarray(turn.acceleration)
    nearest = (turned @ sphere().T).argmax(axis=1)
    return float(density[nearest].mean())


def resolve(samples: Samples, rate_hz: float, position: str, density: npt.NDArray[np.float32]) -> Turn:
    """The candidate turn of the position that a whole stream asks for; `AS_IS` when in doubt or too short."""
    directions = gravity_directions(samples, rate_hz)
    if len(directions) < _FEWEST_BLOCKS:
        return AS_IS
    candidates = CANDIDATES[position]
    scores = [score(directions, density, turn) for turn in candidates]
    best = int(np.argmax(scores))
    return candidates[best] if scores[best] > scores[0] + MARGIN_NATS[position] else AS_IS


def turned(samples: Samples, turn: Turn) -> Samples:
    """(6, n) samples in the candidate's axes."""
    if turn is AS_IS:
        return samples
    signs = np.array(turn.acceleration + turn.rotation, dtype=np.float32)
    return np.ascontiguousarray(samples * signs[:, None])


def learn(
    streams: Sequence[Samples], rate_hz: float, position: str, rounds: int = 4
) -> tuple[npt.NDArray[np.float32], list[Turn]]:
    """A position's density and the turn of every training stream, by alternating between the two.

    Most devices are worn the usual way, so the usual way wins; each stream counts the same however long it is.
    """
    directions = [gravity_directions(stream, rate_hz) for stream in streams]
    turns = [AS_IS] * len(streams)
    density = np.zeros(GRID_POINTS, dtype=np.float32)
    for _ in range(rounds):
        rows = [d * np.asarray(t.acceleration) for d, t in zip(directions, turns, strict=True) if len(d)]
        weights = [np.full(len(row), 1.0 / len(row)) for row in rows]
        density = log_density(np.concatenate(rows), np.concatenate(weights))
        turns = [resolve(stream, rate_hz, position, density) for stream in streams]
    return density, turns
