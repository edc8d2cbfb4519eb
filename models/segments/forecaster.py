"""Training and asking an ensemble of segment networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.segments.examples import Batch, Seen, batch_of, drawn
from models.segments.network import SegmentNetwork
from models.segments.settings import SegmentSettings


@dataclass(slots=True)
class SegmentForecaster:
    """`fit`, then `probabilities`. Networks differ by their seed alone; their probabilities are averaged.

    device: a torch device, or "auto" for CUDA where it is and the processor elsewhere.
    """

    kinds: int
    settings: SegmentSettings = field(default_factory=SegmentSettings)
    device: str = "cpu"
    networks: list[SegmentNetwork] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if self.device == "auto":
            self.device = "cuda" if torch.cuda.is_available() else "cpu"

    @property
    def parameters(self) -> int:
        return sum(p.numel() for network in self.networks for p in network.parameters())

    def fit(self, sequences: Sequence[Seen]) -> None:
        self.networks = [self._trained(sequences, self.settings.first_seed + i) for i in range(self.settings.seeds)]

    def _trained(self, sequences: Sequence[Seen], seed: int) -> SegmentNetwork:
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        s = self.settings
        network = SegmentNetwork(self.kinds, s).to(self.device).train()
        optimiser = torch.optim.AdamW(network.parameters(), lr=s.learning_rate, weight_decay=s.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, s.learning_rate, total_steps=s.steps, pct_start=0.1)
        for _ in range(s.steps):
            batch = drawn(rng, sequences, s, self.kinds)
            told = self._told(network, batch)
            targets = torch.from_numpy(batch.targets).to(self.device)
            loss = torch.nn.functional.nll_loss(told.flatten(0, 1), targets.flatten(), ignore_index=-100)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        return network.eval()

    def _told(self, network: SegmentNetwork, batch: Batch) -> Tensor:
        parts = (batch.tokens, batch.facts, batch.lengths, batch.whole, batch.done, batch.current)
        told: Tensor = network(*(torch.from_numpy(p).to(self.device) for p in parts), self.settings.cells)
        return told

    @torch.no_grad()
    def probabilities(
        self, seen: Sequence[Seen], now_s: Sequence[float], totals_s: Sequence[float], horizons_s: Sequence[float]
    ) -> npt.NDArray[np.float64]:
        """(b, cells, kinds) at the middle of each cell of each horizon, averaged over the networks."""
        batch = batch_of(seen, now_s, totals_s, horizons_s, self.kinds, self.settings.cells)
        told = [self._told(network, batch).exp().cpu().numpy() for network in self.networks]
        return np.mean(told, axis=0, dtype=np.float64)

    def save(self, path: Path) -> None:
        """All networks in one safetensors file."""
        from safetensors.torch import save_file

        save_file(
            {f"{i}.{k}": v.cpu().contiguous() for i, n in enumerate(self.networks) for k, v in n.state_dict().items()},
            path,
        )

    def load(self, path: Path) -> None:
        """What `save` wrote, for the same kinds and settings."""
        from safetensors.torch import load_file

        weights = load_file(path)
        self.networks = []
        for i in range(self.settings.seeds):
            network = SegmentNetwork(self.kinds, self.settings)
            mine = {k.split(".", 1)[1]: v for k, v in weights.items() if k.startswith(f"{i}.")}
            network.load_state_dict(mine)
            self.networks.append(network.to(self.device).eval())
