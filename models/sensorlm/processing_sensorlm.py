"""Texts as the text towers take them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from models.backbone.sentences import Embedder
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.reading import MOST_NUMBERS, read
from models.sensorlm.text_tower import Texts
from models.sensorlm.tokenizer import CaptionTokenizer


class SizedEmbedder(Embedder, Protocol):
    """An embedder that says how long its vectors are."""

    size: int


class SensorLMProcessor:
    """Reads texts; remembers the vector of every sentence it met."""

    def __init__(self, config: SensorLMConfig, embedder: SizedEmbedder | None = None) -> None:
        if embedder is None:
            from models.backbone import SentenceEmbedder

            embedder = SentenceEmbedder()
        self._embedder = embedder
        self._rows: dict[str, int] = {}
        self._table = np.zeros((256, config.sentence_size), dtype=np.float32)
        self._text_length = config.text_length
        self._caption_length = config.caption_length
        self._reads_tokens = config.text_tower == "tokens"
        wordy = self._reads_tokens or config.objective == "coca"
        self.tokenizer = CaptionTokenizer(config.vocabulary) if wordy else None
        self.writes = config.objective == "coca"

    def save(self, path: Path) -> None:
        """The vectors of every sentence met, for a later run to take up."""
        words = json.dumps(list(self._rows), ensure_ascii=False)
        fresh = path.with_name(f"{path.name}.new")
        save_file({"vectors": self._table[: len(self._rows)].copy()}, fresh, metadata={"sentences": words})
        fresh.chmod(0o644)
        fresh.replace(path)

    def load(self, path: Path, first: int | None = None) -> None:
        """What `save` wrote, or the first so many sentences of it; what was met before is forgotten."""
        with safe_open(path, framework="np") as handle:
            known = json.loads((handle.metadata() or {})["sentences"])[:first]
            self._table = np.array(handle.get_tensor("vectors"))[: len(known)]
        self._rows = {sentence: row for row, sentence in enumerate(known)}

    def __len__(self) -> int:
        return len(self._rows)

    def vectors(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """(n, 384) of the words of sentences."""
        return self._table[self._known(sentences)]

    def _known(self, sentences: Sequence[str]) -> list[int]:
        new = list(dict.fromkeys(s for s in sentences if s not in self._rows))
        if new:
            found = self._embedder.embed(new)
            for sentence, vector in zip(new, found, strict=True):
                row = len(self._rows)
                if row == len(self._table):
                    self._table = np.concatenate(
                        [self._table, np.zeros_like(self._table, shape=(256 + len(self._table), self._table.shape[1]))]
                    )
                self._table[row] = vector
                self._rows[sentence] = row
        return [self._rows[s] for s in sentences]

    def captions(self, texts: Sequence[tuple[str, str]]) -> torch.Tensor:
        """(n, caption_length) words of (level, text) for the decoder to write. ValueError where there is none."""
        if self.tokenizer is None:
            raise ValueError("this checkpoint has no words of its own")
        rows = [self.tokenizer.caption(text, level, self._caption_length) for level, text in texts]
        return torch.tensor(rows, dtype=torch.int64)

    def __call__(self, texts: Sequence[str]) -> Texts:
        """A batch of texts, with their words where the tower reads these."""
        heard = [read(text) for text in texts]
        most = max((len(h) for h in heard), default=1)
        rows = self._known([sentence.words for one in heard for sentence in one])
        vectors = np.zeros((len(texts), most, self._table.shape[1]), dtype=np.float32)
        numbers = np.full((len(texts), most, MOST_NUMBERS), np.nan, dtype=np.float32)
        there = np.zeros((len(texts), most), dtype=np.bool_)
        at = 0
        for i, one in enumerate(heard):
            vectors[i, : len(one)] = self._table[rows[at : at + len(one)]]
            there[i, : len(one)] = True
            for j, sentence in enumerate(one):
                numbers[i, j, : len(sentence.numbers)] = sentence.numbers
            at += len(one)
        tokens = None
        if self.tokenizer is not None and self._reads_tokens:
            tokens = torch.tensor([self.tokenizer.encode(t, self._text_length) for t in texts], dtype=torch.int64)
        return Texts(torch.from_numpy(vectors), torch.from_numpy(numbers), torch.from_numpy(there), tokens)
