"""LIMU-BERT's own form of recognition: a small recurrent network on the frozen rows of the encoder.

Two GRU layers of 20 units and two linear ones, as the original's classifier; Adam at 1e-3. The epoch is chosen on validation
people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.checkpoint import load_checkpoint
from models.limubert.measuring import pooled_rows
from models.limubert.modeling_limubert import LimuBertForReconstruction

Floats = npt.NDArray[np.float32]
UNITS = 20
EPOCHS = 20
BATCH = 64
RATE = 1e-3
_AT_ONCE = 256
_SHIPPED = Path(__file__).parent / "checkpoints" / "base"


class RowReader(nn.Module):
    """rows (n, 120, 72) → (n, classes): the last state of the second GRU, dropped out, through two linear layers."""

    def __init__(self, size: int, classes: int) -> None:
        super().__init__()
        self.read = nn.GRU(size, UNITS, num_layers=2, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.narrow, self.decide = nn.Linear(UNITS, 10), nn.Linear(10, classes)

    def forward(self, rows: Tensor) -> Tensor:
        last = self.read(rows)[0][:, -1]
        return torch.as_tensor(self.decide(torch.relu(self.narrow(self.drop(last)))))


@dataclass(frozen=True, slots=True)
class FrozenEncoder:
    """A pretrained LIMU-BERT and what others read off it."""

    model: LimuBertForReconstruction
    revision: str

    @classmethod
    def from_pretrained(cls, folder: Path | None = None) -> FrozenEncoder:
        """The shipped one, or a folder. UserError where there is none."""
        folder = folder or _SHIPPED
        model = load_checkpoint(
            LimuBertForReconstruction,
            folder,
            expected="a pretrained LIMU-BERT",
            cure="train one with `telltale train limubert`",
        )
        return cls(model, str(model.config.revision_name))

    def pooled(self, windows: Floats) -> Floats:
        """(n, 120, 6) → (n, 144)."""
        return pooled_rows(self.model.encoder, windows)

    @torch.inference_mode()
    def rows(self, windows: Floats) -> Tensor:
        """(n, 120, 6) → (n, 120, 72)."""
        parts = [
            self.model.encoder(torch.from_numpy(windows[at : at + _AT_ONCE])) for at in range(0, len(windows), _AT_ONCE)
        ]
        return torch.cat(parts) if parts else torch.zeros(0, windows.shape[1], self.model.config.hidden_size)

    def recurrent(
        self,
        train: Floats,
        truth: Sequence[int],
        validating: npt.NDArray[np.bool_],
        classes: int,
        *,
        seed: int = 0,
        epochs: int = EPOCHS,
        batch_size: int = BATCH,
    ) -> tuple[RowReader, int]:
        """(reader, the epoch that the validating windows chose; the last without any)."""
        rows, wanted = self.rows(train).clone(), torch.tensor(list(truth))
        fit, held = np.flatnonzero(~validating), np.flatnonzero(validating)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            reader = RowReader(rows.shape[2], classes)
            optimizer = torch.optim.Adam(reader.parameters(), lr=RATE)
            best, kept, chosen = -1.0, {k: v.clone() for k, v in reader.state_dict().items()}, 0
            for epoch in range(epochs):
                reader.train()
                order = fit[np.random.default_rng((seed, epoch)).permutation(len(fit))]
                for at in range(0, len(order), batch_size):
                    batch = torch.from_numpy(order[at : at + batch_size])
                    loss = nn.functional.cross_entropy(reader(rows[batch]), wanted[batch])
                    optimizer.zero_grad(set_to_none=True)
                    loss.backward()  # type: ignore[no-untyped-call]
                    optimizer.step()
                score = float(epoch)
                if len(held):
                    at_held = torch.from_numpy(held)
                    score = float((classified(reader, rows[at_held]) == wanted[at_held].numpy()).mean())
                if score > best:
                    best, chosen = score, epoch
                    kept = {k: v.clone() for k, v in reader.state_dict().items()}
        reader.load_state_dict(kept)
        return reader.eval(), chosen

    def read(self, reader: RowReader, windows: Floats) -> npt.NDArray[np.int64]:
        """(n,) class numbers."""
        return classified(reader, self.rows(windows))


@torch.inference_mode()
def classified(reader: RowReader, rows: Tensor) -> npt.NDArray[np.int64]:
    reader.eval()
    parts = [reader(rows[at : at + _AT_ONCE]).argmax(dim=1).numpy() for at in range(0, len(rows), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
