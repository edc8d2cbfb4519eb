"""SensorLLM (Li et al., EMNLP 2025, §3): encoder rows → alignment MLP → a frozen language model, and a class head on it.

Only what is trained is a parameter here: the MLP, two rows a channel (the start and end marker) and the head. The encoder
and the language model are found by name and attached; the marker rows are a table of their own, because a backbone with
tied embeddings would otherwise change its output head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import Cache, PreTrainedModel
from transformers.utils import ModelOutput

from models.numbers import NumbersSaid
from models.sensorllm.batches import IGNORED
from models.sensorllm.configuration_sensorllm import SensorLLMConfig
from models.sensorllm.data import count_of, known_kinds
from models.sensorllm.frozen_head import frozen_head_loss


@dataclass
class SensorLLMOutput(ModelOutput):
    """loss: (), where targets were given. logits: (batch, labels), after tuning only, not divided by `logit_divisor`."""

    loss: Tensor | None = None
    logits: Tensor | None = None


# Of the loss of reading rows: what is read at a series' end, once for all its steps.
END_SHARE = 0.25


def ends_of(steps: Tensor) -> Tensor:
    """(…, rows) words asked at rows, −100 where none → True at the last row of every series: nothing is asked of the one after it."""
    after = torch.nn.functional.pad(steps[..., 1:], (0, 1), value=IGNORED)
    return (steps >= 0) & (after < 0)


def shallow(network: Any, layers: int) -> Any:
    """The same decoder without what comes after its first layers; it shares every weight. ValueError where it has no more."""
    if not 0 < layers <= len(network.layers):
        raise ValueError(f"a backbone of {len(network.layers)} layers was asked for {layers}")
    twin = copy(network)
    twin._modules = dict(network._modules)
    twin.layers = network.layers[:layers]
    return twin


class AlignmentMLP(nn.Sequential):
    """(rows, encoder_size) → (rows, backbone_size): linear, GELU, linear (§3.2); one more pair for two hidden layers."""

    def __init__(self, sizes: Sequence[int]) -> None:
        layers: list[nn.Module] = [nn.Linear(sizes[0], sizes[1])]
        for before, after in pairwise(sizes[1:]):
            layers += [nn.GELU(), nn.Linear(before, after)]
        super().__init__(*layers)

    def forward(self, rows: Tensor, mean: Callable[[Tensor], Tensor] | None = None) -> Tensor:
        """mean: neighbouring rows → fewer rows, taken before the last layer. The mean of its outputs is its output of their mean, and
        three quarters of the MLP's arithmetic in training would be spent on rows about to be averaged."""
        *first, last = self
        for layer in first:
            rows = layer(rows)
        said: Tensor = last(rows if mean is None else mean(rows))
        return said


class ChannelLevels(NumbersSaid):
    """What `values_of` tells of a window, of the kinds in the configuration."""

    def __init__(self, config: SensorLLMConfig) -> None:
        numbers = count_of(known_kinds(config.value_kinds), len(config.channels))
        super().__init__(numbers, config.by_value, config.backbone_size)


class SensorLLMModel(PreTrainedModel):
    """forward: one batch laid out by `collate`.

    features: (rows, encoder_size) encoder rows of all series of the batch, one after another.
    input_ids: (batch, tokens) int64, right-padded; what stands at a marker or a row does not matter.
    source: (batch, tokens) int64: 0 a text token, 1 … 2C a marker, above it the encoder row source − 2C − 1.
    answers: (batch, tokens) int64 next-token targets, −100 where nothing is asked (alignment).
    steps: (batch, tokens) int64 which of the three trend words an encoder row is followed by, −100 elsewhere (alignment).
    levels: (batch, K) float32 numbers of the channels as `values_of` gives them, NaN for none, where `config.by_value` (tuning).
    last: (batch,) int64 the last real token; targets: (batch,) int64 class numbers (tuning).
    """

    config_class = SensorLLMConfig
    main_input_name = "input_ids"
    supports_gradient_checkpointing = False

    def __init__(self, config: SensorLLMConfig) -> None:
        super().__init__(config)
        self.projector = AlignmentMLP([config.encoder_size, *config.projector_sizes, config.backbone_size])
        self.markers = nn.Embedding(2 * len(config.channels), config.backbone_size)
        self.head = nn.Linear(config.backbone_size, len(config.labels), bias=False) if config.labels else None
        self.levels = ChannelLevels(config) if config.by_value else None
        self.class_weights: Tensor | None = None
        # In a list, so that neither parameters() nor the checkpoint nor the optimizer sees what is frozen.
        self._frozen: list[PreTrainedModel] = []
        self._rows: tuple[Tensor, Tensor] | None = None
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation for the MLP; `attach` gives fresh markers the mean of the known embeddings."""
        if isinstance(module, nn.Embedding):
            nn.init.zeros_(module.weight)

    def attach(self, backbone: PreTrainedModel, *, fresh: bool = False) -> SensorLLMModel:
        """Use this language model, frozen. fresh: start the markers from the mean of its input embeddings."""
        backbone.eval().requires_grad_(False)
        self._frozen = [backbone]
        self._rows = None
        if fresh:
            mean = backbone.get_input_embeddings().weight.float().mean(dim=0)
            with torch.no_grad():
                self.markers.weight.copy_(mean.to(self.markers.weight.device))
        return self

    @property
    def backbone(self) -> Any:
        return self._frozen[0]

    def embed(self, features: Tensor, input_ids: Tensor, source: Tensor, levels: Tensor | None = None) -> Tensor:
        """(batch, tokens, backbone_size): text embeddings with markers and projected rows in their places."""
        text = self.backbone.get_input_embeddings()(input_ids)
        series = len(input_ids) * len(self.config.channels)
        mean = partial(self._pooled, series=series) if self.config.pooled_rows > 1 else None
        rows = self.projector(features.to(self.markers.weight.dtype), mean)
        if self.levels is not None:
            if levels is None:
                raise ValueError("this checkpoint reads numbers of the channels by value")
            rows = rows + self.levels(levels).repeat_interleave(len(rows) // len(levels), dim=0)
        table = torch.cat([torch.zeros_like(rows[:1]), self.markers.weight.to(rows.dtype), rows])
        placed = table.to(text.dtype)[source.clamp_min(0)]
        return torch.where((source > 0)[..., None], placed, text)

    def _pooled(self, rows: Tensor, series: int) -> Tensor:
        """(series × (L + 1), D) → means of neighbouring rows; a series' last row, its end, stays by itself."""
        each = rows.view(series, -1, rows.shape[-1])
        means = nn.functional.avg_pool1d(each[:, :-1].transpose(1, 2), self.config.pooled_rows, ceil_mode=True)
        return torch.cat([means.transpose(1, 2), each[:, -1:]], dim=1).flatten(0, 1)

    def output_head(self) -> tuple[Tensor, Tensor | None]:
        """The backbone's output rows that answers are chosen among, and token id → row of them (None: all, in order).

        The other rows are frozen, no answer holds them, and no writing may choose them: leaving them out of the normaliser
        saves most of the loss's cost. −1 marks a token without a row.
        """
        weight: Tensor = self.backbone.get_output_embeddings().weight
        if not self.config.answer_tokens:
            return weight, None
        if self._rows is None or self._rows[0].device != weight.device:
            chosen = torch.tensor(self.config.answer_tokens, device=weight.device)
            places = torch.full((len(weight),), -1, dtype=torch.long, device=weight.device)
            places[chosen] = torch.arange(len(chosen), device=weight.device)
            self._rows = (weight[chosen], places)
        return self._rows

    def hidden_states(self, embeddings: Tensor, layers: int = 0, after: Cache | None = None) -> Tensor:
        """(batch, tokens, backbone_size) after so many layers, 0 all. Right padding needs no mask: no causal model looks there.

        after: text that was read before (`read_text`), the same for all of the batch; it stays as it was.
        """
        network = shallow(self.backbone.base_model, layers) if layers else self.backbone.base_model
        if after is None:
            return network(inputs_embeds=embeddings, use_cache=False).last_hidden_state
        read = deepcopy(after)
        read.batch_repeat_interleave(len(embeddings))
        return network(inputs_embeds=embeddings, past_key_values=read, use_cache=True).last_hidden_state

    def read_text(self, tokens: npt.NDArray[np.integer]) -> Cache:
        """(n,) tokens of a text, read once so that many sequences can begin with it."""
        ids = torch.from_numpy(tokens.astype(np.int64))[None].to(self.device)
        return cast("Cache", self.backbone.base_model(input_ids=ids, use_cache=True).past_key_values)

    def forward(
        self,
        features: Tensor,
        input_ids: Tensor,
        source: Tensor,
        answers: Tensor | None = None,
        last: Tensor | None = None,
        targets: Tensor | None = None,
        steps: Tensor | None = None,
        levels: Tensor | None = None,
    ) -> SensorLLMOutput:
        embedded = self.embed(features, input_ids, source, levels)
        hidden = self.hidden_states(embedded, layers=self.config.backbone_layers)
        if answers is not None:
            return SensorLLMOutput(loss=self._alignment_loss(hidden, answers, steps))
        if self.head is None or last is None:
            raise ValueError("classification needs a head and the last position of every sequence")
        pooled = hidden[torch.arange(len(last), device=last.device), last]
        logits = self.head(pooled.to(self.head.weight.dtype)).float()
        loss = None
        if targets is not None:
            weights = None if self.class_weights is None else self.class_weights.to(logits.device)
            loss = nn.functional.cross_entropy(logits, targets, weight=weights)
        return SensorLLMOutput(loss=loss, logits=logits)

    def _alignment_loss(self, hidden: Tensor, answers: Tensor, steps: Tensor | None) -> Tensor:
        """Nats a token of the answers, and of the trend words at the rows by their weight; either may be asked nowhere."""
        loss = hidden.sum() * 0.0
        if bool((answers >= 0).any()):
            loss = loss + self.answer_loss(hidden, answers)
        if steps is not None:
            loss = loss + self.config.step_weight * self.step_loss(hidden, steps)[0]
        return loss

    def answer_loss(self, hidden: Tensor, answers: Tensor) -> Tensor:
        """hidden (batch, tokens, D), answers (batch, tokens) → mean nats a token that is asked for."""
        flat = answers.flatten()
        asked = torch.nonzero(flat >= 0)[:, 0]
        head, targets_of = self.output_head()
        wanted = flat[asked] if targets_of is None else targets_of[flat[asked]]
        return frozen_head_loss(hidden.flatten(0, 1)[asked], head, wanted)

    def step_loss(self, hidden: Tensor, steps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """hidden (batch, tokens, D), steps (batch, tokens) → nats a row among the three words, the shares read right of the rows of
        steps and of those at a series' end, which say the whole (`END_SHARE` of the loss: one row in a hundred)."""
        flat, words = steps.flatten(), self.step_words()
        at_end = ends_of(steps).flatten()
        loss, shares = hidden.sum() * 0.0, []
        for rows, weight in (((flat >= 0) & ~at_end, 1.0 - END_SHARE), (at_end, END_SHARE)):
            asked = torch.nonzero(rows)[:, 0]
            if not len(asked):
                shares.append(loss.new_full((), torch.nan))
                continue
            states = hidden.flatten(0, 1)[asked]
            shares.append(((states.detach() @ words.T).argmax(dim=1) == flat[asked]).float().mean())
            loss = loss + weight * frozen_head_loss(states, words, flat[asked])
        return loss, shares[0], shares[1]

    def step_words(self) -> Tensor:
        """(3, D): the output rows of the words for falling, steady and rising, among which a sensor row is read."""
        weight: Tensor = self.backbone.get_output_embeddings().weight
        return weight[torch.tensor(self.config.step_tokens, device=weight.device)]

    def to(self, *args: Any, **kwargs: Any) -> SensorLLMModel:
        """The trained parts move, and the frozen ones to the same device (they keep their own precision)."""
        moved = cast("SensorLLMModel", super().to(*args, **kwargs))
        for frozen in self._frozen:
            frozen.to(device=moved.device)
        return moved

    def train(self, mode: bool = True) -> SensorLLMModel:
        super().train(mode)
        for frozen in self._frozen:
            frozen.eval()
        return self
