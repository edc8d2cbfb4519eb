"""`SoundTagger`: the shipped tagger over spans of a recording's sound."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from models.audio.labels import NONE_OF_THESE
from models.audio.modeling_audio import SoundTaggerModel
from models.audio.prediction import RATE_HZ, SoundModel, SoundPrediction, level_dbfs, sound_at_16k
from models.checkpoint import load_checkpoint
from recordings import Span, Stream

_HERE = Path(__file__).resolve().parent
SHIPPED = _HERE / "checkpoints" / "base"
DUMMY = _HERE / "dummy"
# The network hears nothing useful in less: shorter sounds are padded with silence.
_SHORTEST = RATE_HZ // 2
_BATCH = 64
# How sure "nothing is audible" is of none_of_these; the rest is shared by the other labels.
_QUIET_PROBABILITY = 0.99


def pick_device(device: str) -> str:
    """`auto` is CUDA when there is one, else the CPU."""
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


class SoundTagger:
    """A loaded checkpoint. `labels` are exclusive: probabilities of a row sum to 1, `none_of_these` is one of them."""

    def __init__(self, network: SoundTaggerModel, revision: str, device: str = "cpu") -> None:
        self.network = network.eval().to(device)
        self.device = device
        self.revision = revision
        self.name: str = network.config.checkpoint_name
        self.licence: str = network.config.checkpoint_licence
        self.labels: tuple[str, ...] = tuple(network.config.labels)
        self.embedding_size: int = network.config.embedding_size

    @classmethod
    def from_pretrained(cls, path: Path | str | None = None, device: str = "auto") -> SoundTagger:
        """The shipped checkpoint, or one in a folder that `train_audio` wrote. The revision digests weights and configuration.

        UserError when the folder holds no checkpoint.
        """
        folder = SHIPPED if path is None else Path(path)
        network = load_checkpoint(
            SoundTaggerModel,
            folder,
            expected="a sound tagger's checkpoint",
            cure="train one with `telltale train audio`, or leave --audio-model out",
        )
        weights, config = folder / "model.safetensors", folder / "config.json"
        digest = hashlib.sha256(weights.read_bytes() + config.read_bytes()).hexdigest()[:12]
        return cls(network, digest, pick_device(device))

    @classmethod
    def dummy(cls) -> SoundTagger:
        """Untrained weights of a few kilobytes: the real loading and prediction code in milliseconds, for tests."""
        return cls.from_pretrained(DUMMY, device="cpu")

    def predict(self, stream: Stream, spans: Sequence[Span]) -> SoundPrediction:
        """Tags of each span, whatever its rate or length (trained on 1–5 s; 16 kHz and 8 kHz sound are both fine).

        A span under `quiet_dbfs` RMS (−75 dBFS) holds nothing audible and is `none_of_these` by rule, since the network
        never sees the level. Spans of equal length share a batch.
        """
        config = self.network.config
        n, size = len(spans), len(self.labels)
        probabilities = np.full((n, size), 1.0 / size, dtype=np.float32)
        embeddings = np.zeros((n, self.embedding_size), dtype=np.float32)
        usable = np.zeros(n, dtype=bool)
        quiet = np.full(size, (1.0 - _QUIET_PROBABILITY) / (size - 1), dtype=np.float32)
        quiet[self.labels.index(NONE_OF_THESE)] = _QUIET_PROBABILITY
        batches: dict[int, list[tuple[int, np.ndarray]]] = defaultdict(list)

        def flush(length: int) -> None:
            rows = batches.pop(length)
            waveform = torch.from_numpy(np.stack([sound for _, sound in rows])).to(self.device)
            with torch.inference_mode():
                logits, embedding = self.network(waveform)
                soft = torch.softmax(logits / config.softmax_temperature, dim=1)
            index = [i for i, _ in rows]
            probabilities[index] = soft.cpu().numpy()
            embeddings[index] = embedding.cpu().numpy()

        for i, span in enumerate(spans):
            sound, usable[i] = sound_at_16k(stream, span)
            if not usable[i]:
                continue
            if level_dbfs(sound) < config.quiet_dbfs:
                probabilities[i] = quiet
                continue
            if sound.size < _SHORTEST:
                sound = np.pad(sound, (0, _SHORTEST - sound.size))
            batches[sound.size].append((i, sound))
            if len(batches[sound.size]) == _BATCH:
                flush(sound.size)
        for length in sorted(batches):
            flush(length)
        return SoundPrediction(self.labels, probabilities, embeddings, usable)


def save_checkpoint(network: SoundTaggerModel, folder: Path) -> None:
    """`model.safetensors` and `config.json`, which `from_pretrained` (ours or transformers') reads."""
    folder.mkdir(parents=True, exist_ok=True)
    network.config.save_pretrained(folder)
    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def open_sound_tagger(spec: str = "shipped", device: str = "auto") -> SoundModel:
    """`shipped`, `yamnet:PATH` (the .tflite or its folder), or the folder of a checkpoint. UserError for anything else."""
    if spec == "shipped":
        return SoundTagger.from_pretrained(None, device)
    if spec.startswith("yamnet:"):
        from models.audio.yamnet import YamnetTagger

        return YamnetTagger.open(Path(spec.removeprefix("yamnet:")))
    return SoundTagger.from_pretrained(Path(spec), device)
