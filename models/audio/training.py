"""`train_audio`: the shipped tagger from the shared clips, resumable, the same command on a CPU and on a GPU."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.audio.batches import Batches, load_sounds
from models.audio.card import TrainingSummary, write_card
from models.audio.clips import LabelledClip, Part, shippable_clips
from models.audio.modeling_audio import SoundTaggerConfig, SoundTaggerModel
from models.audio.scoring import (
    LabelScore,
    calibration_error,
    fit_temperature,
    macro_f1,
    predict_clips,
    score_labels,
)
from models.audio.tagger import SoundTagger, pick_device, save_checkpoint
from models.training_state import FILE, RunState, SavedRun, load_run, save_run, to_go_on
from recordings import UserError

Progress = Callable[[str, float], None]
_EMA = 0.995


class _Run:
    """Network, moving average and optimiser; one file holds all three, so that a stop never leaves half a state."""

    def __init__(self, network: SoundTaggerModel, epochs: int, steps: int, rate: float, device: str) -> None:
        self.network = network.to(device)
        self.average = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
        self.epochs, self.steps, self.rate, self.device = epochs, steps, rate, device

    def learn(self, sound: Tensor, target: Tensor, done: int) -> float:
        progress = done / (self.epochs * self.steps)
        warm = min(1.0, (done + 1) / 50)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * warm * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * progress)))
        logits, _ = self.network(sound)
        loss = functional.cross_entropy(logits, target, label_smoothing=0.05)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimiser.step()
        decay = min(_EMA, (done + 1) / (done + 10))
        for name, value in self.network.state_dict().items():
            kept = self.average[name]
            if kept.dtype.is_floating_point:
                kept.lerp_(value, 1.0 - decay)
            else:
                kept.copy_(value)
        return float(loss.detach())

    def save(self, file: Path, state: RunState) -> None:
        save_run(file, state, self.optimiser, {"network": self.network.state_dict(), "average": self.average})

    def restore(self, found: SavedRun) -> None:
        self.network.load_state_dict(found.group("network"))
        self.average = {name: value.to(self.device) for name, value in found.group("average").items()}
        found.restore(self.optimiser)


def train_audio(
    data_dir: Path,
    output_dir: Path,
    *,
    seed: int = 0,
    epochs: int = 55,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    clips: Sequence[LabelledClip] | None = None,
    config: SoundTaggerConfig | None = None,
) -> TrainingSummary:
    """Train on the clips that may be shipped (or on `clips`), calibrate on validation sources, test on held-out ones.

    An epoch is as many batches as the training clips fill once. After each, `output_dir` holds the state to resume from;
    a run stopped and resumed ends with the same weights as one that was not (same device and number of threads). The
    checkpoint and its card are written at the end, and also when `budget_minutes` runs out.
    progress is called with a line and the share done. UserError when `data_dir` has no clips or the state is another run's.
    """
    started = time.monotonic()
    say = progress or (lambda line, share: None)
    device = pick_device(device)
    items = list(shippable_clips(data_dir, seed=0) if clips is None else clips)
    config = config or SoundTaggerConfig()
    labels = tuple(config.labels)
    parts: dict[Part, list[LabelledClip]] = {"train": [], "validation": [], "test": []}
    for item in items:
        parts[item.part].append(item)
    if not parts["train"]:
        raise UserError(
            data_dir, expected="clips to train on", found="none", cure="point --data at the folder with audio/"
        )
    settings = {
        "seed": seed,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "labels": config.labels,
        "widths": config.widths,
        "clips": [i.clip.file for i in parts["train"]],
    }
    torch.manual_seed(seed)
    batches = Batches(labels, parts["train"], load_sounds(data_dir, parts["train"]), batch_size, seed)
    steps = max(1, len(parts["train"]) // batch_size)
    run = _Run(SoundTaggerModel(config), epochs, steps, learning_rate, device)
    output_dir.mkdir(parents=True, exist_ok=True)
    file = output_dir / FILE
    found = load_run(file) if resume else None
    state = to_go_on(output_dir, found, settings)
    if found is not None:
        run.restore(found)
    first = state.done
    while state.done < epochs:
        epoch = state.done
        # Dropout draws from torch's generator: seeded here, a resumed epoch draws what an uninterrupted one would.
        torch.manual_seed(seed * 1_000_003 + epoch)
        run.network.train()
        losses = []
        for step in range(steps):
            sound, target = batches.draw(epoch, step)
            losses.append(
                run.learn(torch.from_numpy(sound).to(device), torch.from_numpy(target).to(device), epoch * steps + step)
            )
        state.done += 1
        run.save(file, state)
        say(f"epoch {state.done} of {epochs}: loss {np.mean(losses):.3f}", state.done / epochs)
        if budget_minutes is not None and time.monotonic() - started > 60 * budget_minutes:
            break
    run.network.load_state_dict(run.average)
    return _finish(run, data_dir, output_dir, parts, labels, first, state.done, started)


def _finish(
    run: _Run,
    data_dir: Path,
    output_dir: Path,
    parts: Mapping[Part, Sequence[LabelledClip]],
    labels: tuple[str, ...],
    first: int,
    epoch: int,
    started: float,
) -> TrainingSummary:
    """Calibrate on the validation sources, score the held-out ones, write checkpoint and card."""
    network = run.network
    network.config.softmax_temperature = 1.0
    network.config.architectures = ["SoundTaggerModel"]
    tagger = SoundTagger(network, "", run.device)
    raw = predict_clips(tagger, load_sounds(data_dir, parts["validation"])) if parts["validation"] else None
    if raw is not None:
        truth = [labels.index(item.label) for item in parts["validation"]]
        network.config.softmax_temperature = fit_temperature(raw, truth)
    measured = {part: _measure(tagger, data_dir, parts[part], labels) for part in ("validation", "test")}
    save_checkpoint(network, output_dir)
    summary = TrainingSummary(
        name=tagger.name,
        output_dir=str(output_dir),
        finished=epoch >= run.epochs,
        epochs=epoch,
        resumed_from=first,
        seconds=round(time.monotonic() - started, 1),
        device=run.device,
        parameters=sum(p.numel() for p in network.parameters()),
        clips={part: len(rows) for part, rows in parts.items()},
        sources={part: len({row.source for row in rows}) for part, rows in parts.items()},
        temperature=network.config.softmax_temperature,
        calibration_error=round(measured["test"][1], 4),
        validation_macro_f1=round(macro_f1(measured["validation"][0]), 4),
        test_macro_f1=round(macro_f1(measured["test"][0]), 4),
        per_label=measured["test"][0],
    )
    write_card(output_dir, summary, parts)
    return summary


def _measure(
    tagger: SoundTagger, data_dir: Path, rows: Sequence[LabelledClip], labels: tuple[str, ...]
) -> tuple[dict[str, LabelScore], float]:
    if not rows:
        return {}, 0.0
    probabilities = predict_clips(tagger, load_sounds(data_dir, rows))
    truth = [row.label for row in rows]
    guess = [labels[i] for i in probabilities.argmax(axis=1)]
    scores = score_labels(labels, truth, guess, [row.source for row in rows])
    return scores, calibration_error(probabilities, [labels.index(label) for label in truth])
