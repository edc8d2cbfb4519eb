"""Before the language model is asked anything: rows are turned towards the word vectors of what they show.

Our own addition, for processors. The published first stage finds a projector through a frozen language model, at hundreds of
millions of operations a token; that a row of walking should lie near the vectors of "walking" needs no language model, only
its table of word vectors. A few passes cost what a dozen steps of the first stage cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from models.llasa.data.words import activity
from models.llasa.modeling_llasa import LlasaModel
from models.motion.protocols import PROTOCOLS
from models.rotations import rotations

_SHARPNESS = 0.07
_EACH_ROW = 0.25
_LENGTH = 0.5
_AT_ONCE = 256
_THIRDS = 3
_LARGEST_TURN_RAD, _SCALE, _NOISE = 0.35, 0.05, 0.01


class WarmStart:
    """Steps over windows (n, 120, 6) whose labels and protocols are known; the loss compares within a protocol's classes."""

    def __init__(
        self,
        model: LlasaModel,
        tokenizer: Any,
        windows: Tensor,
        labels: Sequence[str],
        protocols: Sequence[str],
        weights: npt.NDArray[np.float64],
        seed: int,
        *,
        encoder: bool = False,
    ) -> None:
        self.model, self.seed = model, seed
        self.windows = windows
        self.chances = weights / weights.sum()
        self.labels = tuple(dict.fromkeys(label for p in PROTOCOLS.values() for label in p.classes))
        self.encoded = None if encoder else self._encode(windows)  # a frozen encoder says the same each time
        self.truth = torch.tensor([self.labels.index(label) for label in labels], device=windows.device)
        allowed = {name: [label in p.classes for label in self.labels] for name, p in PROTOCOLS.items()}
        self.allowed = torch.tensor([allowed[name] for name in protocols], device=windows.device)
        table = model.backbone.get_input_embeddings().weight.detach().float()
        self.words = torch.stack([table[_word_ids(tokenizer, label)].mean(dim=0) for label in self.labels])
        self.length = float(table.norm(dim=1).mean())

    @torch.no_grad()
    def _encode(self, windows: Tensor) -> Tensor:
        """The encoder is frozen: its rows are computed once, (n, sensor tokens, 72)."""
        self.model.eval()
        return torch.cat([self.model.encoded(windows[at : at + _AT_ONCE]) for at in range(0, len(windows), _AT_ONCE)])

    def said(self, rows: Tensor, number: int | None = None) -> Tensor:
        """(batch, sensor tokens, backbone_size) of windows by their numbers, every third of them for step `number`, whose windows
        are turned, scaled and shaken where the encoder learns along."""
        windows = self.windows[rows]
        if self.encoded is not None:
            encoded = self.encoded[rows]
        else:
            if number is not None:
                rng = np.random.default_rng((self.seed, 11, number))
                windows = torch.from_numpy(shaken(windows.cpu().numpy(), rng)).to(windows.device)
            encoded = self.model.encoded(windows)
        some = encoded if number is None else encoded[:, number % _THIRDS :: _THIRDS]
        return self.model.projected(some, windows)

    def rows(self, number: int, batch: int) -> Tensor:
        """Which windows step `number` is about."""
        drawn = np.random.default_rng((self.seed, 7, number)).choice(len(self.chances), size=batch, p=self.chances)
        return torch.from_numpy(drawn).to(self.truth.device)

    def loss(self, rows: Tensor, number: int) -> Tensor:
        """rows: (batch,) numbers of windows. Every third of their sensor tokens is looked at, another third each step."""
        said = self.said(rows, number)
        words = functional.normalize(self.words, dim=1)
        whole = functional.normalize(said.mean(dim=1), dim=1) @ words.T / _SHARPNESS
        each = functional.normalize(said, dim=2) @ words.T / _SHARPNESS
        shut = ~self.allowed[rows]
        truth = self.truth[rows]
        whole = whole.masked_fill(shut, float("-inf"))
        each = each.masked_fill(shut[:, None], float("-inf"))
        length = (said.norm(dim=2) / self.length - 1).square().mean()
        return (
            functional.cross_entropy(whole, truth)
            + _EACH_ROW * functional.cross_entropy(each.transpose(1, 2), truth[:, None].expand(-1, each.shape[1]))
            + _LENGTH * length
        )

    @torch.no_grad()
    def accuracy(self, rows: Tensor) -> float:
        """Share of windows whose mean row lies nearest to its own label's words."""
        found = []
        for at in range(0, len(rows), _AT_ONCE):
            part = rows[at : at + _AT_ONCE]
            said = functional.normalize(self.said(part).mean(dim=1), dim=1)
            near = (said @ functional.normalize(self.words, dim=1).T).masked_fill(~self.allowed[part], -2.0)
            found.append(near.argmax(dim=1) == self.truth[part])
        return float(torch.cat(found).float().mean()) if found else float("nan")


def shaken(
    windows: npt.NDArray[np.float32], rng: np.random.Generator, scale: float = _SCALE, noise: float = _NOISE
) -> npt.NDArray[np.float32]:
    """(n, 120, 6) turned by up to 0.35 rad about any axis, acceleration and rotation alike, scaled and given noise."""
    n = len(windows)
    axes, angles = rng.normal(size=(n, 3)), rng.uniform(0.0, _LARGEST_TURN_RAD, n)
    turn = rotations(torch.from_numpy(axes), torch.from_numpy(angles)).numpy()
    turned = np.einsum("nij,nskj->nski", turn, windows.reshape(n, -1, 2, 3)).reshape(windows.shape)
    scaled = turned * rng.normal(1.0, scale, (n, 1, 1))
    return np.asarray(scaled + rng.normal(0.0, noise, windows.shape), dtype=np.float32)


def _word_ids(tokenizer: Any, label: str) -> list[int]:
    return [int(i) for i in tokenizer.encode(f" {activity(label)}", add_special_tokens=False)]
