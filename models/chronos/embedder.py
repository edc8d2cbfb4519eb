"""`ChronosEmbedder`: series in, one encoder row a sample (and one for the end) out. Frozen everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from chronos import ChronosConfig, ChronosModel
from torch import Tensor
from transformers import T5Config, T5EncoderModel

from models.backbone import quiet_loading
from models.chronos.binning import StandardisedUniformBins, binning, chronos_config, token_ids
from recordings import UserError

HERE = Path(__file__).parent
SHIPPED = HERE / "checkpoints" / "base"
DUMMY = HERE / "dummy"
# Padding inside a batch is bounded: series are encoded in order of length, this many rows at a time. A processor takes two
# thirds of the time when what a layer makes stays in its cache.
ROWS_AT_ONCE = 65_536
ROWS_AT_ONCE_ON_A_PROCESSOR = 2_560


def tiny_t5(
    size: int = 256,
    layers: int = 4,
    heads: int = 4,
    head_size: int = 64,
    inner: int = 1024,
    *,
    dropout: float = 0.1,
    start_scale: float = 0.05,
) -> T5Config:
    """The published "tiny" shape: d 256, 4 + 4 layers, 4 heads of 64, 1024 inner units, ReLU, 4096 tokens.

    dropout, start_scale: what a training starts from; Amazon's values unless given (a short training wants 0 and 1).
    """
    config = T5Config(
        vocab_size=4096,
        d_model=size,
        d_kv=head_size,
        d_ff=inner,
        num_layers=layers,
        num_decoder_layers=layers,
        num_heads=heads,
        relative_attention_num_buckets=32,
        relative_attention_max_distance=128,
        dropout_rate=dropout,
        feed_forward_proj="relu",
        initializer_factor=start_scale,
        tie_word_embeddings=False,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    config.chronos_config = dict(vars(chronos_config()))
    return config


class ChronosEmbedder:
    """A frozen T5 encoder over z-scored bins. `size` is the width of a row, `revision` names the weights."""

    def __init__(self, encoder: T5EncoderModel, config: ChronosConfig, *, reference: str, revision: str) -> None:
        self.bins: StandardisedUniformBins = binning(config)
        self.network = ChronosModel(config, encoder.eval().requires_grad_(False))
        self.size = int(encoder.config.d_model)
        self.reference, self.revision = reference, revision

    @classmethod
    def from_pretrained(
        cls, source: Path | str | None = None, *, device: torch.device | str = "cpu", offline: bool = False
    ) -> ChronosEmbedder:
        """The shipped encoder (None), a folder, or a hub id such as `amazon/chronos-t5-tiny` (its decoder is left behind).

        UserError when there is no T5-type Chronos checkpoint there, or the file is damaged.
        """
        name = str(SHIPPED if source is None else source)
        folder = Path(name)
        if source is None and not (SHIPPED / "model.safetensors").is_file():
            raise UserError(
                "time-series encoder",
                expected="a shipped one",
                found="none yet",
                cure="train one with `telltale train chronos` and name its folder as the encoder (--encoder DIR)",
            )
        if folder.is_dir() and not (folder / "model.safetensors").is_file():
            raise _refused(name, "no model.safetensors")
        try:
            with quiet_loading():
                config = T5Config.from_pretrained(name, local_files_only=offline or folder.is_dir())
                settings = getattr(config, "chronos_config", None)
                if not isinstance(settings, dict) or settings.get("model_type") != "seq2seq":
                    raise _refused(name, "a configuration without Chronos's T5 settings")
                encoder = T5EncoderModel.from_pretrained(
                    name,
                    local_files_only=offline or folder.is_dir(),
                    use_safetensors=True,
                    dtype=torch.float32,
                )
        except UserError:
            raise
        except Exception as problem:  # a missing hub, a damaged or hostile file: many types, one cure
            raise _refused(name, f"{type(problem).__name__}: {problem}") from problem
        weights = folder / "model.safetensors"
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()[:8] if weights.is_file() else "hub"
        reference = "shipped" if source is None else name
        embedder = cls(
            encoder, ChronosConfig(**settings), reference=reference, revision=f"{folder.name or 'chronos'}-{digest}"
        )
        return embedder.to(device)

    @classmethod
    def dummy(cls) -> ChronosEmbedder:
        """A random encoder, 32 wide: real loading code in milliseconds."""
        return cls.from_pretrained(DUMMY)

    def to(self, device: torch.device | str) -> ChronosEmbedder:
        self.network.to(device)
        return self

    @property
    def device(self) -> torch.device:
        return self.network.device

    @torch.inference_mode()
    def encode(self, series: Sequence[npt.NDArray[np.floating]], dtype: torch.dtype = torch.float32) -> list[Tensor]:
        """Each series of l samples → (min(l, 512) + 1, size) on the encoder's device, in the order given.

        Batches hold series of similar length; a row never depends on what else is in its batch.
        """
        most = ROWS_AT_ONCE_ON_A_PROCESSOR if self.device.type == "cpu" else ROWS_AT_ONCE
        rows: list[Tensor | None] = [None] * len(series)
        order = sorted(range(len(series)), key=lambda i: len(series[i]))
        first = 0
        while first < len(order):
            last = first + 1
            while last < len(order) and (last + 1 - first) * (len(series[order[last]]) + 1) <= most:
                last += 1
            members = order[first:last]
            ids, attention, lengths = token_ids(self.bins, [series[i] for i in members])
            out = self.network.encode(ids.to(self.device), attention.to(self.device)).to(dtype)
            for member, values, length in zip(members, out, lengths, strict=True):
                rows[member] = values[len(values) - length :].clone()
            first = last
        return [row for row in rows if row is not None]


def _refused(name: str, found: str) -> UserError:
    return UserError(
        name,
        expected="a Chronos-T5 checkpoint (config.json with chronos_config, model.safetensors)",
        found=found.splitlines()[0],
        cure="name a folder that holds one or a hub id such as amazon/chronos-t5-tiny, or leave it out for the shipped encoder",
    )
