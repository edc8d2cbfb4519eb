"""Sequences of like length side by side, padded on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.llasa.prompt import IGNORED


@dataclass(frozen=True, slots=True)
class Item:
    """One exchange: its token ids, its targets, and the window it is about (None: text alone)."""

    ids: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int32]
    window: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """input_ids, answers: (batch, tokens) int64. windows: (batch,) indices, None for text alone."""

    input_ids: Tensor
    answers: Tensor
    windows: Tensor | None

    @property
    def tokens(self) -> int:
        return int(self.input_ids.numel())


def batches(items: Sequence[Item], tokens: int, rng: np.random.Generator) -> list[list[int]]:
    """Numbers of the items of each batch: at most `tokens` padded tokens, with and without windows apart, in drawn order."""
    found: list[list[int]] = []
    order = rng.permutation(len(items))
    for sensor in (True, False):
        chosen = [int(i) for i in order if (items[i].window is not None) == sensor]
        chosen.sort(key=lambda i: len(items[i].ids) // 8)
        row: list[int] = []
        longest = 0
        for i in chosen:
            length = len(items[i].ids)
            if row and max(longest, length) * (len(row) + 1) > tokens:
                found.append(row)
                row, longest = [], 0
            row.append(i)
            longest = max(longest, length)
        if row:
            found.append(row)
    return [found[i] for i in rng.permutation(len(found))]


def collate(items: Sequence[Item], chosen: Sequence[int], pad: int, device: torch.device) -> Batch:
    longest = max(len(items[i].ids) for i in chosen)
    ids = np.full((len(chosen), longest), pad, np.int64)
    answers = np.full((len(chosen), longest), IGNORED, np.int64)
    for row, i in enumerate(chosen):
        ids[row, : len(items[i].ids)] = items[i].ids
        answers[row, : len(items[i].targets)] = items[i].targets
    windows = [items[i].window for i in chosen]
    about = None if windows[0] is None else torch.tensor([w for w in windows if w is not None], device=device)
    return Batch(torch.from_numpy(ids).to(device), torch.from_numpy(answers).to(device), about)


def padded_share(items: Sequence[Item], plan: Sequence[Sequence[int]]) -> float:
    """Share of padding over a plan: what bucketing leaves."""
    real = sum(len(i.ids) for i in items)
    total = sum(len(row) * max(len(items[i].ids) for i in row) for row in plan)
    return 1 - real / total if total else 0.0


def cycled(items: Sequence[Item], tokens: int, seed: int) -> Iterator[tuple[int, list[int]]]:
    """(epoch, batch) without end, each epoch in its own order."""
    epoch = 0
    while True:
        for row in batches(items, tokens, np.random.default_rng((seed, epoch))):
            yield epoch, row
        epoch += 1
