"""The steps of a run: three stages over one model, kept on disk, going on where they were."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from models.llasa.modeling_llasa import LlasaModel, Part
from models.llasa.training.batches import Item, batches, collate
from models.llasa.training.recipe import Recipe
from models.llasa.training.warm_start import WarmStart
from models.training_state import FILE, RunState, load_run, save_run, to_go_on

Progress = Callable[[str, float], None]
Stage = Literal["warm", "align", "tune"]
STAGES: tuple[Stage, ...] = ("warm", "align", "tune")
# A run killed at any moment loses no more than this.
save_every_s = 90.0


@dataclass(slots=True)
class Clock:
    """Tokens through the language model and the seconds they took."""

    tokens: int = 0
    seconds: float = 0.0


class Runner:
    """Model, optimizer and clock of one run. items: of `align` and `tune`. warm: the loss on labelled windows, None where the
    recipe has none; warm_steps: of the stage of its own, 0 where that is left out.
    """

    def __init__(
        self,
        model: LlasaModel,
        recipe: Recipe,
        windows: Tensor,
        items: Mapping[Stage, Sequence[Item]],
        warm: WarmStart | None,
        warm_steps: int,
        first: int,
        pad: int,
        seed: int,
    ) -> None:
        self.model, self.recipe, self.windows, self.items, self.warm = model, recipe, windows, items, warm
        self.first, self.pad, self.seed = first, pad, seed
        self.warm_steps = warm_steps
        self.device = windows.device
        self.clock = Clock()

    def groups(self, stage: Stage) -> list[dict[str, Any]]:
        """What the stage trains, with the peak rates."""
        recipe = self.recipe
        parts: list[Part] = ["projector", "adapter"] if stage == "tune" else ["projector"]
        if (stage == "tune" and recipe.tune_encoder) or (stage == "warm" and recipe.warm_encoder):
            parts.append("encoder")
        self.model.trained(parts)
        projector = {"warm": recipe.warm_rate, "align": recipe.align_rate, "tune": recipe.projector_rate}[stage]
        rates = {"projector": projector, "adapter": recipe.adapter_rate, "encoder": recipe.encoder_rate}
        return [{"params": self.model.part(part), "lr": rates[part], "peak": rates[part]} for part in parts]

    def _optimizer(self, stage: Stage) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.groups(stage), weight_decay=0.0)

    def step(self, optimizer: torch.optim.Optimizer, stage: Stage, row: Sequence[int], number: int) -> float:
        """One step through the language model; its loss, with that of the start beside it in the second stage."""
        items = self.items[stage]
        batch = collate(items, row, self.pad, self.device)
        about = None if batch.windows is None else self.windows[batch.windows]
        began = time.monotonic()
        with torch.autocast(self.device.type, torch.bfloat16):
            loss = self.model(batch.input_ids, about, self.first, batch.answers).loss
        if stage == "tune" and self.warm is not None and self.recipe.beside_weight:
            rows = self.warm.rows(number, self.recipe.warm_batch)
            loss = loss + self.recipe.beside_weight * self.warm.loss(rows, number)
        value = self._descend(optimizer, loss)
        self.clock.seconds += time.monotonic() - began
        self.clock.tokens += batch.tokens
        return value

    def warm_step(self, optimizer: torch.optim.Optimizer, number: int) -> float:
        assert self.warm is not None
        return self._descend(optimizer, self.warm.loss(self.warm.rows(number, self.recipe.warm_batch), number))

    def _descend(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> float:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], self.recipe.largest_gradient)
        optimizer.step()
        return float(loss.detach())

    def affordable(self, stage: Stage, minutes: float) -> int:
        """Steps of `stage` that fit into `minutes` beside a warm start, timed on a few whose effect is undone.

        On a processor the minutes are its own: what other programs take of it is not counted.
        """
        before = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        left_s = 60 * minutes
        if self.warm_steps:
            optimizer = self._optimizer("warm")
            seconds = [self._timed(lambda n=n: self.warm_step(optimizer, n)) for n in range(5)]  # type: ignore[misc]
            left_s -= float(np.median(seconds[1:])) * self.warm_steps
        optimizer = self._optimizer(stage)
        items = self.items[stage]
        plan = batches(items, self.recipe.batch_tokens, np.random.default_rng(self.seed))[:7]
        seconds = [self._timed(lambda n=n, row=row: self.step(optimizer, stage, row, n)) for n, row in enumerate(plan)]  # type: ignore[misc]
        self.model.load_state_dict(before)
        self.clock = Clock()
        return max(2, int(left_s / float(np.mean(seconds[2:] or seconds))))

    def _timed(self, run: Callable[[], object]) -> float:
        alone = self.device.type == "cpu"
        began = time.process_time() if alone else time.monotonic()
        run()
        seconds = (time.process_time() if alone else time.monotonic()) - began
        return seconds / (torch.get_num_threads() if alone else 1)

    def run(
        self, lengths: Mapping[Stage, int], settings: Mapping[str, Any], folder: Path | None, tick: Progress
    ) -> None:
        """The stages in order. With a folder the state is kept there, and a run found there goes on."""
        found = load_run(folder / FILE) if folder is not None else None
        state = to_go_on(folder or Path(), found, settings, STAGES[0])
        if found is not None:
            self.model.load_state_dict(found.group("model"))
        stopped_in, stopped_at = state.stage, state.done
        total, before = sum(lengths.values()), 0
        for stage, length in lengths.items():
            if STAGES.index(stage) >= STAGES.index(stopped_in):
                optimizer = self._optimizer(stage)
                again = found is not None and stage == stopped_in
                if found is not None and again:
                    found.restore(optimizer)
                state.stage, state.done = stage, stopped_at if again else 0
                self._stage(stage, length, optimizer, state, folder, partial(_told, tick, before, total))
            before += length

    def _stage(
        self,
        stage: Stage,
        length: int,
        optimizer: torch.optim.Optimizer,
        state: RunState,
        folder: Path | None,
        tick: Callable[[str, int], None],
    ) -> None:
        kept = time.monotonic()
        losses: list[float] = []
        for number, row in self._rows(stage, length):
            if number < state.done:
                continue
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * schedule(number / length, self.recipe.warm_up)
            if stage == "warm":
                losses.append(self.warm_step(optimizer, number))
            else:
                losses.append(self.step(optimizer, stage, row, number))
            tick(f"{stage}: step {number + 1}/{length}, loss {np.mean(losses[-30:]):.3f}", number + 1)
            last = number + 1 == length
            if folder is not None and (last or time.monotonic() - kept > save_every_s):
                state.done = number + 1
                save_run(folder / FILE, state, optimizer, {"model": self.model.state_dict()})
                kept = time.monotonic()

    def _rows(self, stage: Stage, length: int) -> Iterator[tuple[int, list[int]]]:
        """(step, items of its batch) for `length` steps; each pass over the items in its own order."""
        if stage == "warm":
            yield from ((number, []) for number in range(length))
            return
        number, epoch = 0, 0
        while number < length:
            for row in batches(self.items[stage], self.recipe.batch_tokens, np.random.default_rng((self.seed, epoch))):
                if number == length:
                    return
                yield number, row
                number += 1
            epoch += 1


def _told(tick: Progress, before: int, total: int, text: str, number: int) -> None:
    tick(text, (before + number) / total)


def schedule(share: float, warm_up: float) -> float:
    """Of the peak rate: up within `warm_up` of the run, then down along half a cosine."""
    if share < warm_up:
        return 0.02 + 0.98 * share / warm_up
    return 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))
