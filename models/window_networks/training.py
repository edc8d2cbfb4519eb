"""One training loop for the three networks: arrays in, arrays out, the epoch chosen on validation subjects."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.chronos import ChronosEmbedder
from models.motion.predictor import pick_device
from models.window_networks.mean_rows import MeanRows
from models.window_networks.networks import NETWORKS, device_of, parameters_of

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
CHRONOS = "chronos_mlp"
_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class NetworkRecipe:
    """Fixed before any test window was seen. windows_per_epoch: drawn at random from all, so that an epoch has a bounded cost."""

    epochs: int = 20
    windows_per_epoch: int = 4000
    batch: int = 64
    peak_rate: float = 1e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.05


class FittedNetwork:
    """A trained network and the scaling of the channels that it was trained with."""

    def __init__(
        self, network: nn.Module, mean: Floats, deviation: Floats, encoder: MeanRows | None, epoch: int
    ) -> None:
        self.network, self.mean, self.deviation, self.encoder, self.epoch = network, mean, deviation, encoder, epoch

    @property
    def parameters(self) -> int:
        """Trained ones."""
        return parameters_of(self.network)

    @torch.inference_mode()
    def predict(self, values: Floats) -> Floats:
        """(n, C, L) windows in SI units → (n, classes) probabilities."""
        self.network.eval()
        out = []
        inputs = prepared(values, self.mean, self.deviation, self.encoder)
        for first in range(0, len(inputs), _AT_ONCE):
            logits = self.network(inputs[first : first + _AT_ONCE].to(device_of(self.network)))
            out.append(logits.float().softmax(dim=1).cpu().numpy())
        return np.concatenate(out)


def prepared(values: Floats, mean: Floats, deviation: Floats, encoder: MeanRows | None) -> Tensor:
    """(n, C, L) standardised by the training windows' channels; with an encoder, (n, C, d): its rows averaged over time."""
    if encoder is not None:
        return encoder.of(values)
    return torch.from_numpy(np.ascontiguousarray((values - mean[:, None]) / deviation[:, None], dtype=np.float32))


def fit_network(
    kind: str,
    values: Floats,
    truth: Labels,
    validating: npt.NDArray[np.bool_],
    classes: int,
    *,
    seed: int = 0,
    device: str = "auto",
    recipe: NetworkRecipe | None = None,
    encoder: MeanRows | Path | str | None = None,
) -> FittedNetwork:
    """Train one of `NETWORKS` on the windows that do not validate; the epoch with the best macro-F1 on those that do is kept.

    values: (n, C, L) SI units, truth: (n,) class numbers. encoder: of Chronos + MLP, the shipped one unless named; `MeanRows`
    that several trainings share encode their windows once. Without validating windows the last epoch is kept. Class-weighted
    cross-entropy, one-cycle learning rate.
    """
    from sklearn.metrics import f1_score

    recipe = recipe or NetworkRecipe()
    chosen = pick_device(device)
    fitting = np.flatnonzero(~validating)
    mean = values[fitting].mean(axis=(0, 2)).astype(np.float32)
    deviation = (values[fitting].std(axis=(0, 2)) + 1e-6).astype(np.float32)
    rows: MeanRows | None = None
    if kind == CHRONOS:
        rows = (
            encoder
            if isinstance(encoder, MeanRows)
            else MeanRows(ChronosEmbedder.from_pretrained(encoder, device=chosen))
        )
    inputs = prepared(values[fitting], mean, deviation, rows)
    targets = torch.from_numpy(truth[fitting])
    held, held_truth = values[validating], truth[validating]
    width = rows.size if rows is not None else values.shape[2]
    with torch.random.fork_rng(devices=[chosen] if chosen.type == "cuda" else []):
        torch.manual_seed(seed)
        network = NETWORKS[kind](values.shape[1], width, classes).to(chosen)
        counts = torch.bincount(targets, minlength=classes).float()
        weights = torch.where(counts > 0, 1.0 / counts.clamp_min(1.0), 0.0)
        loss_of = nn.CrossEntropyLoss(
            weight=(weights / weights.sum() * (counts > 0).sum()).to(chosen), label_smoothing=recipe.label_smoothing
        )
        taken = min(len(inputs), recipe.windows_per_epoch)
        steps = max(1, taken // recipe.batch)
        optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=recipe.peak_rate, total_steps=steps * recipe.epochs
        )
        fitted = FittedNetwork(network, mean, deviation, rows, recipe.epochs)
        best, best_score = network.state_dict(), -1.0
        rng = np.random.default_rng((seed, 29))
        for epoch in range(recipe.epochs):
            network.train()
            order = torch.from_numpy(rng.permutation(len(inputs))[:taken])
            for step in range(steps):
                drawn = order[step * recipe.batch : (step + 1) * recipe.batch]
                loss = loss_of(network(inputs[drawn].to(chosen)), targets[drawn].to(chosen))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
            if len(held):
                score = float(f1_score(held_truth, fitted.predict(held).argmax(axis=1), average="macro"))
                if score > best_score:
                    best, best_score, fitted.epoch = copy.deepcopy(network.state_dict()), score, epoch + 1
        if len(held):
            network.load_state_dict(best)
    return fitted
