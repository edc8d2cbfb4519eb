"""The window protocols on a corpus: logits, macro-F1, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from models.motion.modeling_motion import MotionForActivityClassification
from models.motion.protocols import PROTOCOLS, WindowProtocol
from models.motion.taxonomy import KINDS, POSITIONS, calibration_of, indices
from models.motion.training.corpus import Corpus
from models.rotations import rotations
from recordings.datasets import dataset

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """One protocol's windows: logits over every leaf (n, leaves), class numbers (n,), subjects (n,)."""

    protocol: WindowProtocol
    logits: Floats
    truth: npt.NDArray[np.int64]
    subjects: npt.NDArray[np.str_]

    def log_probabilities(self, temperature: float = 1.0) -> Floats:
        """(n, classes) over the protocol's closed set; a group's probability is the sum of its leaves'."""
        scaled = torch.from_numpy(self.logits / temperature)
        groups = [scaled[:, indices([label])].logsumexp(dim=1) for label in self.protocol.classes]
        return np.asarray(torch.stack(groups, dim=1).log_softmax(dim=1).numpy())


def windows_of(
    corpus: Corpus, rate_hz: float
) -> dict[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.str_]]]:
    """Protocol → windows (n, 6, samples), class numbers (n,), subjects (n,)."""
    found: dict[str, list[tuple[npt.NDArray[np.float32], int, str]]] = defaultdict(list)
    for stream in corpus.streams:
        protocol = PROTOCOLS[stream.source]
        length, stride = round(protocol.window_s * rate_hz), round(protocol.stride_s * rate_hz)
        for run in stream.runs:
            if run.label in protocol.classes:
                number = protocol.classes.index(run.label)
                for a in range(run.start, run.end - length + 1, stride):
                    found[stream.source].append((stream.samples[:, a : a + length], number, stream.subject))
    return {
        name: (np.stack([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))
        for name, rows in found.items()
    }


def truth_of(corpus: Corpus, rate_hz: float) -> dict[str, Scores]:
    """Protocol → windows' truth and subjects, with no logits yet (n, 0)."""
    return {
        name: Scores(PROTOCOLS[name], np.zeros((len(truth), 0)), truth, subjects)
        for name, (_, truth, subjects) in windows_of(corpus, rate_hz).items()
    }


def joined(folds: Sequence[Mapping[str, Scores]]) -> dict[str, Scores]:
    """The folds' windows one after the other."""
    names = dict.fromkeys(name for fold in folds for name in fold)
    found = {}
    for name in names:
        parts = [fold[name] for fold in folds if name in fold]
        columns = (np.concatenate([getattr(p, field) for p in parts]) for field in ("logits", "truth", "subjects"))
        found[name] = Scores(PROTOCOLS[name], *columns)
    return found


@torch.inference_mode()
def score_corpus(
    model: MotionForActivityClassification, corpus: Corpus, device: torch.device, known_position: bool = True
) -> dict[str, Scores]:
    """Every protocol's scores. With `known_position` False the windows are turned at random (fixed seed) and unnamed."""
    model.eval()
    result = {}
    generator = torch.Generator().manual_seed(0)
    for name, (windows, truth, subjects) in windows_of(corpus, float(model.config.rate_hz)).items():
        protocol = PROTOCOLS[name]
        out = []
        for first in range(0, len(windows), 512):
            x = torch.from_numpy(windows[first : first + 512])
            row = POSITIONS.index(protocol.position if known_position else "unknown")
            if not known_position:
                turn = rotations(
                    torch.randn((len(x), 3), generator=generator), 6.2832 * torch.rand(len(x), generator=generator)
                )
                x = torch.cat([turn @ x[:, :3], turn @ x[:, 3:]], dim=1)
            x = x.to(device)
            flags = torch.ones(len(x), dtype=torch.bool, device=device)
            logits = model(x, torch.full((len(x),), row, device=device), flags).logits
            out.append(logits.double().cpu().numpy())
        result[name] = Scores(protocol, np.concatenate(out), truth, subjects)
    return result


def macro_f1(truth: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64], classes: int) -> float:
    """Mean F1 over the classes that occur in the truth or the prediction, 0–1."""
    values = []
    for c in range(classes):
        hit = float(((truth == c) & (predicted == c)).sum())
        wrong = float(((truth == c) != (predicted == c)).sum())
        if hit or wrong:
            values.append(2 * hit / (2 * hit + wrong))
    return float(np.mean(values)) if values else 0.0


def calibration_error(probabilities: Floats, truth: npt.NDArray[np.int64], bins: int = 15) -> float:
    """Expected calibration error of the top class, equal-width bins (Guo et al., ICML 2017), 0–1."""
    top = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    which = np.minimum((top * bins).astype(int), bins - 1)
    return float(
        sum(abs(hit[which == b].mean() - top[which == b].mean()) * (which == b).mean() for b in np.unique(which))
    )


def temperature_of(groups: list[Scores]) -> float:
    """The divisor that minimises the mean negative log-likelihood, each group weighing the same (search on a fixed grid)."""
    grid = np.exp(np.linspace(np.log(0.4), np.log(4.0), 93))

    def cost(t: float) -> float:
        return float(np.mean([-g.log_probabilities(t)[np.arange(len(g.truth)), g.truth].mean() for g in groups]))

    return float(round(grid[int(np.argmin([cost(float(t)) for t in grid]))], 4))


def fit_temperatures(known: Mapping[str, Scores], blind: Mapping[str, Scores]) -> dict[str, float]:
    """One temperature for each kind of stream (`taxonomy.calibration_of`), and one for `unknown` on turned windows."""
    found = {"unknown": temperature_of(list(blind.values()))} if blind else {}
    for kind in KINDS[1:]:
        groups = [s for name, s in known.items() if kind_of(PROTOCOLS[name]) == kind]
        found[kind] = temperature_of(groups) if groups else found.get("unknown", 1.0)
    return found


def kind_of(protocol: WindowProtocol) -> str:
    """The kind of stream that a protocol's windows come from."""
    return calibration_of(protocol.position, dataset(protocol.dataset).card.rate_hz)


def figures(scores: Mapping[str, Scores], temperatures: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Protocol → macro_f1, accuracy, ece, n."""
    table = {}
    for name, s in scores.items():
        probabilities = np.exp(s.log_probabilities(temperatures.get(kind_of(PROTOCOLS[name]), 1.0)))
        predicted = probabilities.argmax(axis=1)
        table[name] = {
            "macro_f1": macro_f1(s.truth, predicted, len(PROTOCOLS[name].classes)),
            "accuracy": float((predicted == s.truth).mean()),
            "ece": calibration_error(probabilities, s.truth),
            "n": float(len(s.truth)),
        }
    return table
