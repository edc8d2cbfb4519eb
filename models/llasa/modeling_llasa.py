"""LLaSA (Imran et al., arXiv 2406.14498): LIMU-BERT rows → two-layer projector → a language model with a low-rank adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from models.limubert.configuration_limubert import LimuBertConfig
from models.limubert.modeling_limubert import LimuBertModel
from models.llasa.by_value import NUMBERS, numbers_of
from models.llasa.configuration_llasa import LlasaConfig
from models.numbers import NumbersSaid
from models.sensorllm.frozen_head import frozen_head_loss

Part = Literal["encoder", "projector", "adapter"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass
class LlasaOutput(ModelOutput):
    """loss: (), mean next-token cross-entropy of the asked tokens. hidden: (batch, tokens, backbone_size)."""

    loss: Tensor | None = None
    hidden: Tensor | None = None


class LlasaModel(PreTrainedModel):
    """forward: windows (batch, 120, 6) float32 in g and rad/s; input_ids (batch, tokens) int64, right-padded; first: where
    the sensor rows stand (the same place in every sequence), None for a batch without windows; answers (batch, tokens):
    next-token targets, −100 where nothing is asked.
    """

    config_class = LlasaConfig
    main_input_name = "input_ids"
    supports_gradient_checkpointing = False

    def __init__(self, config: LlasaConfig) -> None:
        super().__init__(config)
        self.encoder = LimuBertModel(LimuBertConfig(**config.encoder))
        size = config.backbone_size
        self.projector = nn.Sequential(nn.Linear(config.encoder_size, size), nn.GELU(), nn.Linear(size, size))
        self.by_value = NumbersSaid(NUMBERS, config.by_value, size) if config.by_value else None
        if self.by_value is not None:
            nn.init.zeros_(self.by_value.say.weight)  # it begins as no change
        # The adapter's parameters, by the language model's own names with dots written as "/": a ParameterDict wants no dots.
        self.adapter = nn.ParameterDict()
        # In a list, so that neither the checkpoint nor the optimizer sees what is frozen.
        self._frozen: list[PreTrainedModel] = []
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation."""

    def attach(self, backbone: PreTrainedModel) -> LlasaModel:
        """Use this language model: frozen, with the adapter of the configuration injected (B zero: it begins as no change)."""
        backbone.eval().requires_grad_(False)
        if self.config.rank:
            from peft import LoraConfig, inject_adapter_in_model

            settings = LoraConfig(
                r=self.config.rank,
                lora_alpha=self.config.alpha,
                target_modules=list(self.config.adapted),
                bias="none",
            )
            inject_adapter_in_model(settings, backbone)
            for name, parameter in backbone.named_parameters():
                if "lora_" not in name:
                    continue
                parameter.data = parameter.data.float()
                parameter.requires_grad_(True)
                key = name.replace(".", "/")
                if key in self.adapter:
                    parameter.data.copy_(self.adapter[key].data.to(parameter.device))
                self.adapter[key] = parameter
        self._frozen = [backbone]
        return self

    @property
    def backbone(self) -> Any:
        return self._frozen[0]

    def expect_adapter(self, tensors: dict[str, Tensor]) -> None:
        """Make room for an adapter that a checkpoint holds, before a language model is attached."""
        for key, value in tensors.items():
            self.adapter[key] = nn.Parameter(value.float())

    def rows(self, windows: Tensor) -> Tensor:
        """(batch, 120, 6) → (batch, sensor tokens, backbone_size)."""
        return self.projected(self.encoded(windows), windows)

    def projected(self, encoded: Tensor, windows: Tensor) -> Tensor:
        """(batch, rows, encoder_size) of windows (batch, 120, 6), all their rows or some → (batch, rows, backbone_size)."""
        rows = torch.as_tensor(self.projector(encoded))
        return rows if self.by_value is None else rows + self.by_value(numbers_of(windows))[:, None]

    def encoded(self, windows: Tensor) -> Tensor:
        """(batch, 120, 6) → (batch, sensor tokens, encoder_size): the encoder's rows, averaged in groups of `config.pool`."""
        found = self.encoder(windows)
        pool = int(self.config.pool)
        return torch.as_tensor(found if pool == 1 else found.unflatten(1, (-1, pool)).mean(dim=2))

    def embed(self, windows: Tensor | None, input_ids: Tensor, first: int | None) -> Tensor:
        text = self.backbone.get_input_embeddings()(input_ids)
        if windows is None or first is None:
            return torch.as_tensor(text)
        rows = self.rows(windows).to(text.dtype)
        return torch.cat([text[:, :first], rows, text[:, first + rows.shape[1] :]], dim=1)

    def forward(
        self,
        input_ids: Tensor,
        windows: Tensor | None = None,
        first: int | None = None,
        answers: Tensor | None = None,
    ) -> LlasaOutput:
        embedded = self.embed(windows, input_ids, first)
        # Right padding needs no mask: a causal model never looks there.
        hidden = self.backbone.base_model(inputs_embeds=embedded, use_cache=False).last_hidden_state
        if answers is None:
            return LlasaOutput(hidden=hidden)
        flat = answers.flatten()
        asked = torch.nonzero(flat >= 0)[:, 0]
        head = self.backbone.get_output_embeddings().weight
        return LlasaOutput(loss=frozen_head_loss(hidden.flatten(0, 1)[asked], head, flat[asked]), hidden=hidden)

    def part(self, name: Part) -> list[nn.Parameter]:
        """The parameters of a part; what tells numbers by value belongs to the projector."""
        modules: dict[Part, list[nn.Module | None]] = {
            "encoder": [self.encoder],
            "projector": [self.projector, self.by_value],
            "adapter": [self.adapter],
        }
        return [p for module in modules[name] if module is not None for p in module.parameters()]

    def trained(self, parts: Sequence[Part]) -> list[nn.Parameter]:
        """Make exactly these parts trainable, and return their parameters."""
        for name in PARTS:
            for parameter in self.part(name):
                parameter.requires_grad_(name in parts)
        return [parameter for name in PARTS if name in parts for parameter in self.part(name)]

    def merge(self) -> LlasaModel:
        """Fold the adapter into the language model's weights, for inference: the same answers in fewer steps."""
        from peft.tuners.lora import LoraLayer

        for module in self.backbone.modules():
            if isinstance(module, LoraLayer):
                module.merge()
        return self

    def to(self, *args: Any, **kwargs: Any) -> LlasaModel:
        """The trained parts move, and the frozen ones to the same device (they keep their own precision)."""
        moved = cast("LlasaModel", super().to(*args, **kwargs))
        for frozen in self._frozen:
            frozen.to(device=moved.device)
        return moved

    def train(self, mode: bool = True) -> LlasaModel:
        super().train(mode)
        for frozen in self._frozen:
            frozen.eval()
        return self
