"""From layouts and encoder rows to padded batches of similar length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.chronos import ChronosEmbedder
from models.sensorllm.processing_sensorllm import ROW, Layout

# Batches are cut from this many shuffled ones sorted by length: little padding, and still a random order.
BATCHES_SORTED = 40
IGNORED = -100


@dataclass(frozen=True, slots=True)
class FeatureStore:
    """Encoder rows computed once (the encoder is frozen): values (rows, d) and each example's first and end row."""

    values: Tensor
    edges: npt.NDArray[np.int64]

    def of(self, examples: Sequence[int]) -> Tensor:
        """The rows of these examples, one after another."""
        spans = [torch.arange(int(self.edges[i]), int(self.edges[i + 1])) for i in examples]
        return self.values[torch.cat(spans).to(self.values.device)]


def encode_all(embedder: ChronosEmbedder, examples: Sequence[Sequence[npt.NDArray[np.floating]]]) -> FeatureStore:
    """Every example's series, in order, through the encoder. Kept in half precision: one bin more or less must stay visible."""
    flat = [series for example in examples for series in example]
    rows = embedder.encode(flat, torch.float16)
    counts = iter(rows)
    sizes = [sum(len(next(counts)) for _ in example) for example in examples]
    values = torch.cat(rows) if rows else torch.empty((0, embedder.size), dtype=torch.float16)
    return FeatureStore(values, np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]))


def plan(lengths: Sequence[int], batch_size: int, rng: np.random.Generator) -> list[list[int]]:
    """Indices in random batches of `batch_size` (a rest is left out unless it is all there is) with little padding."""
    order = rng.permutation(len(lengths))
    width = batch_size * BATCHES_SORTED
    batches: list[list[int]] = []
    for first in range(0, len(order), width):
        chunk = sorted(order[first : first + width].tolist(), key=lambda i: lengths[i])
        batches += [chunk[at : at + batch_size] for at in range(0, len(chunk), batch_size)]
    full = [batch for batch in batches if len(batch) == batch_size] or batches
    return [full[i] for i in rng.permutation(len(full))]


def collate(
    layouts: Sequence[Layout],
    features: Tensor,
    markers: int,
    *,
    with_answers: bool = False,
    targets: Sequence[int] | None = None,
    steps: Sequence[npt.NDArray[np.int64]] | None = None,
    levels: Tensor | None = None,
) -> dict[str, Tensor]:
    """The arguments of `SensorLLMModel.forward`. features: the rows of these layouts in order. markers: 2C.

    steps: for each layout what its rows are to be read as (−100: nothing). levels: of each window, for a model that reads them.
    """
    longest = max(len(layout) for layout in layouts)
    ids = np.zeros((len(layouts), longest), dtype=np.int64)
    source = np.zeros_like(ids)
    answers = np.full_like(ids, IGNORED)
    read = np.full_like(ids, IGNORED)
    row = markers + 1
    for i, layout in enumerate(layouts):
        n = len(layout)
        ids[i, :n] = layout.tokens
        source[i, :n] = layout.marks
        places = np.flatnonzero(layout.marks == ROW)
        source[i, places] = np.arange(row, row + len(places))
        row += len(places)
        if steps is not None:
            read[i, places] = steps[i]
        if with_answers:  # position t predicts token t + 1
            answers[i, layout.answer - 1 : n - 1] = layout.tokens[layout.answer :]
    batch = {"features": features, "input_ids": torch.from_numpy(ids), "source": torch.from_numpy(source)}
    if with_answers:
        batch["answers"] = torch.from_numpy(answers)
    else:
        batch["last"] = torch.tensor([len(layout) - 1 for layout in layouts])
    if steps is not None:
        batch["steps"] = torch.from_numpy(read)
    if levels is not None:
        batch["levels"] = levels
    if targets is not None:
        batch["targets"] = torch.tensor(list(targets))
    return batch
