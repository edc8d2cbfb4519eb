"""Random windows from the corpus: every batch mixes the sets, and rare classes come more often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.motion.taxonomy import LEAVES, POSITIONS, indices, known_leaves
from models.motion.training.corpus import Corpus

# Window lengths in samples at 50 Hz and the share of each source in a batch of that length: the sets' own protocol
# lengths get most of their own windows, but every source is seen at every length from 2 to 5.12 s.
LENGTHS = (100, 128, 192, 250, 256)
LENGTH_SHARES = (0.27, 0.33, 0.1, 0.25, 0.05)
SOURCE_SHARES: dict[str, tuple[float, ...]] = {
    "usc_had": (0.45, 0.2, 0.2, 0.1, 0.1),
    "hapt": (0.12, 0.2, 0.2, 0.1, 0.1),
    "motionsense": (0.12, 0.2, 0.2, 0.1, 0.1),
    "wisdm_watch": (0.16, 0.2, 0.2, 0.35, 0.35),
    "wisdm_phone": (0.15, 0.2, 0.2, 0.35, 0.35),
}
# Macro-F1 weighs classes equally: between natural frequency (0) and uniform (1).
CLASS_BALANCE = 0.5
# A window may stick out of its run by this share: its label is the majority's.
OVERHANG = 0.3
FASTEST, SLOWEST = 1.1, 0.9


@dataclass(frozen=True, slots=True)
class Batch:
    """windows: (batch, 6, samples). target, known: (batch, leaves) bool, the label's leaves and those the set can know.

    position: (batch,) rows of `POSITIONS`. native_20_hz: (batch,) bool.
    """

    windows: Tensor
    target: Tensor
    known: Tensor
    position: Tensor
    native_20_hz: Tensor


class WindowSampler:
    """Draws batches from one long array that holds every stream end to end, on the device that trains."""

    def __init__(
        self,
        corpus: Corpus,
        device: torch.device | None = None,
        overhang: float = OVERHANG,
        shares_of: Mapping[str, Sequence[float]] = SOURCE_SHARES,
    ) -> None:
        self.device = device or torch.device("cpu")
        self._overhang = overhang
        samples = np.concatenate([stream.samples.T for stream in corpus.streams])
        self._samples = torch.from_numpy(samples).to(self.device)
        names = [name for name in shares_of if any(s.source == name for s in corpus.streams)]
        rows: dict[str, list[tuple[int, int, int, int, str]]] = defaultdict(list)
        place: dict[str, tuple[int, str]] = {}
        offset = 0
        for stream in corpus.streams:
            n = stream.samples.shape[1]
            place[stream.source] = (POSITIONS.index(stream.position), stream.dataset)
            for run in stream.runs:
                rows[stream.source].append((offset + run.start, offset + run.end, offset, offset + n, run.label))
            offset += n
        self.seconds = sum(r[1] - r[0] for source in rows.values() for r in source) / 50.0
        shares = np.array([shares_of[name] for name in names])
        chance = np.concatenate(
            [_chances(rows[name])[None] * shares[i][:, None] for i, name in enumerate(names)], axis=1
        )
        ordered = [row for name in names for row in rows[name]]
        bounds = np.array([row[:4] for row in ordered], dtype=np.int64)
        target = np.zeros((len(ordered), len(LEAVES)), dtype=np.bool_)
        known = np.zeros_like(target)
        position = np.zeros(len(ordered), dtype=np.int64)
        at = 0
        for name in names:
            for label in (row[4] for row in rows[name]):
                target[at, indices([label])] = True
                known[at, indices(known_leaves(place[name][1]))] = True
                position[at] = place[name][0]
                at += 1
        self._cumulative = torch.from_numpy(np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)).to(
            self.device
        )
        self._bounds = torch.from_numpy(bounds).to(self.device)
        self._target = torch.from_numpy(target).to(self.device)
        self._known = torch.from_numpy(known).to(self.device)
        self._position = torch.from_numpy(position).to(self.device)

    def draw(
        self, rng: np.random.Generator, generator: torch.Generator, size: int, alike: int = 0, of_a_run: int = 1
    ) -> Batch:
        """A batch of one random length; `generator` lives on the sampler's device, `rng` only picks the length.

        The pace of a window is stretched by up to 10 % (linear interpolation). alike: the first so many windows come `of_a_run`
        from one run each, so that they are hard to tell apart.
        """
        which = int(rng.choice(len(LENGTHS), p=LENGTH_SHARES))
        length = LENGTHS[which]
        draws = torch.rand((3, size), generator=generator, device=self.device, dtype=torch.float64)
        draws[2, :alike] = draws[2, torch.arange(alike, device=self.device) // of_a_run]
        run = torch.searchsorted(self._cumulative[which], draws[2]).clamp_max_(len(self._bounds) - 1)
        pace = SLOWEST + (FASTEST - SLOWEST) * draws[0]
        start, end, low, high = self._bounds[run].unbind(1)
        extent = pace * (length - 1) + 1
        first = start - self._overhang * extent
        last = end - (1 - self._overhang) * extent
        begin = torch.minimum(first, last) + (last - first).abs() * draws[1]
        begin = torch.minimum(torch.maximum(begin, low.double()), torch.maximum(low.double(), high - extent - 1))
        steps = torch.arange(length, device=self.device, dtype=torch.float64)
        at = torch.minimum(begin[:, None] + pace[:, None] * steps, (high - 1.001)[:, None])
        whole = at.long()
        part = (at - whole).float()[:, :, None]
        windows = torch.lerp(self._samples[whole], self._samples[whole + 1], part).transpose(1, 2).contiguous()
        known = self._known[run]
        return Batch(windows, self._target[run], known, self._position[run], known[:, LEAVES.index("typing")])


def _chances(rows: list[tuple[int, int, int, int, str]]) -> npt.NDArray[np.float64]:
    """(runs,) chances of one source's runs, by their length and their label's rarity."""
    total: dict[str, float] = defaultdict(float)
    for start, end, _, _, label in rows:
        total[label] += float(end - start)
    weight = np.array([(end - start) / total[label] ** CLASS_BALANCE for start, end, _, _, label in rows])
    return np.asarray(weight / weight.sum())
