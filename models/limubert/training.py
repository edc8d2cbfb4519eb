"""`train_limubert`: fill in masked samples of unlabelled windows of the training subjects."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.limubert.configuration_limubert import LimuBertConfig
from models.limubert.masking import BLANKED, span_masks
from models.limubert.modeling_limubert import LimuBertForReconstruction
from models.limubert.windows import WINDOW_S, LabelledWindow, read_windows
from models.motion.predictor import pick_device
from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

Progress = Callable[[str, float], None]
DEFAULT_EPOCHS = 300
STATE = "training-state.safetensors"
SETS = ("usc_had", "hapt", "motionsense", "wisdm")
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


@dataclass(frozen=True, slots=True)
class Pretraining:
    """The outcome. validation_mse: on masked samples of the validation subjects, g² and (rad/s)² mixed, as the loss is."""

    output_dir: Path
    epochs: int
    seconds: float
    device: str
    parameters: int
    windows: dict[str, int]
    train_mse: float
    validation_mse: float
    mean_mse: float


def _set_of(window: LabelledWindow) -> str:
    return "wisdm" if window.dataset.startswith("wisdm") else window.dataset


def training_windows(
    data_dir: Path, stride_s: float = WINDOW_S / 2, sets: tuple[str, ...] = SETS
) -> tuple[list[LabelledWindow], list[LabelledWindow]]:
    """(training, validation) windows: no held-out subject in either, no validation subject in the first."""
    fit: list[LabelledWindow] = []
    check: list[LabelledWindow] = []
    for window in read_windows(data_dir, sets, stride_s):
        name = _set_of(window)
        if window.subject in HELD_OUT_SUBJECTS[name]:
            continue
        (check if window.subject in VALIDATION_SUBJECTS[name] else fit).append(window)
    return fit, check


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

    Resumable at the end of an epoch, bit for bit on one device. The final weights come from training and validation
    subjects alike only in what they share: validation subjects are never trained on. UserError when the data are missing
    or the folder holds a run with other settings.
    """
    begun, tick = time.monotonic(), progress or (lambda text, share: None)
    chosen, config = pick_device(device), config or LimuBertConfig(licence=LICENCE)
    fit, check = training_windows(data_dir, sets=sets)
    if not fit:
        raise UserError(data_dir, expected="the four motion sets", found="no windows", cure="see --data")
    x = torch.from_numpy(np.stack([w.values for w in fit])).to(chosen)
    held = torch.from_numpy(np.stack([w.values for w in check])).to(chosen)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LimuBertForReconstruction(config).to(chosen)
    optimizer = torch.optim.Adam(model.parameters(), lr=peak_rate)
    steps = math.ceil(len(x) / batch_size)
    if epochs is None:
        epochs = DEFAULT_EPOCHS
        if budget_minutes is not None:
            clock = time.monotonic()
            _epoch(model, optimizer, x[: 8 * batch_size], batch_size, np.random.default_rng(0), lambda s: 0.0)
            each_s = (time.monotonic() - clock) / 8 * steps
            epochs = max(1, int(60 * budget_minutes / each_s))
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                model = LimuBertForReconstruction(config).to(chosen)
            optimizer = torch.optim.Adam(model.parameters(), lr=peak_rate)
    settings = {"seed": seed, "epochs": epochs, "batch_size": batch_size, "rate": peak_rate, "windows": len(x)}
    output_dir.mkdir(parents=True, exist_ok=True)
    done = _restore(output_dir, model, optimizer, settings) if resume else 0
    loss = float("nan")
    for epoch in range(done, epochs):
        rng = np.random.default_rng((seed, epoch))

        def rate(step: int, epoch: int = epoch) -> float:
            share = (epoch * steps + step) / (epochs * steps)
            return peak_rate * min(1.0, 0.02 + share / 0.03) * 0.5 * (1 + math.cos(math.pi * share))

        loss = _epoch(model, optimizer, x, batch_size, rng, rate)
        if epoch % 10 == 9 or epoch + 1 == epochs:
            _save(output_dir, model, optimizer, settings, epoch + 1)
        tick(f"epoch {epoch + 1}/{epochs}, masked MSE {loss:.4f}", (epoch + 1) / epochs)
    outcome = Pretraining(
        output_dir,
        epochs,
        time.monotonic() - begun,
        str(chosen),
        sum(p.numel() for p in model.parameters()),
        {name: sum(w.dataset == name for w in fit) for name in sorted({w.dataset for w in fit})},
        loss,
        *_figures(model, held, seed),
    )
    model.config.revision_name = f"limubert-s{seed}-e{epochs}"
    model.save_pretrained(output_dir)
    (output_dir / "model.safetensors").chmod(0o644)
    _card(outcome, fit, check)
    return outcome


def _epoch(
    model: LimuBertForReconstruction,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    batch_size: int,
    rng: np.random.Generator,
    rate: Callable[[int], float],
) -> float:
    model.train()
    order = torch.from_numpy(rng.permutation(len(x))).to(x.device)
    masks = torch.from_numpy(span_masks(rng, len(x), x.shape[1])).to(x.device)
    blank = torch.from_numpy(rng.random(len(x)) < BLANKED).to(x.device)
    total = torch.zeros((), device=x.device)
    steps = math.ceil(len(x) / batch_size)
    for step in range(steps):
        rows = order[step * batch_size : (step + 1) * batch_size]
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        truth, mask = x[rows], masks[rows]
        shown = truth.masked_fill((mask & blank[rows, None])[:, :, None], 0.0)
        loss = (model(shown) - truth)[mask].square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    return float(total) / steps


@torch.no_grad()
def _figures(model: LimuBertForReconstruction, held: Tensor, seed: int) -> tuple[float, float]:
    """(MSE of the model, MSE of saying each window's own mean) on the masked samples of `held`."""
    if not len(held):
        return float("nan"), float("nan")
    model.eval()
    mask = torch.from_numpy(span_masks(np.random.default_rng(seed), len(held), held.shape[1])).to(held.device)
    shown = held.masked_fill(mask[:, :, None], 0.0)
    said = torch.cat([model(shown[at : at + 512]) for at in range(0, len(shown), 512)])
    mean = shown.sum(dim=1, keepdim=True) / (~mask).sum(dim=1)[:, None, None]
    return float((said - held)[mask].square().mean()), float((mean - held)[mask].square().mean())


def _save(
    folder: Path,
    model: LimuBertForReconstruction,
    optimizer: torch.optim.Optimizer,
    settings: Mapping[str, object],
    epoch: int,
) -> None:
    from safetensors.torch import save_file

    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{k}": torch.as_tensor(v) for k, v in moments.items()}
    fresh = folder / f"{STATE}.new"
    facts = {"epoch": str(epoch), "settings": json.dumps(settings, sort_keys=True)}
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, fresh, metadata=facts)
    fresh.replace(folder / STATE)


def _restore(
    folder: Path, model: LimuBertForReconstruction, optimizer: torch.optim.Optimizer, settings: Mapping[str, object]
) -> int:
    """Finished epochs of the run in `folder`, its state loaded; 0 without one."""
    from safetensors import safe_open
    from safetensors.torch import load_file

    if not (folder / STATE).is_file():
        return 0
    with safe_open(folder / STATE, framework="pt") as handle:
        facts = handle.metadata() or {}
    if json.loads(facts["settings"]) != settings:
        raise UserError(
            folder,
            expected="a folder without a run, or one of the same settings",
            found="a run with other settings",
            cure="choose another folder, or start over without resuming",
        )
    tensors = load_file(folder / STATE)
    model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            _, number, name = key.split(".", 2)
            moments.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return int(facts["epoch"])


def _card(outcome: Pretraining, fit: list[LabelledWindow], check: list[LabelledWindow]) -> None:
    names = sorted({_set_of(w) for w in fit})
    lines = [
        "# LIMU-BERT",
        "",
        f"The encoder of Xu et al. (SenSys 2021) at full size ({outcome.parameters:,} parameters with its reconstruction head),",
        "pretrained without labels. It reads 6 s at 20 Hz: acceleration divided by 9.8, rotation in rad/s.",
        "",
        "| set | licence as its files say | pretrained on | validation | held out |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in names:
        card = dataset(name).card
        who = [
            sorted({w.subject for w in part if _set_of(w) == name}, key=lambda s: (len(s), s)) for part in (fit, check)
        ]
        held = sorted(HELD_OUT_SUBJECTS[name], key=lambda s: (len(s), s))
        lines.append(
            f"| {card.title} | {card.licence} | {', '.join(who[0])} | {', '.join(who[1])} | {', '.join(held)} |"
        )
    lines += [
        "",
        f"{outcome.epochs} epochs over {sum(outcome.windows.values()):,} windows with half overlap, masked MSE {outcome.train_mse:.4f};",
        f"validation subjects {outcome.validation_mse:.4f} (saying each window's own mean: {outcome.mean_mse:.4f}).",
        "The original ran 3,200 epochs on four other sets and split windows at random; here people are disjoint.",
        "",
    ]
    (outcome.output_dir / "README.md").write_text("\n".join(lines), encoding="utf-8")
    facts = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(outcome).items() if k != "output_dir"}
    (outcome.output_dir / "training.json").write_text(
        json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
