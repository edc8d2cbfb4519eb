"""Fitting what is pooled with the networks: a penalised regression a view and kind of stream, and how much each is heeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.motion.configuration_motion import MotionConfig
from models.motion.experts import QUANTILES, VIEWS, Experts, kernels
from models.motion.modeling_motion import evidence
from models.motion.protocols import PROTOCOLS, WindowProtocol
from models.motion.signals import SIGNALS
from models.motion.taxonomy import DATASET_LABELS, KINDS, LEAVES, SLOW_POCKET, indices, known_leaves
from models.motion.training.corpus import Corpus
from models.motion.training.loss import masked_loss
from models.motion.training.sampling import OVERHANG
from models.motion.training.validation import Floats, Scores, kind_of, windows_of

# Chosen by the out-of-fold macro-F1 of the training subjects (docs/models.md has what was tried).
PENALTY: dict[str, float] = {"statistics": 0.002, "convolutions": 0.003, "invariants": 0.01}
ITERATIONS = 40
# Macro-F1 weighs classes equally: between natural frequency (0) and uniform (1).
BALANCE = 0.5
KERNEL_SEED = 0
# Windows that the biases of the convolutions are taken from, spread evenly over a corpus.
_BIAS_WINDOWS = 300
_BIAS_STEP = 5
# A transition is short and rare: its windows lie closer than the protocol's.
_OTHERS_CLOSER = 4
_CHUNK = 256
_POOL_ITERATIONS = 60
_POOL_PENALTY = 1e-3

Table = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.str_]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One protocol's windows as the experts read them: view → (n, size) float32; (n,) truth, into `told_at`; (n,) subjects."""

    views: dict[str, Tensor]
    truth: npt.NDArray[np.int64]
    subjects: npt.NDArray[np.str_]

    def of(self, rows: npt.NDArray[np.bool_]) -> Evidence:
        picked = torch.from_numpy(rows)
        return Evidence({k: v[picked] for k, v in self.views.items()}, self.truth[rows], self.subjects[rows])


def told_at(protocol: WindowProtocol) -> tuple[str, ...]:
    """The protocol's classes, then what else its set labels (postural transitions), which experts must know as well."""
    others = set(DATASET_LABELS[protocol.dataset].values()) - set(protocol.classes)
    return (*protocol.classes, *sorted(others))


def _others(corpus: Corpus, rate_hz: float) -> dict[str, Table]:
    """Windows of labels outside the protocols' classes; a transition may be shorter than a window, which then sticks out."""
    found: dict[str, list[tuple[npt.NDArray[np.float32], int, str]]] = {}
    for stream in corpus.streams:
        protocol = PROTOCOLS[stream.source]
        length, stride = round(protocol.window_s * rate_hz), round(protocol.stride_s * rate_hz / _OTHERS_CLOSER)
        for run in (r for r in stream.runs if r.label not in protocol.classes):
            first, last = run.start - round(OVERHANG * length), run.end - round((1 - OVERHANG) * length)
            for a in range(min(first, last), max(first, last) + 1, stride):
                if a >= 0 and a + length <= stream.samples.shape[1]:
                    number = told_at(protocol).index(run.label)
                    found.setdefault(stream.source, []).append(
                        (stream.samples[:, a : a + length], number, stream.subject)
                    )
    return {
        name: (np.stack([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))
        for name, rows in found.items()
    }


def _merged(one: Table, other: Table) -> Table:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), np.concatenate([one[2], other[2]])


def blank_experts(corpus: Corpus, config: MotionConfig) -> Experts:
    """Kernels from their seed, biases from the corpus's windows (no label is read), no regression yet."""
    experts = Experts(config)
    experts.convolutions.kernels.copy_(kernels(KERNEL_SEED))
    experts.turn_free.kernels.copy_(kernels(KERNEL_SEED + 1, SIGNALS // 2))
    windows = [w[0] for w in windows_of(corpus, float(config.rate_hz)).values()]
    shortest = min(w.shape[2] for w in windows)
    every = max(1, sum(len(w) for w in windows) // _BIAS_WINDOWS)
    spread = torch.from_numpy(np.concatenate([w[::every, :, :shortest] for w in windows]))
    signals, _ = evidence(spread, torch.ones(len(spread), dtype=torch.bool), float(config.rate_hz))
    for module in (experts.convolutions, experts.turn_free):
        for number, out in enumerate(module.outputs(signals)):
            rows = out.permute(1, 0, 2).reshape(out.shape[1], -1).numpy()[:, ::_BIAS_STEP]
            module.biases[number] = torch.from_numpy(np.quantile(rows, QUANTILES, axis=1).T.astype(np.float32))
    return experts


@torch.inference_mode()
def read_evidence(experts: Experts, corpus: Corpus, rate_hz: float) -> dict[str, Evidence]:
    """Protocol → every window of a corpus, unaugmented."""
    found = {}
    others = _others(corpus, rate_hz)
    for name, table in windows_of(corpus, rate_hz).items():
        windows, truth, subjects = _merged(table, others[name]) if name in others else table
        parts = []
        for first in range(0, len(windows), _CHUNK):
            chunk = torch.from_numpy(windows[first : first + _CHUNK])
            parts.append(experts.views(*evidence(chunk, torch.ones(len(chunk), dtype=torch.bool), rate_hz)))
        found[name] = Evidence({view: torch.cat([p[view] for p in parts]).clone() for view in VIEWS}, truth, subjects)
    return found


def fit_experts(experts: Experts, given: Mapping[str, Evidence]) -> Experts:
    """Every regression, in place. Deterministic: no draws."""
    for row, kind in enumerate(KINDS):
        for view in VIEWS:
            sources = _sources(kind, view, given)
            if sources:
                _fit(experts, view, row, sources)
    return experts


def _sources(kind: str, view: str, given: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """All sets recorded at the position; a slow phone's orientation-free views learn from slow phones alone."""
    position = "pocket" if kind == SLOW_POCKET else kind
    alone = kind == SLOW_POCKET and view != "statistics"
    return {
        name: one
        for name, one in given.items()
        if PROTOCOLS[name].position == position and (not alone or kind_of(PROTOCOLS[name]) == kind)
    }


def _fit(experts: Experts, view: str, row: int, given: Mapping[str, Evidence]) -> None:
    targets, knowns, weights = [], [], []
    for name, one in given.items():
        protocol = PROTOCOLS[name]
        labels = told_at(protocol)
        leaves = torch.zeros(len(labels), len(LEAVES), dtype=torch.bool)
        for number, label in enumerate(labels):
            leaves[number, indices([label])] = True
        known = torch.zeros(len(LEAVES), dtype=torch.bool)
        known[indices(known_leaves(protocol.dataset))] = True
        targets.append(leaves[torch.from_numpy(one.truth)])
        knowns.append(known.expand(len(one.truth), -1))
        rarity = (1.0 / np.bincount(one.truth, minlength=len(labels))[one.truth]) ** BALANCE
        weights.append(torch.from_numpy(rarity / rarity.sum() / len(given)).float())
    target, known, weight = torch.cat(targets), torch.cat(knowns), torch.cat(weights)
    raw = torch.cat([one.views[view] for one in given.values()])
    experts.get_buffer(f"{view}_mean")[row] = raw.mean(dim=0)
    experts.get_buffer(f"{view}_scale")[row] = raw.std(dim=0).clamp_min(1e-4)
    x = experts.scaled(view, raw, row)
    slope = torch.zeros(x.shape[1], len(LEAVES), requires_grad=True)
    bias = torch.zeros(len(LEAVES), requires_grad=True)
    solver = torch.optim.LBFGS([slope, bias], max_iter=ITERATIONS, history_size=10, line_search_fn="strong_wolfe")

    def cost() -> Tensor:
        solver.zero_grad()
        loss = (masked_loss(x @ slope + bias, target, known, 0.0) * weight).sum()
        loss = loss + PENALTY[view] * slope.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(cost)  # type: ignore[no-untyped-call]
    experts.get_buffer(f"{view}_weight")[row], experts.get_buffer(f"{view}_bias")[row] = slope.detach(), bias.detach()


@torch.inference_mode()
def expert_scores(experts: Experts, given: Mapping[str, Evidence]) -> dict[str, dict[str, Scores]]:
    """Protocol → view → answers about the windows of its classes."""
    found = {}
    for name, every in given.items():
        one = every.of(every.truth < len(PROTOCOLS[name].classes))
        row = KINDS.index(kind_of(PROTOCOLS[name]))
        answers = {view: experts.answer(view, one.views[view], row).double().numpy() for view in VIEWS}
        found[name] = {
            view: Scores(PROTOCOLS[name], logits, one.truth, one.subjects) for view, logits in answers.items()
        }
    return found


def fit_pool(
    networks: Mapping[str, Scores], experts: Mapping[str, Mapping[str, Scores]]
) -> dict[str, tuple[float, ...]]:
    """Kind of stream → weights, none negative, of the networks' and each view's logits: the likeliest on people none had seen."""
    found = {}
    for name, network in networks.items():
        kind = kind_of(network.protocol)
        stacked = torch.from_numpy(np.stack([network.logits, *(experts[name][view].logits for view in VIEWS)]))
        groups = [indices([label]) for label in network.protocol.classes]
        truth = torch.from_numpy(network.truth)
        raw = torch.full((len(stacked),), -1.0, dtype=torch.float64, requires_grad=True)
        solver = torch.optim.LBFGS([raw], max_iter=_POOL_ITERATIONS, line_search_fn="strong_wolfe")

        def cost(
            stacked: Tensor = stacked,
            groups: list[list[int]] = groups,
            truth: Tensor = truth,
            raw: Tensor = raw,
            solver: torch.optim.LBFGS = solver,
        ) -> Tensor:
            solver.zero_grad()
            weights = torch.nn.functional.softplus(raw)
            logits = (weights[:, None, None] * stacked).sum(dim=0)
            told = torch.stack([logits[:, rows].logsumexp(dim=1) for rows in groups], dim=1)
            loss = torch.nn.functional.cross_entropy(told, truth) + _POOL_PENALTY * weights.square().sum()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        solver.step(cost)  # type: ignore[no-untyped-call]
        found[kind] = tuple(round(float(w), 4) for w in torch.nn.functional.softplus(raw.detach()))
    return found


def pooled(network: Scores, views: Mapping[str, Scores], weights: Sequence[float]) -> Scores:
    """The weighted sum of the logits, as one answer."""
    logits: Floats = weights[0] * network.logits
    for view, weight in zip(VIEWS, weights[1:], strict=True):
        logits = logits + weight * views[view].logits
    return Scores(network.protocol, logits, network.truth, network.subjects)
