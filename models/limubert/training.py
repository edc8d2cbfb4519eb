"""`train_limubert`: fill in masked samples of unlabelled windows of the training subjects."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.limubert.card import set_of, write_card
from models.limubert.configuration_limubert import LimuBertConfig
from models.limubert.masking import BLANKED, span_masks
from models.limubert.measuring import fill_in, linear_probe
from models.limubert.modeling_limubert import LimuBertForReconstruction
from models.limubert.windows import WINDOW_S, LabelledWindow, read_windows
from models.motion.predictor import pick_device
from models.motion.subjects import VALIDATION_SUBJECTS
from models.training_state import FILE, load_run, save_run, saved_state, to_go_on
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS

Progress = Callable[[str, float], None]
Floats = npt.NDArray[np.float32]
DEFAULT_EPOCHS = 300
SETS = ("usc_had", "hapt", "motionsense", "wisdm")
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"
# A run killed at any moment loses no more than this.
save_every_s = 60.0
# Windows a protocol whose labels the linear reader is fitted on: enough for 144 numbers a window.
_PROBED = 2500


@dataclass(frozen=True, slots=True)
class Pretraining:
    """The outcome. figures: of the validation and the held-out subjects, per protocol, as the card prints them."""

    output_dir: Path
    steps: int
    epochs: float
    batch_size: int
    seed: int
    seconds: float
    device: str
    parameters: int
    train_windows: int
    train_mse: float
    figures: dict[str, dict[str, dict[str, float]]]


def split_by_subject(
    data_dir: Path, stride_s: float = WINDOW_S / 2, sets: tuple[str, ...] = SETS
) -> dict[str, list[LabelledWindow]]:
    """train, validation and test windows, by subject alone."""
    sides: dict[str, list[LabelledWindow]] = {"train": [], "validation": [], "test": []}
    for window in read_windows(data_dir, sets, stride_s):
        name = set_of(window)
        if window.subject in HELD_OUT_SUBJECTS[name]:
            sides["test"].append(window)
        else:
            sides["validation" if window.subject in VALIDATION_SUBJECTS[name] else "train"].append(window)
    return sides


def train_limubert(
    data_dir: Path,
    output_dir: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    batch_size: int = 128,
    peak_rate: float = 1e-3,
    config: LimuBertConfig | None = None,
    sets: tuple[str, ...] = SETS,
) -> Pretraining:
    """Masked-span pretraining (15 % of the samples; 80 % of the windows have them zeroed, the rest keep them), MSE on masked samples.

    Nothing is learnt from validation and held-out subjects; the figures of both go into the card. The state is kept every
    minute and a run found in the folder goes on bit for bit on one device; a budgeted one keeps the length chosen first.
    UserError when the data are missing or the folder holds a run with other settings.
    """
    tick = progress or (lambda text, share: None)
    chosen, config = pick_device(device), config or LimuBertConfig(licence=LICENCE)
    tick("reading windows", 0.0)
    sides = split_by_subject(data_dir, sets=sets)
    if not sides["train"]:
        raise UserError(data_dir, expected="the four motion sets", found="no windows", cure="see --data")
    x = torch.from_numpy(np.stack([w.values for w in sides["train"]])).to(chosen)
    settings: dict[str, object] = {"seed": seed, "batch_size": batch_size, "rate": peak_rate, "windows": len(x)}
    output_dir.mkdir(parents=True, exist_ok=True)
    steps = _length(x, output_dir if resume else None, settings, epochs, budget_minutes, seed, config)
    settings["steps"] = steps
    run = _Run(_fresh(seed, config).to(chosen), x, batch_size, peak_rate, steps, seed)
    seconds = run.go(settings, output_dir, resume, tick)
    tick("measuring", 1.0)
    run.model.config.revision_name = f"limubert-s{seed}-n{steps}"
    run.model.save_pretrained(output_dir)
    (output_dir / "model.safetensors").chmod(0o644)
    outcome = Pretraining(
        output_dir,
        steps,
        round(steps * batch_size / len(x), 2),
        batch_size,
        seed,
        round(seconds, 1),
        str(chosen),
        sum(p.numel() for p in run.model.parameters()),
        len(x),
        run.loss,
        _figures(run.model, sides, seed),
    )
    facts = {k: v for k, v in asdict(outcome).items() if k != "output_dir"}
    write_card(output_dir, facts, sides)
    (output_dir / "training.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return outcome


def _fresh(seed: int, config: LimuBertConfig) -> LimuBertForReconstruction:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LimuBertForReconstruction(config)


def _length(
    x: Tensor,
    folder: Path | None,
    settings: Mapping[str, object],
    epochs: int | None,
    budget_minutes: float | None,
    seed: int,
    config: LimuBertConfig,
) -> int:
    """Steps of the whole run: by epochs, or by what eight timed steps promise; of a run found there, its own."""
    batch = int(str(settings["batch_size"]))
    if epochs is not None or budget_minutes is None:
        return (epochs or DEFAULT_EPOCHS) * math.ceil(len(x) / batch)
    found = saved_state(folder / FILE) if folder is not None else None
    if found is not None and {**found.settings, "steps": 0} == {**settings, "steps": 0}:
        return int(found.settings["steps"])
    trial = _Run(_fresh(seed, config).to(x.device), x, batch, 1e-3, 10, seed)
    seconds = [trial.step(number) for number in range(10)][2:]
    return max(1, int(60 * budget_minutes / float(np.median(seconds))))


class _Run:
    """Model, optimizer and the batches of a run: everything drawn comes from the seed and the epoch."""

    def __init__(
        self, model: LimuBertForReconstruction, x: Tensor, batch: int, peak_rate: float, steps: int, seed: int
    ) -> None:
        self.model, self.x, self.batch = model, x, batch
        self.peak_rate, self.steps, self.seed = peak_rate, steps, seed
        self.optimizer = torch.optim.Adam(model.parameters(), lr=peak_rate)
        self.loss = float("nan")
        self._epoch = -1
        self._drawn: tuple[Tensor, Tensor, Tensor] | None = None

    def _of(self, epoch: int) -> tuple[Tensor, Tensor, Tensor]:
        """(order, masks, whether blanked) of an epoch."""
        if self._drawn is None or self._epoch != epoch:
            rng = np.random.default_rng((self.seed, epoch))
            drawn = (
                rng.permutation(len(self.x)),
                span_masks(rng, len(self.x), self.x.shape[1]),
                rng.random(len(self.x)) < BLANKED,
            )
            order, masks, blank = (torch.from_numpy(part).to(self.x.device) for part in drawn)
            self._drawn, self._epoch = (order, masks, blank), epoch
        return self._drawn

    def step(self, number: int) -> float:
        """One step of the run; the seconds it took."""
        each = math.ceil(len(self.x) / self.batch)
        order, masks, blank = self._of(number // each)
        clock = time.monotonic()
        at = number % each * self.batch
        rows = order[at : at + self.batch]
        share = number / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.peak_rate * min(1.0, 0.02 + share / 0.03) * 0.5 * (1 + math.cos(math.pi * share))
        self.model.train()
        truth, mask = self.x[rows], masks[rows]
        shown = truth.masked_fill((mask & blank[rows, None])[:, :, None], 0.0)
        loss = (self.model(shown) - truth)[mask].square().mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        value = float(loss.detach())
        self.loss = value if math.isnan(self.loss) else 0.99 * self.loss + 0.01 * value
        return time.monotonic() - clock

    def go(self, settings: Mapping[str, object], folder: Path, resume: bool, tick: Progress) -> float:
        """All steps that are left, kept every minute; their seconds."""
        found = load_run(folder / FILE) if resume else None
        state = to_go_on(folder, found, settings)
        if found is not None:
            self.model.load_state_dict(found.group("model"))
            found.restore(self.optimizer)
            self.loss = float(state.outcome["loss"])
        begun = kept = time.monotonic()
        for number in range(state.done, self.steps):
            self.step(number)
            if time.monotonic() - kept > save_every_s or number + 1 == self.steps:
                state.done, state.outcome = number + 1, {"loss": self.loss}
                save_run(folder / FILE, state, self.optimizer, {"model": self.model.state_dict()})
                kept = time.monotonic()
            if number % 20 == 19 or number + 1 == self.steps:
                tick(f"step {number + 1}/{self.steps}, masked MSE {self.loss:.4f}", (number + 1) / self.steps)
        return time.monotonic() - begun


def _figures(
    model: LimuBertForReconstruction, sides: Mapping[str, Sequence[LabelledWindow]], seed: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Per protocol and side: filling in, and for held-out subjects the linear reader."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for side in ("validation", "test"):
        for name, windows in _by_protocol(sides[side]):
            row = {"filling_in": asdict(fill_in(model, np.stack([w.values for w in windows]), seed))}
            train = [w for w in sides["train"] if w.dataset == name]
            if len({w.label for w in train}) > 1:
                pick = np.random.default_rng(seed).permutation(len(train))[:_PROBED]
                row["probe"] = asdict(linear_probe(model, [train[i] for i in sorted(pick.tolist())], windows))
            found[f"{name}, {'held-out' if side == 'test' else 'validation'} subjects"] = row
    return found


def _by_protocol(windows: Sequence[LabelledWindow]) -> Iterator[tuple[str, list[LabelledWindow]]]:
    for name in sorted({w.dataset for w in windows}):
        yield name, [w for w in windows if w.dataset == name]
