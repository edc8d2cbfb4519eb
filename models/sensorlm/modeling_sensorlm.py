"""SensorLM: a sensor tower and a text tower in one space, and, for CoCa, a decoder that writes captions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from models.motion.orientation import GRID_POINTS
from models.sensorlm.blocks import Past
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.decoder import CaptionDecoder
from models.sensorlm.details import Measured, Values, WindowDetails, exactly
from models.sensorlm.objectives import caption_losses, sigmoid_loss, softmax_loss
from models.sensorlm.sensor_tower import SensorTower
from models.sensorlm.text_tower import SentenceTower, Texts, TokenTower
from models.sensorlm.tokenizer import SPECIAL

PADDING, END = SPECIAL.index("[PAD]"), SPECIAL.index("[END]")
# Captions that only name an activity are as short as this; beside long ones they would be mostly padding.
SHORT_CAPTION = 32
NO_DECODER = "this checkpoint writes no captions: it was not trained with the coca objective"


@dataclass(frozen=True, slots=True)
class SensorBatch:
    """windows: (n, 6, samples) m/s² and rad/s, zeros where the gyroscope is missing. placement: (n,) rows of the config's.

    has_gyro: (n,) bool.
    """

    windows: Tensor
    placement: Tensor
    has_gyro: Tensor


class SensorLM(PreTrainedModel):
    """Windows and texts as unit vectors; their cosine times `scale` plus `bias` is the log-odds that they belong together."""

    config_class = SensorLMConfig
    main_input_name = "windows"

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__(config)
        self.sensor = SensorTower(config)
        self.text: SentenceTower | TokenTower
        self.text = SentenceTower(config) if config.text_tower == "sentences" else TokenTower(config)
        self.sensor_head = nn.Linear(config.width, config.embedding_size)
        self.text_head = nn.Linear(config.width, config.embedding_size)
        self.values = Values(config.detail_rank) if config.text_tower == "sentences" else None
        self.details = WindowDetails(config) if config.measures else None
        heads = (nn.Linear(config.detail_rank, size, bias=False) for size in config.detail_sizes)
        self.detail_heads = nn.ModuleList(heads) if config.measures else None
        self.measuring = nn.Parameter(torch.tensor(math.log(2 * config.initial_scale))) if config.measures else None
        self.log_scale = nn.Parameter(torch.tensor(math.log(config.initial_scale)))
        self.bias = nn.Parameter(torch.tensor(float(config.initial_bias)))
        self.decoder = CaptionDecoder(config) if config.objective == "coca" else None
        self.register_buffer("gravity_density", torch.zeros(len(config.placements), GRID_POINTS))
        # Filled at the end of a run: reading a thousand sentences anew for every search would take a quarter of a minute.
        self.register_buffer("label_vectors", torch.zeros(len(config.known_labels), config.vector_size))
        self.register_buffer("phrase_vectors", torch.zeros(len(config.known_phrases), config.sentence_size))
        self.gravity_density: Tensor
        self.label_vectors: Tensor
        self.phrase_vectors: Tensor
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation."""

    def embed_windows(self, batch: SensorBatch) -> tuple[Tensor, Tensor]:
        """(n, vector_size) unit vectors, and the tower's tokens for a decoder."""
        windows = _silenced(batch)
        tokens, pooled = self.sensor.motion(windows, batch.placement, batch.has_gyro)
        said = self.sensor_head(pooled).float()
        if self.details is None or self.values is None:
            return functional.normalize(said, dim=1), tokens
        measured = self._measured(self.details(windows, batch.has_gyro, self.values))
        shares = 1 - self.config.timed_share, self.config.timed_share
        whole = [share**0.5 * functional.normalize(part, dim=1) for share, part in zip(shares, measured, strict=True)]
        return self._joined(said, torch.cat(whole, dim=1)), tokens

    def _measured(self, details: Measured) -> list[Tensor]:
        """What is measured, in the vectors' space: of sums and of when something happens."""
        assert self.detail_heads is not None
        with exactly(details[0]):
            return [head(part) for head, part in zip(self.detail_heads, details, strict=True)]

    def _joined(self, said: Tensor, measured: Tensor) -> Tensor:
        """One unit vector of two: what is done and what is measured. A text without numbers is the first alone."""
        share = self.config.detail_share
        both = [
            (1 - share) ** 0.5 * functional.normalize(said, dim=1),
            share**0.5 * functional.normalize(measured, dim=1),
        ]
        return functional.normalize(torch.cat(both, dim=1), dim=1)

    def _apart(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors of what is done and, zeros where there is nothing, of what is measured."""
        size = self.config.embedding_size
        return functional.normalize(vectors[:, :size], dim=1), functional.normalize(vectors[:, size:], dim=1)

    def embed_days(self, values: Tensor, missing: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """values: (n, 1440, 26, 1) z-scored, missing (n, 1440, 26) bool → unit vectors and tokens ("grid" front)."""
        tokens, pooled = self.sensor.grid(values, missing)
        return functional.normalize(self.sensor_head(pooled).float(), dim=1), tokens

    def embed_texts(self, texts: Texts) -> Tensor:
        """(n, vector_size) unit vectors."""
        pooled, details = self.text(texts, self.values)
        said = self.text_head(pooled).float()
        if details is None or self.details is None:
            return functional.normalize(said, dim=1)
        return self._joined(said, torch.cat(self._measured(details), dim=1))

    def logits(self, windows: Tensor, texts: Tensor) -> Tensor:
        """(windows, texts) log-odds of unit vectors, as learnt for texts without numbers. The softmax form has no use for a bias."""
        scale = self.log_scale.exp()
        if self.config.measures:
            scale = scale / (1 - self.config.detail_share) ** 0.5
        product = scale * (windows @ texts.T)
        return product if self.config.objective == "softmax" else product + self.bias

    def forward(
        self, batch: SensorBatch, texts: Texts, truth: Tensor, captions: Tensor | None = None
    ) -> dict[str, Tensor]:
        """truth: (windows, texts) +1, −1, 0. captions: (n, length) words that a CoCa decoder is to write, the level's mark first."""
        windows, tokens = self.embed_windows(batch)
        written = None
        if self.decoder is not None and captions is not None:
            written = self.captioning(self.memory(batch, tokens), captions)
        return self.losses(windows, self.embed_texts(texts), truth, written)

    def memory(self, batch: SensorBatch, tokens: Tensor) -> Tensor:
        """What the decoder looks at: the sensor tower's tokens, and what it is told. ValueError without a decoder."""
        if self.decoder is None:
            raise ValueError(NO_DECODER)
        return self.decoder.memory(tokens, _silenced(batch), batch.has_gyro)

    def captioning(self, memory: Tensor, captions: Tensor) -> Tensor:
        """Mean over captions of the cross-entropy of their words: a short one counts as much as a long one.

        memory: (n, m, width). captions: (n, length), padded. ValueError without a decoder.
        """
        if self.decoder is None:
            raise ValueError(NO_DECODER)
        lengths = (captions != PADDING).sum(dim=1)
        costs = []
        for rows in (lengths <= SHORT_CAPTION, lengths > SHORT_CAPTION):
            if bool(rows.any()):
                chosen = captions[rows][:, : int(lengths[rows].max())]
                costs.append(caption_losses(self.decoder(chosen, memory[rows]), chosen, PADDING))
        return torch.cat(costs).mean()

    def losses(
        self, windows: Tensor, texts: Tensor, truth: Tensor, captioning: Tensor | None = None
    ) -> dict[str, Tensor]:
        """`loss`, `contrastive`, `measured` where texts hold numbers and, where it is given, `captioning`."""
        contrastive = softmax_loss if self.config.objective == "softmax" else sigmoid_loss
        said_windows, own = self._apart(windows)
        said_texts, told = self._apart(texts)
        found = {"contrastive": contrastive(self.log_scale.exp() * said_windows @ said_texts.T + self.bias, truth)}
        found["loss"] = found["contrastive"]
        if self.measuring is not None and bool(told.any()):
            # By itself: in one sum with what is done, whose gradients are a hundred times as large, it learnt next to nothing. And as
            # a choice among the batch, which taught it in a third of the steps; nobody asks for the odds of a number.
            numeric = told.any(dim=1)
            theirs = torch.where(truth[:, numeric] > 0, 1.0, -1.0)
            found["measured"] = softmax_loss(self.measuring.exp() * own @ told[numeric].T, theirs)
            found["loss"] = found["loss"] + found["measured"]
        if captioning is not None:
            found["captioning"] = captioning
            found["loss"] = found["loss"] + self.config.caption_weight * captioning
        return found

    @torch.inference_mode()
    def write(self, memory: Tensor, opening: int) -> Tensor:
        """Greedy captions of what `memory` holds: (n, < caption_length) words after `opening`, a level's mark, ends behind
        the first one. ValueError without a decoder.
        """
        if self.decoder is None:
            raise ValueError(NO_DECODER)
        pasts = [Past() for _ in self.decoder.blocks]
        word = torch.full((len(memory), 1), opening, dtype=torch.int64, device=memory.device)
        said: list[Tensor] = []
        for at in range(self.config.caption_length - 1):
            following = self.decoder.following(word, at, memory, pasts).argmax(dim=1, keepdim=True)
            word = torch.where(word == END, END, following)
            said.append(word)
            if bool((word == END).all()):
                break
        return torch.cat(said, dim=1)


def _silenced(batch: SensorBatch) -> Tensor:
    """The windows with zeros where there is no gyroscope, whatever stands there."""
    turning = torch.arange(batch.windows.shape[1], device=batch.has_gyro.device)[None, :, None] >= 3
    return batch.windows.masked_fill(turning & ~batch.has_gyro[:, None, None], 0.0)
