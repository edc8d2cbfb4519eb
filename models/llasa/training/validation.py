"""What the validation subjects say of a run: closed sets by label scores, a temperature, the weight beside the motion classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import log_softmax, softmax

from models.limubert.windows import RATE_HZ, SCALE_MS2, LabelledWindow
from models.llasa.data import SHORT_CLASS_QUESTION
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import layout_of
from models.llasa.scoring import label_log_likelihoods, scoring_plan
from models.llasa.training.items import stacked
from models.motion.beside import Judged, motion_shares, weight_beside, window_stream
from models.motion.protocols import PROTOCOLS
from recordings import Stream

Floats = npt.NDArray[np.float64]
WINDOWS = 48
TEMPERATURES = tuple(float(t) for t in np.geomspace(0.5, 8.0, 25))


@dataclass(slots=True)
class Validation:
    """protocols: name → accuracy, macro_f1, weighted_f1, n. temperature: of the summed log-probabilities of labels."""

    protocols: dict[str, dict[str, float]] = field(default_factory=dict)
    temperature: float = 1.0
    fusion_weight: float = 0.0


def validate(
    model: LlasaModel, tokenizer: Any, held: Sequence[LabelledWindow], seed: int, most: int = WINDOWS
) -> Validation:
    """At most `most` windows of each protocol, its own classes as candidates, the short question."""
    from sklearn.metrics import accuracy_score, f1_score

    found = Validation()
    scored: list[tuple[Floats, npt.NDArray[np.intp]]] = []
    motion: list[Floats] = []
    for name, protocol in PROTOCOLS.items():
        mine = [w for w in held if w.dataset == name]
        if not mine:
            continue
        pick = np.random.default_rng(seed).permutation(len(mine))[:most]
        mine = [mine[i] for i in sorted(pick.tolist())]
        layout = layout_of(tokenizer, model.config.tokens)
        plan = scoring_plan(layout, tokenizer, protocol.classes, SHORT_CLASS_QUESTION)
        scores = label_log_likelihoods(model, plan, torch.from_numpy(stacked(mine)).to(model.device))
        truth = np.array([protocol.classes.index(w.label) for w in mine])
        said = scores.argmax(axis=1)
        scored.append((scores, truth))
        found.protocols[name] = {
            "accuracy": float(accuracy_score(truth, said)),
            "macro_f1": float(f1_score(truth, said, average="macro", zero_division=0)),
            "weighted_f1": float(f1_score(truth, said, average="weighted", zero_division=0)),
            "n": float(len(mine)),
        }
        motion.append(motion_shares(map(as_stream, mine), protocol.classes))
    if scored:
        found.temperature = fit_temperature(scored)
        found.fusion_weight = weight_beside(
            [
                Judged(probabilities(scores, found.temperature), beside, truth)
                for (scores, truth), beside in zip(scored, motion, strict=True)
            ]
        )
    return found


def as_stream(window: LabelledWindow) -> Stream:
    """The window as a recording would bring it: SI units at 20 Hz."""
    values = window.values.T.copy()
    values[:3] *= SCALE_MS2
    return window_stream(values, RATE_HZ, window.position)


def fit_temperature(scored: Sequence[tuple[Floats, npt.NDArray[np.intp]]]) -> float:
    """The divisor of the scores with the smallest mean cross-entropy over all protocols."""
    costs = [
        float(np.mean([-log_softmax(s / t, axis=1)[np.arange(len(y)), y].mean() for s, y in scored]))
        for t in TEMPERATURES
    ]
    return TEMPERATURES[int(np.argmin(costs))]


def probabilities(scores: Floats, temperature: float) -> Floats:
    """(n, labels) summed log-probabilities → rows that sum to one."""
    return np.asarray(softmax(scores / temperature, axis=1))
