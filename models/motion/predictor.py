"""`MotionClassifier`: a stream and spans in, calibrated probabilities and embeddings out."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.checkpoint import checkpoint_type, load_checkpoint
from models.motion import taxonomy
from models.motion.modeling_motion import MotionEnsemble, MotionForActivityClassification
from models.motion.processing_motion import SHORTEST_S, Cut, Prepared, cut, pieces, prepare
from recordings import Span, Stream

HERE = Path(__file__).parent
SHIPPED = HERE / "checkpoints" / "base"
DUMMY = HERE / "dummy"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MotionPrediction:
    """probabilities: (n, labels) float32, rows sum to 1. embeddings: (n, D) float32. usable: (n,) bool.

    An unusable window (mostly gap, or shorter than a second) has uniform probabilities and a zero embedding.
    """

    labels: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    usable: npt.NDArray[np.bool_]

    def probability_of(self, label: str) -> Floats:
        """(n,) probability of a label or of a group (`stairs` is up or down)."""
        if label in self.labels:
            return self.probabilities[:, self.labels.index(label)]
        rows = [self.labels.index(leaf) for leaf in taxonomy.leaves_of(label)]
        return self.probabilities[:, rows].sum(axis=1)


def pick_device(device: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(device)


def load_quietly(folder: Path) -> MotionForActivityClassification | MotionEnsemble:
    """One network or a pool, whichever the folder holds."""
    expected = "a motion checkpoint"
    cure = "train one with `telltale train motion`, or leave the path out for the shipped one"
    _, architectures = checkpoint_type(folder, expected=expected, cure=cure)
    if MotionEnsemble.__name__ in architectures:
        return load_checkpoint(MotionEnsemble, folder, expected=expected, cure=cure)
    return load_checkpoint(MotionForActivityClassification, folder, expected=expected, cure=cure)


class MotionClassifier:
    """The trained network with everything that turns a user's stream into its windows."""

    def __init__(
        self, model: MotionForActivityClassification | MotionEnsemble, revision: str, device: torch.device
    ) -> None:
        self.model = model.eval().to(device)
        self.device = device
        self.name = str(model.config.checkpoint_name)
        self.revision = revision
        self.licence = str(model.config.licence)
        self.embedding_size = int(model.config.embedding_size * model.config.members)

    @classmethod
    def from_pretrained(cls, path: Path | str | None = None, device: str = "auto") -> MotionClassifier:
        """The checkpoint folder `path` (None: the shipped one). UserError when it holds no checkpoint."""
        folder = SHIPPED if path is None else Path(path)
        model = load_quietly(folder)
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        revision = f"{model.config.revision_name}-{digest[:8]}"
        return cls(model, revision, pick_device(device))

    @classmethod
    def dummy(cls) -> MotionClassifier:
        """The tiny untrained checkpoint: real loading code in milliseconds, meaningless answers."""
        return cls.from_pretrained(DUMMY, device="cpu")

    def labels_for(self, position: str | None) -> tuple[str, ...]:
        """The labels that a device at `position` can see; what the whole body does when the position is unknown."""
        return taxonomy.labels_for(position)

    def predict(
        self,
        stream: Stream,
        spans: Sequence[Span],
        *,
        position: str | None = None,
        labels: Sequence[str] | None = None,
        batch_size: int = 256,
    ) -> MotionPrediction:
        """Calibrated probabilities for every span, in order, over `labels` (None: `labels_for(position)`).

        position: where the device was worn; None reads it from the stream. `labels` closes the set to leaves and groups
        that do not overlap: the probability is shared among them alone. A span longer than 5.12 s is cut into equal
        windows whose log-probabilities and embeddings are averaged. UserError when the stream has no acceleration.
        """
        place = taxonomy.position_of(position if position is not None else stream.position)
        told = self.labels_for(place) if labels is None else tuple(labels)
        logs, embeddings, usable = self.leaf_log_probabilities(self.prepare(stream, place), spans, place, batch_size)
        groups = [taxonomy.indices([label]) for label in told]
        # Relative to the likeliest leaf of the set, so that a set far from everything else does not underflow.
        inside = sorted({row for rows in groups for row in rows})
        leaf = np.exp(logs - logs[:, inside].max(axis=1, keepdims=True))
        kept = np.stack([leaf[:, rows].sum(axis=1) for rows in groups], axis=1)
        kept[~usable] = 1.0
        probabilities = (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32)
        return MotionPrediction(told, probabilities, embeddings, usable)

    def prepare(self, stream: Stream, position: str | None) -> Prepared:
        """The whole stream in the network's rate and axes, with the steps that took it there."""
        place = taxonomy.position_of(position)
        density = self.model.gravity_density[list(self.model.config.positions).index(place)].cpu().numpy()
        return prepare(stream, float(self.model.config.rate_hz), place, density)

    def leaf_log_probabilities(
        self, prepared: Prepared, spans: Sequence[Span], position: str | None, batch_size: int = 256
    ) -> tuple[npt.NDArray[np.float64], Floats, npt.NDArray[np.bool_]]:
        """(n, leaves) log-probabilities over every leaf, (n, D) embeddings, (n,) usable."""
        parts = [(owner, piece) for owner, span in enumerate(spans) for piece in pieces(span)]
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, (_, piece) in enumerate(parts):
            by_length[round(piece.duration_s * prepared.rate_hz)].append(number)
        n, leaves = len(spans), len(self.model.config.leaves)
        logs = np.zeros((n, leaves))
        embeddings = np.zeros((n, self.embedding_size))
        counts = np.zeros(n)
        for length, numbers in by_length.items():
            if length < SHORTEST_S * prepared.rate_hz:
                continue
            for first in range(0, len(numbers), batch_size):
                chosen = numbers[first : first + batch_size]
                windows = cut(prepared, [parts[i][1].start_s for i in chosen], length)
                batch_logs, batch_embeddings = self.score(windows, position, prepared.source_hz)
                owners = np.array([parts[i][0] for i in chosen])[windows.usable]
                np.add.at(logs, owners, batch_logs[windows.usable])
                np.add.at(embeddings, owners, batch_embeddings[windows.usable])
                np.add.at(counts, owners, 1.0)
        usable = counts > 0
        scale = np.maximum(counts, 1.0)[:, None]
        return logs / scale, (embeddings / scale).astype(np.float32), usable

    @torch.inference_mode()
    def score(
        self, windows: Cut, position: str | None, source_hz: float = math.inf
    ) -> tuple[npt.NDArray[np.float64], Floats]:
        """Windows already cut → (n, leaves) log-probabilities over every leaf and (n, D) embeddings."""
        place = taxonomy.position_of(position)
        row = list(self.model.config.positions).index(place)
        n = len(windows.values)
        output = self.model(
            torch.from_numpy(windows.values).to(self.device),
            torch.full((n,), row, dtype=torch.int64, device=self.device),
            torch.from_numpy(windows.has_gyro).to(self.device),
        )
        temperatures = self.model.config.temperatures
        kind = taxonomy.calibration_of(place, source_hz)
        logits = output.logits.double() / float(temperatures.get(kind, temperatures.get(place, 1.0)))
        if isinstance(self.model, MotionEnsemble) and kind in self.model.config.pool:
            mine, *theirs = self.model.config.pool[kind]
            said = self.model.experts(output.signals, output.statistics, taxonomy.KINDS.index(kind)).double()
            weights = torch.tensor(theirs, dtype=torch.float64, device=self.device)
            pooled = mine * output.logits.double() + (weights[:, None] * said).sum(dim=1)
            # The experts know windows with a gyroscope only.
            heard = torch.from_numpy(windows.has_gyro).to(self.device)[:, None]
            logits = torch.where(heard, pooled, logits)
        return logits.log_softmax(dim=1).cpu().numpy(), output.embedding.float().cpu().numpy()
