"""The network: log-mel, four convolution stages, pooling over time, softmax over exclusive labels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel

from models.audio.labels import SOUND_LABELS


class SoundTaggerConfig(PretrainedConfig):
    """Shapes of the tagger, its labels in order, and the temperature that calibrates its softmax."""

    model_type = "telltale_sound"

    def __init__(
        self,
        labels: list[str] | None = None,
        rate_hz: int = 16000,
        n_fft: int = 512,
        window: int = 400,
        hop: int = 160,
        n_mels: int = 64,
        low_hz: float = 50.0,
        high_hz: float = 7600.0,
        floor_db: float = 80.0,
        widths: list[int] | None = None,
        embedding_size: int = 128,
        dropout: float = 0.2,
        softmax_temperature: float = 1.0,
        quiet_dbfs: float = -75.0,
        checkpoint_name: str = "telltale-sound",
        checkpoint_licence: str = "Apache-2.0",
        **kwargs: object,
    ) -> None:
        self.labels = list(labels or SOUND_LABELS)
        self.rate_hz = rate_hz
        self.n_fft = n_fft
        self.window = window
        self.hop = hop
        self.n_mels = n_mels
        self.low_hz = low_hz
        self.high_hz = high_hz
        self.floor_db = floor_db
        self.widths = list(widths or (16, 32, 64, 96))
        self.embedding_size = embedding_size
        self.dropout = dropout
        self.softmax_temperature = softmax_temperature
        self.quiet_dbfs = quiet_dbfs
        self.checkpoint_name = checkpoint_name
        self.checkpoint_licence = checkpoint_licence
        super().__init__(**kwargs)


def mel_filters(rate_hz: int, n_fft: int, n_mels: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Triangular filters on the HTK mel scale (2595 · log10(1 + f / 700)), (n_mels, n_fft / 2 + 1), peak 1."""
    mel = np.linspace(2595 * np.log10(1 + low_hz / 700), 2595 * np.log10(1 + high_hz / 700), n_mels + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.linspace(0, rate_hz / 2, n_fft // 2 + 1)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


@lru_cache(maxsize=8)
def _tables(
    rate_hz: int, n_fft: int, window: int, n_mels: int, low_hz: float, high_hz: float, device: str
) -> tuple[Tensor, Tensor]:
    # Not module buffers: weights are loaded on the meta device, which would leave unsaved buffers without values.
    filters = torch.from_numpy(mel_filters(rate_hz, n_fft, n_mels, low_hz, high_hz)).to(device)
    return filters, torch.hann_window(window, device=device)


def log_mel(waveform: Tensor, config: SoundTaggerConfig) -> Tensor:
    """(batch, samples) at full scale → (batch, n_mels, frames): dB over each window's own median, scaled by 1/20.

    The level of the microphone is thus no cue. Values more than `floor_db` under a window's loudest cell are raised to that
    floor, so that a lossy codec's empty bands and a recorder's digital silence look alike.
    """
    c = config
    filters, taper = _tables(c.rate_hz, c.n_fft, c.window, c.n_mels, c.low_hz, c.high_hz, str(waveform.device))
    spectrum = torch.stft(
        waveform, c.n_fft, hop_length=c.hop, win_length=c.window, window=taper, center=True, return_complex=True
    )
    db = 10.0 * torch.log10(filters @ (spectrum.real**2 + spectrum.imag**2) + 1e-10)
    db = torch.maximum(db, db.amax(dim=(1, 2), keepdim=True) - c.floor_db)
    median = db.flatten(1).median(dim=1).values[:, None, None]
    return (db - median) / 20.0


def _stage(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


class SoundTaggerModel(PreTrainedModel):
    """waveform (batch, samples) at 16 kHz → logits (batch, labels), embeddings (batch, embedding_size)."""

    config_class = SoundTaggerConfig
    base_model_prefix = "tagger"
    main_input_name = "waveform"

    def __init__(self, config: SoundTaggerConfig) -> None:
        super().__init__(config)
        stages: list[nn.Module] = []
        inputs = 1
        for depth, width in enumerate(config.widths):
            stages += _stage(inputs, width, 2)
            if depth >= 1:
                stages += _stage(width, width, 1)
            inputs = width
        self.stages = nn.Sequential(*stages)
        self.embed = nn.Linear(2 * inputs, config.embedding_size)
        self.drop = nn.Dropout(config.dropout)
        self.classify = nn.Linear(config.embedding_size, len(config.labels))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Keep torch's own initialisation: the base class's (normal, 0.02) lets the signal die in six convolutions."""

    def forward(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        features = self.stages(log_mel(waveform, self.config)[:, None]).mean(dim=2)
        # Mean hears what lasts (rain), maximum what happens once (a knock): PANNs, Kong et al. 2020, section III.
        pooled = torch.cat([features.mean(dim=2), features.amax(dim=2)], dim=1)
        embedding = torch.relu(self.embed(self.drop(pooled)))
        return self.classify(self.drop(embedding)), embedding
