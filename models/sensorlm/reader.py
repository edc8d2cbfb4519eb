"""`SensorReader`: streams and sentences in, vectors of one space out; labels of any words; captions."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.checkpoint import load_checkpoint
from models.motion import taxonomy
from models.motion.predictor import pick_device
from models.motion.processing_motion import LONGEST_S, SHORTEST_S, Prepared, cut, pieces, prepare
from models.sensorlm.axes import upright
from models.sensorlm.captions import window_data
from models.sensorlm.labels import prompts
from models.sensorlm.modeling_sensorlm import SensorBatch, SensorLM
from models.sensorlm.processing_sensorlm import SensorLMProcessor, SizedEmbedder
from models.sensorlm.writing import WrittenCaption, written_caption
from recordings import Span, Stream, UserError

HERE = Path(__file__).parent
SHIPPED = HERE / "checkpoints" / "base"
DUMMY = HERE / "dummy"
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class WindowVectors:
    """vectors: (n, D) unit, zeros where unusable. usable: (n,). An unusable window is mostly gap or shorter than a second."""

    vectors: Floats
    usable: Flags


@dataclass(frozen=True, slots=True, eq=False)
class LabelAnswer:
    """probabilities: (n, labels), rows sum to 1, uniform where unusable. embeddings: (n, D). usable: (n,)."""

    labels: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    usable: Flags


class SensorReader:
    """A trained SensorLM with everything that turns a user's stream and words into its vectors."""

    def __init__(
        self, model: SensorLM, revision: str, device: torch.device, embedder: SizedEmbedder | None = None
    ) -> None:
        self.model = model.eval().to(device)
        self.device = device
        self.name = str(model.config.checkpoint_name)
        self.revision = revision
        self.licence = str(model.config.licence)
        self.size = int(model.config.vector_size)
        self.processor = SensorLMProcessor(model.config, embedder)
        # A dummy that was never trained has nothing but zeros there.
        self._remembers = bool(model.label_vectors.any())

    @classmethod
    def from_pretrained(cls, path: Path | str | None = None, device: str = "auto") -> SensorReader:
        """The checkpoint folder `path` (None: the shipped one). UserError when it holds no checkpoint."""
        folder = SHIPPED if path is None else Path(path)
        model = load_checkpoint(
            SensorLM,
            folder,
            expected="a SensorLM checkpoint",
            cure="train one with `telltale train sensorlm`, or leave the path out for the shipped one",
        )
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        revision = f"{model.config.revision_name}-{digest[:8]}"
        return cls(model, revision, pick_device(device))

    @classmethod
    def dummy(cls) -> SensorReader:
        """The tiny untrained checkpoint: real loading code in milliseconds, meaningless vectors."""
        return cls.from_pretrained(DUMMY, device="cpu")

    @property
    def writes(self) -> bool:
        """Whether the checkpoint has a captioning decoder."""
        return self.model.decoder is not None

    def prepare(self, stream: Stream, position: str | None = None) -> Prepared:
        """The whole stream at the model's rate and in its axes. UserError when it has no three-axis acceleration."""
        place = taxonomy.position_of(position if position is not None else stream.position)
        config = self.model.config
        density = self.model.gravity_density[list(config.placements).index(place)].cpu().numpy()
        ready = prepare(stream, float(config.rate_hz), place, density)
        turned = upright(ready.samples, place)
        return Prepared(turned, ready.rate_hz, ready.start_s, ready.steps, ready.source_hz)

    def windows(
        self, stream: Stream, spans: Sequence[Span], *, position: str | None = None, batch_size: int = 256
    ) -> WindowVectors:
        """A vector a span, in order. One longer than 5.12 s is the mean of equal pieces, made unit again."""
        place = taxonomy.position_of(position if position is not None else stream.position)
        ready = self.prepare(stream, place)
        parts = [(owner, piece) for owner, span in enumerate(spans) for piece in pieces(span)]
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, (_, piece) in enumerate(parts):
            by_length[round(piece.duration_s * ready.rate_hz)].append(number)
        total = np.zeros((len(spans), self.size), dtype=np.float64)
        for length, numbers in sorted(by_length.items()):
            if length < SHORTEST_S * ready.rate_hz:
                continue
            for first in range(0, len(numbers), batch_size):
                chosen = numbers[first : first + batch_size]
                windows = cut(ready, [parts[i][1].start_s for i in chosen], length)
                vectors = self.vectors(windows.values, place, windows.has_gyro)
                owners = np.array([parts[i][0] for i in chosen])[windows.usable]
                np.add.at(total, owners, vectors[windows.usable])
        size = np.linalg.norm(total, axis=1, keepdims=True)
        return WindowVectors((total / np.maximum(size, 1e-9)).astype(np.float32), np.asarray(size[:, 0] > 0))

    @torch.inference_mode()
    def vectors(self, values: Floats, placement: str, has_gyro: Flags | None = None, batch_size: int = 256) -> Floats:
        """(n, 6, samples) at the model's rate, upright where `placement` is at the trunk → (n, D) unit vectors."""
        found = []
        for first in range(0, len(values), batch_size):
            found.append(self.model.embed_windows(self._batch(values[first : first + batch_size], placement, None if has_gyro is None else has_gyro[first : first + batch_size]))[0])  # fmt: skip
        if not found:
            return np.zeros((0, self.size), dtype=np.float32)
        return np.asarray(torch.cat(found).cpu().numpy(), dtype=np.float32)

    def _batch(self, values: Floats, placement: str, has_gyro: Flags | None) -> SensorBatch:
        row = list(self.model.config.placements).index(placement)
        n = len(values)
        return SensorBatch(
            torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(self.device),
            torch.full((n,), row, dtype=torch.int64, device=self.device),
            torch.from_numpy(np.ones(n, dtype=np.bool_) if has_gyro is None else has_gyro).to(self.device),
        )

    @torch.inference_mode()
    def texts(self, texts: Sequence[str], batch_size: int = 256) -> Floats:
        """(n, D) unit vectors of sentences or whole captions."""
        found = []
        for first in range(0, len(texts), batch_size):
            heard = self.processor(texts[first : first + batch_size])
            found.append(self.model.embed_texts(heard.to(self.device)))
        if not found:
            return np.zeros((0, self.size), dtype=np.float32)
        return np.asarray(torch.cat(found).cpu().numpy(), dtype=np.float32)

    def labels(self, labels: Sequence[str]) -> Floats:
        """(labels, D): any words, each the mean of the sentences that say it. A number among them measures nothing."""
        config = self.model.config
        known = {name: row for row, name in enumerate(config.known_labels)} if self._remembers else {}
        stored = self.model.label_vectors.cpu().numpy()
        rows = [stored[known[label]] if label in known else self._label(label) for label in labels]
        return np.asarray(rows, dtype=np.float32).reshape(len(labels), self.size)

    def _label(self, label: str) -> Floats:
        mean = self.texts(prompts(label)).astype(np.float64).mean(axis=0)
        mean[self.model.config.embedding_size :] = 0.0
        return np.asarray(mean / max(1e-9, float(np.linalg.norm(mean))), dtype=np.float32)

    def remember(self) -> None:
        """Put the vectors of what training had words for beside the weights."""
        config = self.model.config
        self._remembers = False
        self.model.label_vectors.copy_(torch.from_numpy(self.labels(config.known_labels)))
        self.model.phrase_vectors.copy_(torch.from_numpy(self.processor.vectors(config.known_phrases)))
        self._remembers = True

    @property
    def matching(self) -> dict[str, float]:
        """What validation people taught about when a sentence is true of a window (see `training.finish`)."""
        return {name: float(value) for name, value in self.model.config.matching.items()}

    def known_labels(self) -> Floats:
        """(m, D): every activity that training had words for."""
        return self.labels(self.model.config.known_labels)

    def log_odds(self, windows: Floats, texts: Floats) -> Floats:
        """(windows, texts): that a text belongs to a window, as the sigmoid loss has it."""
        with torch.inference_mode():
            odds = self.model.logits(torch.from_numpy(windows).to(self.device), torch.from_numpy(texts).to(self.device))
        return np.asarray(odds.cpu().numpy(), dtype=np.float32)

    def done(self, vectors: Floats) -> Floats:
        """(n, D) → (n, embedding_size) unit vectors of what is done, without what is measured."""
        said = vectors[:, : self.model.config.embedding_size]
        return np.asarray(said / np.maximum(np.linalg.norm(said, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def predict(
        self, stream: Stream, spans: Sequence[Span], labels: Sequence[str], *, position: str | None = None
    ) -> LabelAnswer:
        """Which of the labels, of any words, each span is nearest to."""
        found = self.windows(stream, spans, position=position)
        return LabelAnswer(tuple(labels), self.shares(found.vectors, labels, found.usable), found.vectors, found.usable)

    def shares(self, vectors: Floats, labels: Sequence[str], usable: Flags | None = None) -> Floats:
        """(n, labels) softmax of the log-odds, uniform where unusable."""
        odds = float(self.model.config.label_scale) * self.log_odds(vectors, self.labels(labels)).astype(np.float64)
        powers = np.exp(odds - odds.max(axis=1, keepdims=True))
        if usable is not None:
            powers[~usable] = 1.0
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def familiarity(self, texts: Sequence[str]) -> Floats:
        """(n,) cosine of a text's words with the nearest words that training used: how far the answer can be trusted."""
        return np.asarray(self._to_phrases(texts).max(axis=1))

    def nearest_phrase(self, text: str) -> str:
        """Training's words that are nearest to a text."""
        return str(self.model.config.known_phrases[int(self._to_phrases([text])[0].argmax())])

    def _to_phrases(self, texts: Sequence[str]) -> Floats:
        stored = self.model.phrase_vectors.cpu().numpy()
        return np.asarray(self.processor.vectors([t.lower() for t in texts]) @ stored.T)

    @torch.inference_mode()
    def write(
        self, stream: Stream, spans: Sequence[Span], level: str, *, position: str | None = None, batch_size: int = 64
    ) -> list[WrittenCaption | None]:
        """A caption of one level a span of at most 5.12 s, by the decoder, beside what of it the samples bear out.

        level: of `models.sensorlm.captions.LEVELS`. None where the span is unusable. UserError for a checkpoint without a decoder
        and for a longer span.
        """
        opening = self._opening(level)
        place = taxonomy.position_of(position if position is not None else stream.position)
        ready = self.prepare(stream, place)
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, span in enumerate(spans):
            if len(pieces(span)) > 1:
                raise UserError(
                    f"{span.start_s:g} to {span.end_s:g} s",
                    expected=f"a span of at most {LONGEST_S:g} s to describe",
                    found=f"{span.duration_s:g} s",
                    cure="describe shorter spans",
                )
            by_length[round(span.duration_s * ready.rate_hz)].append(number)
        said: list[WrittenCaption | None] = [None] * len(spans)
        for length, numbers in by_length.items():
            if length < SHORTEST_S * ready.rate_hz:
                continue
            for first in range(0, len(numbers), batch_size):
                chosen = numbers[first : first + batch_size]
                windows = cut(ready, [spans[i].start_s for i in chosen], length)
                texts = self.write_windows(windows.values, place, level, windows.has_gyro, opening=opening)
                for row, number in enumerate(chosen):
                    if windows.usable[row]:
                        data = window_data(windows.values[row], has_gyro=bool(windows.has_gyro[row]))
                        said[number] = written_caption(texts[row], level, data)
        return said

    @torch.inference_mode()
    def write_windows(
        self, values: Floats, placement: str, level: str, has_gyro: Flags | None = None, *, opening: int | None = None
    ) -> list[str]:
        """(n, 6, samples) as `vectors` takes them → the decoder's texts, unchecked. UserError for a checkpoint without one."""
        opening = self._opening(level) if opening is None else opening
        tokenizer = self.processor.tokenizer
        assert tokenizer is not None
        batch = self._batch(values, placement, has_gyro)
        memory = self.model.memory(batch, self.model.embed_windows(batch)[1])
        return [tokenizer.decode(row) for row in self.model.write(memory, opening).tolist()]

    def _opening(self, level: str) -> int:
        """The word that asks the decoder for a level."""
        tokenizer = self.processor.tokenizer
        if tokenizer is None or self.model.decoder is None:
            raise UserError(
                self.name,
                expected="a checkpoint that writes captions",
                found=f"objective {self.model.config.objective}",
                cure="train one with `telltale train sensorlm --decoder-of shipped` (or --objective coca)",
            )
        return tokenizer.mark(level)
