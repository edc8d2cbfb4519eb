"""From rows to tensors: names as the language model's own embeddings, streams padded to one length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.modeling_actionllm import IGNORED
from models.actionllm.streams import Rows


class ActionLLMProcessor:
    """Embeds names (any name: what was never trained on has words too) and makes batches."""

    def __init__(self, config: ActionLLMConfig, backbone: Any, tokenizer: Any) -> None:
        self.config, self.tokenizer = config, tokenizer
        self._table: Tensor = backbone.get_input_embeddings().weight.detach()
        self._known: dict[str, Tensor] = {}
        self._number = {name: i for i, name in enumerate(config.activities)}

    def name_embedding(self, name: str) -> Tensor:
        """(backbone_size,) float32: the mean of the embeddings of the name's tokens (equation 12), no begin or end token."""
        if name not in self._known:
            said = name.replace("_", " ") if self.config.names == "words" else name
            ids = self.tokenizer(said, add_special_tokens=False).input_ids
            rows = self._table[torch.tensor(ids, device=self._table.device)] if ids else self._table[:1] * 0
            self._known[name] = rows.float().mean(dim=0).cpu()
        return self._known[name]

    def collate(self, rows: Sequence[Rows]) -> dict[str, Tensor]:
        """text, features, real of `ActionLLM.forward`, padded on the right; past where every activity is known."""
        longest = max(len(one.activities) for one in rows)
        text = torch.zeros(len(rows), longest, self.config.backbone_size)
        features = torch.zeros(len(rows), longest, self.config.feature_size)
        real = torch.zeros(len(rows), longest, dtype=torch.bool)
        past = torch.full((len(rows), longest), IGNORED, dtype=torch.long)
        for i, one in enumerate(rows):
            n = len(one.activities)
            text[i, :n] = torch.stack([self.name_embedding(name) for name in one.activities])
            features[i, :n] = torch.from_numpy(np.asarray(one.features, dtype=np.float32))
            real[i, :n] = True
            past[i, :n] = torch.tensor([self._number.get(name, IGNORED) for name in one.truth])
        return {"text": text, "features": features, "real": real, "past": past}
