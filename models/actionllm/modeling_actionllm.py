"""ActionLLM: label names and features of what was seen, constant queries for what comes, a frozen language model between.

Only what is trained is a parameter here; the language model is found by name and attached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.interaction import InteractionBlock
from models.actionllm.tuning_layers import ActionTuning, read_both_ways, require_llama_type

IGNORED = -100


@dataclass
class ActionLLMOutput(ModelOutput):
    """loss: () and parts: its (4,) terms in the order of `LOSSES`, where targets were given. past_text, past_features:
    (b, n, K). actions: (b, queries, K + 1) logits, the last is NONE. durations: (b, queries), softmax of them over the slots
    before NONE are shares of the window."""

    loss: Tensor | None = None
    parts: Tensor | None = None
    past_text: Tensor | None = None
    past_features: Tensor | None = None
    actions: Tensor | None = None
    durations: Tensor | None = None


class FeatureAdapter(nn.Sequential):
    """feature_size → adapter_size → backbone_size with SiLU; the feature stream and the queries share it."""

    def __init__(self, config: ActionLLMConfig) -> None:
        layers = (
            nn.Linear(config.feature_size, config.adapter_size),
            nn.Linear(config.adapter_size, config.backbone_size),
        )
        for layer in layers:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        super().__init__(layers[0], nn.SiLU(), layers[1])


class ActionLLM(PreTrainedModel):
    """forward: text (b, n, backbone_size) name embeddings; features (b, n, feature_size); real (b, n) bool, padding on the
    right; past (b, n) true activities of the observed part, future (b, queries) activities then NONE, −100 beyond;
    durations (b, queries) shares of the window, 0 from NONE on.
    """

    config_class = ActionLLMConfig
    main_input_name = "text"
    supports_gradient_checkpointing = False

    def __init__(self, config: ActionLLMConfig) -> None:
        super().__init__(config)
        size, kinds = config.backbone_size, len(config.activities)
        self.adapter = FeatureAdapter(config)
        self.block = self.down = self.up = None
        if config.interaction != "none":
            self.down = nn.Linear(size, config.interaction_size, bias=False)
            self.block = InteractionBlock(config)
            self.up = nn.Linear(config.interaction_size, size, bias=False)
        self.tuning = nn.ModuleList(ActionTuning(config) for _ in range(max(config.layers, 1)))
        self.head_text = nn.Linear(size, kinds, bias=False)
        self.head_features = nn.Linear(size, kinds, bias=False)
        self.head_action = nn.Linear(size, kinds + 1, bias=False)
        self.head_duration = nn.Linear(size, 1, bias=False)
        shape = (config.queries, config.feature_size)
        begin = {"zero": torch.zeros(shape), "constant": torch.ones(shape)}.get(config.query_initialisation)
        begin = torch.randn(shape) if begin is None else begin
        # Constant queries are not learnt; they are kept with the weights because "normal" is drawn once.
        self.query = nn.Parameter(begin)
        self._freeze()
        # In a list, so that neither the checkpoint nor the optimizer sees what is frozen.
        self._frozen: list[PreTrainedModel] = []
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Every part initialises itself."""

    def attach(self, backbone: PreTrainedModel) -> ActionLLM:
        """Use this language model, frozen. UserError where it is not of the Llama type; ValueError where it does not fit."""
        require_llama_type(backbone, self.config.backbone)
        found = int(backbone.get_input_embeddings().weight.shape[1])
        if found != self.config.backbone_size or len(cast("Any", backbone).base_model.layers) < self.config.layers:
            raise ValueError(f"a language model {found} wide does not fit a width of {self.config.backbone_size}")
        backbone.eval().requires_grad_(False)
        self._frozen = [backbone]
        self._freeze()  # reading a checkpoint makes every parameter anew
        return self

    def _freeze(self) -> None:
        """What the configuration does not train."""
        self.query.requires_grad_(self.config.query_initialisation == "learned")
        for head in (self.head_text, self.head_features, self.head_action):
            head.requires_grad_(not self.config.frozen_heads)

    @property
    def backbone(self) -> Any:
        return self._frozen[0]

    @property
    def trained_parameters(self) -> int:
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    def forward(
        self,
        text: Tensor,
        features: Tensor,
        real: Tensor,
        past: Tensor | None = None,
        future: Tensor | None = None,
        durations: Tensor | None = None,
    ) -> ActionLLMOutput:
        size = len(text)
        asked = torch.ones(size, self.config.queries, dtype=torch.bool, device=real.device)
        streams = [
            text.to(self.query.dtype),
            self.adapter(features.to(self.query.dtype)),
            self.adapter(self.query)[None].expand(size, -1, -1),
        ]
        if self.block is not None and self.down is not None and self.up is not None:
            mixed = self.block([self.down(x) for x in streams], [~real, ~real, ~asked])
            streams = [x + self.up(y) for x, y in zip(streams, mixed, strict=True)]
        joined = torch.cat(streams, dim=1).to(self.backbone.dtype)
        out = read_both_ways(self.backbone, self.tuning, joined, torch.cat([real, real, asked], dim=1))
        out = out.to(self.query.dtype)
        n = real.shape[1]
        found = ActionLLMOutput(
            past_text=self.head_text(out[:, :n]),
            past_features=self.head_features(out[:, n : 2 * n]),
            actions=self.head_action(out[:, 2 * n :]),
            durations=self.head_duration(out[:, 2 * n :])[..., 0],
        )
        if past is not None and future is not None and durations is not None:
            found.parts = self._losses(found, past, future, durations)
            found.loss = found.parts.sum()
        return found

    def _losses(self, found: ActionLLMOutput, past: Tensor, future: Tensor, durations: Tensor) -> Tensor:
        """(4,) in the order of `LOSSES`; 0 for those that the configuration leaves out."""
        assert found.past_text is not None and found.past_features is not None
        assert found.actions is not None and found.durations is not None
        wanted = set(self.config.losses)
        zero = found.actions.new_zeros(())

        def chosen(logits: Tensor, targets: Tensor) -> Tensor:
            return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)

        valid = durations > 0
        shares = torch.softmax(found.durations.masked_fill(~valid, -torch.inf), dim=1).masked_fill(~valid, 0.0)
        wrong = ((shares - durations) ** 2).sum(dim=1)
        if self.config.duration_loss == "mean":
            wrong = wrong / valid.sum(dim=1).clamp_min(1)
        return torch.stack(
            [
                chosen(found.past_text, past) if "past_text" in wanted else zero,
                chosen(found.past_features, past) if "past_features" in wanted else zero,
                chosen(found.actions, future),
                wrong.mean(),
            ]
        )

    def to(self, *args: Any, **kwargs: Any) -> ActionLLM:
        """The trained parts move, and the language model to the same device (it keeps its own precision)."""
        moved = cast("ActionLLM", super().to(*args, **kwargs))
        for frozen in self._frozen:
            frozen.to(device=moved.device)
        return moved

    def train(self, mode: bool = True) -> ActionLLM:
        super().train(mode)
        for frozen in self._frozen:
            frozen.eval()
        return self
