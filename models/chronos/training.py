"""`train_chronos`: pretrain the encoder with Chronos's own objective, the next tokens of a series (encoder–decoder).

Beside it stand two objectives of our own: every encoder row tells whether its sample rose, fell or stayed since the one before,
and whether it is above, below or level with the first; the end's row tells the latter of the last sample. All need samples only.
What SensorLLM puts into words has to be in the rows, and a short training leaves them without it.
"""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import T5Config, T5EncoderModel, T5ForConditionalGeneration

from models.backbone import Progress, quiet_loading
from models.chronos.binning import StandardisedUniformBins, binning
from models.chronos.card import ChronosSummary, write_card
from models.chronos.embedder import tiny_t5
from models.chronos.series import SeriesBank, longest_recorded, read_series
from models.chronos.start import start_ordered
from models.motion.predictor import pick_device
from models.training_state import FILE, load_run, save_run, to_go_on
from recordings import UserError

DEFAULT_STEPS = 8000
SAVE_EVERY = 200
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


@dataclass(frozen=True, slots=True)
class Recipe:
    """context_samples: lengths drawn from, one a batch, so that nothing is padded. rows: samples a batch.

    step_weight, whole_weight: of the rows' own objectives (since the sample before, since the first) beside Chronos's (0 and 0:
    Chronos's alone). ordered: start as `start` says.
    """

    context_samples: tuple[int, ...] = (16, 32, 64, 128, 200, 512)
    prediction_samples: int = 32
    rows: int = 4096
    peak_rate: float = 1e-3
    step_weight: float = 1.0
    whole_weight: float = 1.0
    ordered: bool = True
    warm_up: float = 0.05
    weight_decay: float = 0.01
    largest_gradient: float = 1.0
    drawn_series: int = 1500


def batch_of(
    bank: SeriesBank, bins: StandardisedUniformBins, rng: np.random.Generator, context: int, recipe: Recipe
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Token ids of contexts (n, context + 1), of what follows them on the same scale (n, prediction + 1), the contexts' steps
    (n, context − 1): 0 falls, 1 stays, 2 rises, and in the same words where each sample but the first stands beside the first,
    the last one said again for the end's row (n, context).
    """
    count = max(1, recipe.rows // (context + recipe.prediction_samples))
    values = torch.from_numpy(bank.draw(rng, count, context + recipe.prediction_samples))
    ids, _, scale = bins.context_input_transform(values[:, :context])
    bins.config.prediction_length = recipe.prediction_samples
    labels, _ = bins.label_input_transform(values[:, context:], scale)
    steps = torch.sign(values[:, 1:context] - values[:, : context - 1]).long() + 1
    beside = torch.sign(values[:, 1:context] - values[:, :1]).long() + 1
    return ids, labels, steps, torch.cat([beside, beside[:, -1:]], dim=1)


def train_chronos(
    data_dir: Path,
    output_dir: Path,
    *,
    seed: int = 0,
    steps: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    config: T5Config | None = None,
    recipe: Recipe | None = None,
    bank: SeriesBank | None = None,
) -> ChronosSummary:
    """Pretrain and write the encoder alone (half precision), its card and the state to resume from into `output_dir`.

    `budget_minutes` chooses the steps from the time of a few on this machine; `steps` is reproducible. Raises UserError
    where the data are missing or the folder holds a run of other settings.
    """
    started = time.monotonic()
    tick: Progress = progress or (lambda text, share: None)
    chosen, recipe, config = pick_device(device), recipe or Recipe(), config or tiny_t5(dropout=0.0, start_scale=1.0)
    output_dir.mkdir(parents=True, exist_ok=True)
    bank = bank or read_series(data_dir, seed, recipe.drawn_series, progress=tick)
    if not bank.recorded:
        raise UserError(data_dir, expected="recordings of training subjects", found="none", cure="name another folder")
    learner = _Learner(config, recipe, bank, seed, chosen)
    file = output_dir / FILE
    found = load_run(file) if resume else None
    if steps is None and found is not None:
        steps = int(found.state.settings["steps"])
    if steps is None:
        steps = DEFAULT_STEPS if budget_minutes is None else _affordable(budget_minutes, config, recipe, bank, chosen)
    settings = {"seed": seed, "steps": steps, "size": config.d_model, "recipe": asdict(recipe)}
    state = to_go_on(output_dir, found, settings)
    if found:
        learner.parts.load_state_dict(found.group("model"))
        found.restore(learner.optimizer)
    while state.done < steps:
        losses = []
        for step in range(state.done, min(steps, state.done + SAVE_EVERY)):
            losses.append(learner.step(step, steps))
            if step % 20 == 19:
                tick(f"loss {float(torch.stack(losses[-20:]).mean()):.3f}", (step + 1) / steps)
        state.done += len(losses)
        state.history.append({"step": state.done, "loss": round(float(torch.stack(losses).mean()), 4)})
        save_run(file, state, learner.optimizer, {"model": learner.parts.state_dict()})
    state.outcome = {"validation": learner.validate()}
    summary = ChronosSummary(
        output_dir,
        state.done,
        time.monotonic() - started,
        str(chosen),
        sum(p.numel() for p in learner.model.encoder.parameters()),
        state.outcome["validation"],
        {name: list(who) for name, who in bank.subjects.items()},
        state.history,
    )
    _write(output_dir, learner.model, config, summary)
    return summary


class _Learner:
    def __init__(self, config: T5Config, recipe: Recipe, bank: SeriesBank, seed: int, device: torch.device) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = T5ForConditionalGeneration(config)
            self.steps = torch.nn.Linear(config.d_model, 3)
            self.whole = torch.nn.Linear(config.d_model, 3)
            if recipe.ordered:
                start_ordered(self.model)
        self.parts = torch.nn.ModuleDict({"t5": self.model, "steps": self.steps, "whole": self.whole}).to(device)
        self.optimizer = torch.optim.AdamW(
            self.parts.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
        )
        self.recipe, self.bank, self.seed, self.device = recipe, bank, seed, device
        self.bins = binning()
        self.contexts = [
            n - recipe.prediction_samples
            for n in longest_recorded(bank, [c + recipe.prediction_samples for c in recipe.context_samples])
        ]

    def step(self, step: int, total: int) -> Tensor:
        """One step; all its randomness comes from (seed, step), so that a resumed run is the same run."""
        rng = np.random.default_rng((self.seed, step))
        share = step / total
        rate = min(1.0, (share + 1e-3) / self.recipe.warm_up) * 0.5 * (1.0 + math.cos(math.pi * share))
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.peak_rate * max(rate, 0.01)
        self.model.train()
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(2**62)))
            nats, step_nats, whole_nats, _ = self._losses(
                *batch_of(self.bank, self.bins, rng, self.contexts[step % len(self.contexts)], self.recipe)
            )
            loss = nats + self.recipe.step_weight * step_nats + self.recipe.whole_weight * whole_nats
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parts.parameters(), self.recipe.largest_gradient)
        self.optimizer.step()
        return nats.detach()

    def _losses(
        self, ids: Tensor, labels: Tensor, steps: Tensor, whole: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, dict[str, Tensor]]:
        """Nats a next token, a step and a comparison with the first, and the shares of rows that told each right."""
        ids, labels, steps, whole = (
            tensor.to(self.device, non_blocking=True) for tensor in (ids, labels, steps, whole)
        )
        with torch.autocast(self.device.type, torch.bfloat16):
            out = self.model(input_ids=ids, attention_mask=ids != 0, labels=labels)
        cost = torch.nn.functional.cross_entropy
        nats = cost(out.logits.float().flatten(0, 1), labels.flatten(), ignore_index=0)
        # Row 0 has nothing before it; the last row is the end's, which has no step of its own.
        rows = out.encoder_last_hidden_state.float()[:, 1:]
        told, placed = self.steps(rows[:, :-1]), self.whole(rows)
        right = placed.argmax(-1) == whole
        shares = {
            "steps": (told.argmax(-1) == steps).float().mean(),
            "beside_first": right[:, :-1].float().mean(),
            "ends": right[:, -1].float().mean(),
        }
        # Half of the comparison is the end's row: one in a hundred rows, and the one that an overall trend is read from.
        compared = cost(placed[:, :-1].flatten(0, 1), whole[:, :-1].flatten()) + cost(placed[:, -1], whole[:, -1])
        return nats, cost(told.flatten(0, 1), steps.flatten()), 0.5 * compared, shares

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.model.eval()
        rng = np.random.default_rng((self.seed, 2**31))
        out = {}
        for context in self.contexts:
            nats, _, _, shares = self._losses(*batch_of(self.bank, self.bins, rng, context, self.recipe))
            out[f"nats_{context}"] = round(float(nats), 4)
            out |= {f"{name}_{context}": round(float(share), 4) for name, share in shares.items()}
        out["nats_uniform"] = round(math.log(4096), 4)
        return out


def _affordable(budget_minutes: float, config: T5Config, recipe: Recipe, bank: SeriesBank, device: torch.device) -> int:
    trial = _Learner(config, recipe, bank, 0, device)
    count = len(trial.contexts)
    for step in range(count):
        trial.step(step, 10)
    begun = time.monotonic()
    for step in range(count):
        float(trial.step(step, 10))
    return max(1, int(60 * budget_minutes / ((time.monotonic() - begun) / count)))


def _write(folder: Path, model: T5ForConditionalGeneration, config: T5Config, summary: ChronosSummary) -> None:
    config.checkpoint_name, config.licence = "chronos-base", LICENCE
    encoder = T5EncoderModel(config)
    encoder.load_state_dict(
        {k: v.cpu() for k, v in model.state_dict().items() if not k.startswith(("decoder", "lm_head"))}
    )
    with quiet_loading():
        encoder.half().save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    write_card(folder, summary)
