"""Fitting what is pooled with the networks: a penalised logistic regression a position, and how much each is heeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.motion.configuration_motion import MotionConfig
from models.motion.experts import StatisticsExperts, standardised
from models.motion.protocols import PROTOCOLS
from models.motion.signals import to_signals, window_statistics
from models.motion.taxonomy import KINDS, LEAVES, POSITIONS, indices, known_leaves
from models.motion.training.corpus import Corpus
from models.motion.training.loss import masked_loss
from models.motion.training.validation import Floats, Scores, kind_of, windows_of

# Chosen by the out-of-fold likelihood of the training subjects.
PENALTY: dict[str, float] = {"hip": 0.001, "pocket": 0.003, "waist": 0.001, "wrist": 0.003}
ITERATIONS = 40
# Macro-F1 weighs classes equally: between natural frequency (0) and uniform (1).
BALANCE = 0.5
# How much of a network's and of an expert's logits a pool takes: a fixed grid, the likeliest pair wins.
_NETWORK = tuple(round(0.1 * i, 1) for i in range(1, 19))
_EXPERT = tuple(round(0.1 * i, 1) for i in range(16))

Windows = Mapping[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.str_]]]


@torch.inference_mode()
def statistics_of(windows: npt.NDArray[np.float32], rate_hz: float) -> Tensor:
    """(n, 6, samples) → (n, STATISTICS)."""
    parts = []
    for first in range(0, len(windows), 512):
        chunk = torch.from_numpy(windows[first : first + 512])
        parts.append(window_statistics(to_signals(chunk, torch.ones(len(chunk), dtype=torch.bool)), rate_hz))
    return torch.cat(parts).clone()


def fit_experts(corpus: Corpus, config: MotionConfig) -> StatisticsExperts:
    """One regression a position over every set recorded there, each set weighing the same. Deterministic: no draws."""
    experts = StatisticsExperts(config)
    windows = windows_of(corpus, float(config.rate_hz))
    for row, position in enumerate(POSITIONS):
        sources = [name for name in windows if PROTOCOLS[name].position == position]
        if sources:
            _fit(experts, row, {name: windows[name] for name in sources}, float(config.rate_hz), PENALTY[position])
    return experts


def _fit(experts: StatisticsExperts, row: int, windows: Windows, rate_hz: float, penalty: float) -> None:
    raw = torch.cat([statistics_of(w[0], rate_hz) for w in windows.values()])
    targets, knowns, weights = [], [], []
    for name, (_, truth, _) in windows.items():
        protocol = PROTOCOLS[name]
        leaves = torch.zeros(len(protocol.classes), len(LEAVES), dtype=torch.bool)
        for number, label in enumerate(protocol.classes):
            leaves[number, indices([label])] = True
        known = torch.zeros(len(LEAVES), dtype=torch.bool)
        known[indices(known_leaves(protocol.dataset))] = True
        targets.append(leaves[torch.from_numpy(truth)])
        knowns.append(known.expand(len(truth), -1))
        rarity = (1.0 / np.bincount(truth, minlength=len(protocol.classes))[truth]) ** BALANCE
        weights.append(torch.from_numpy(rarity / rarity.sum() / len(windows)).float())
    target, known, weight = torch.cat(targets), torch.cat(knowns), torch.cat(weights)
    experts.mean[row] = raw.mean(dim=0)
    experts.scale[row] = raw.std(dim=0).clamp_min(1e-4)
    x = standardised(raw, experts.mean[row], experts.scale[row])
    slope = torch.zeros(x.shape[1], len(LEAVES), requires_grad=True)
    bias = torch.zeros(len(LEAVES), requires_grad=True)
    solver = torch.optim.LBFGS([slope, bias], max_iter=ITERATIONS, history_size=10, line_search_fn="strong_wolfe")

    def cost() -> Tensor:
        solver.zero_grad()
        loss = (masked_loss(x @ slope + bias, target, known, 0.0) * weight).sum() + penalty * slope.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(cost)  # type: ignore[no-untyped-call]
    experts.weight[row], experts.bias[row] = slope.detach(), bias.detach()


def expert_scores(experts: StatisticsExperts, corpus: Corpus, rate_hz: float) -> dict[str, Scores]:
    """Every protocol's windows as the experts see them."""
    return {
        name: Scores(
            PROTOCOLS[name],
            experts(statistics_of(windows, rate_hz), POSITIONS.index(PROTOCOLS[name].position)).double().numpy(),
            truth,
            subjects,
        )
        for name, (windows, truth, subjects) in windows_of(corpus, rate_hz).items()
    }


def fit_pool(networks: Mapping[str, Scores], experts: Mapping[str, Scores]) -> dict[str, tuple[float, float]]:
    """Kind of stream → weights of the two logits, from answers about people that neither had seen."""
    found = {}
    for kind in KINDS[1:]:
        names = [name for name in networks if kind_of(PROTOCOLS[name]) == kind]
        if names:
            costs = {
                (a, b): float(np.mean([_surprise(pooled(networks[n], experts[n], (a, b))) for n in names]))
                for a in _NETWORK
                for b in _EXPERT
            }
            found[kind] = min(costs, key=costs.__getitem__)
    return found


def pooled(network: Scores, expert: Scores, weights: Sequence[float]) -> Scores:
    """The weighted sum of the logits, as one answer."""
    logits: Floats = weights[0] * network.logits + weights[1] * expert.logits
    return Scores(network.protocol, logits, network.truth, network.subjects)


def _surprise(scores: Scores) -> float:
    """Mean negative log-likelihood, nats."""
    return float(-scores.log_probabilities()[np.arange(len(scores.truth)), scores.truth].mean())
