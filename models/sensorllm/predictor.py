"""`SensorLLM`: trend texts of channels, activities of windows, and the predictor interface of the other motion models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from models.backbone import Progress
from models.motion.predictor import pick_device
from models.sensorllm.batches import FeatureStore, collate, encode_all
from models.sensorllm.checkpoints import SHIPPED, load_trained, named_folder, revision_of
from models.sensorllm.data import (
    TokenTrie,
    TrendConstraint,
    TrendSegment,
    activity_question,
    known_kinds,
    spoken_channel,
    statistics_text,
    system_text,
    trend_question,
    values_of,
)
from models.sensorllm.data.trend import Trend
from models.sensorllm.frozen import FrozenParts, load_frozen
from models.sensorllm.inputs import checked_series, checked_windows
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.open_labels import label_scores
from models.sensorllm.processing_sensorllm import Layout, SensorLLMProcessor, rows_of
from models.sensorllm.reading import RowReader, segments_of
from models.sensorllm.stream_windows import windows_of
from models.sensorllm.writing import write_constrained, write_freely
from recordings import Span, Stream, UserError

Floats = npt.NDArray[np.float32]
Told = tuple[tuple[TrendSegment, ...], Trend]
Writing = Literal["read", "read_whole", "constrained", "free"]
# Samples of the pieces that a series is read in, chosen among 6 to 64 on validation people.
PIECES = (8, 16)
# Tokens of a line of an answer at most, and of everything after the lines.
LINE_TOKENS, SUMMARY_TOKENS = 20, 260
# Prompts of one kind of question: the first of its family, always.
_SEED = 0


@dataclass(frozen=True, slots=True)
class SensorPrediction:
    """As `MotionPrediction`: probabilities (n, labels), embeddings (n, D) the pooled states, usable (n,)."""

    labels: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    usable: npt.NDArray[np.bool_]


class SensorLLM:
    """A checkpoint with its frozen ends. Everything is deterministic: the same samples give the same words and numbers."""

    # It was tuned on each protocol's own windows: the windows of whoever asks will do.
    window_s = None

    def __init__(self, model: SensorLLMModel, frozen: FrozenParts, revision: str, device: torch.device) -> None:
        config = model.config
        if (config.backbone_size, config.encoder_size) != (frozen.backbone_size, frozen.embedder.size):
            raise UserError(
                config.checkpoint_name,
                expected=f"a backbone {config.backbone_size} wide and an encoder {config.encoder_size} wide",
                found=f"{frozen.backbone_size} and {frozen.embedder.size}",
                cure="name the backbone and encoder that it was trained with (its config.json says which)",
            )
        self.model = model.attach(frozen.backbone).to(device).eval()
        self.frozen, self.device, self.revision = frozen, device, revision
        self.processor = SensorLLMProcessor(frozen.tokenizer, config.channels)
        self.name, self.licence = str(config.checkpoint_name), str(config.licence)
        self.channels, self.labels = tuple(config.channels), tuple(config.labels)
        self.fusion_weight = float(config.fusion_weight)

    @classmethod
    def from_pretrained(
        cls,
        path: Path | str | None = None,
        *,
        device: str = "auto",
        backbone: str | None = None,
        encoder: str | None = None,
        cache_dir: Path | None = None,
        offline: bool = False,
        frozen: FrozenParts | None = None,
        progress: Progress | None = None,
    ) -> SensorLLM:
        """A checkpoint folder, or the name of a shipped one (None: `align`).

        backbone, encoder: where to find them, when not where the checkpoint's configuration says. UserError when the
        checkpoint is missing or damaged, or its backbone cannot be found.
        """
        folder = SHIPPED / "align" if path is None else named_folder(path)
        if path is None and not folder.is_dir():
            raise UserError(
                "SensorLLM",
                expected="a shipped checkpoint",
                found="none in this installation",
                cure="train one with `telltale train sensorllm --stage align`, then name its folder",
            )
        model = load_trained(folder)
        where = pick_device(device)
        ends = frozen or load_frozen(
            backbone or model.config.backbone,
            encoder or model.config.encoder,
            device=where,
            cache_dir=cache_dir,
            offline=offline,
            progress=progress,
        )
        return cls(model, ends, revision_of(folder, model.config.revision_name), where)

    @cached_property
    def trie(self) -> TokenTrie:
        """The backbone's vocabulary as a tree (built once, about a second)."""
        return TokenTrie.from_tokenizer(self.frozen.tokenizer, self.frozen.tokenizer.all_special_ids)

    def describe(
        self,
        series: Sequence[npt.NDArray[np.floating]],
        rate_hz: float,
        channels: Sequence[str],
        *,
        writing: Writing | None = None,
        batch_size: int = 32,
    ) -> list[str]:
        """The trend of each (l,) series in words, 2 ≤ l ≤ 512, SI units; one channel name for each.

        writing: `constrained`: only texts that parse and whose segments tile the series can be written. `read`: besides, the
        segments are those that the model reads at its sensor rows, of short pieces of the series (the default where it was
        taught to), and what it is asked for is the wording; `read_whole` reads the series at once. `free`: any text.
        UserError on NaN, on an unknown channel, a rate far from those of training, a length outside the bounds, or reading
        by a checkpoint that was not taught it.
        """
        config = self.model.config
        writing = writing or ("read" if config.step_tokens else "constrained")
        reads = writing in ("read", "read_whole")
        if reads and not config.step_tokens:
            raise UserError(
                self.name,
                expected="a checkpoint whose rows were taught to be read",
                found="one that was not",
                cure="ask for constrained writing, or align again without --no-read-rows",
            )
        values = checked_series(self.model.config, series, rate_hz, channels)
        if not values:
            return []
        question = trend_question(np.random.default_rng(_SEED))
        layouts = [
            self.processor.alignment([(name, len(v) + 1)], system_text(len(v), rate_hz), question)
            for name, v in zip(channels, values, strict=True)
        ]
        store = encode_all(self.frozen.embedder, [[v] for v in values])
        if writing != "free":
            told: Sequence[Told | None] = [None] * len(values)
            if reads:
                told = self._read(values, channels, rate_hz, batch_size, pieces=writing == "read")
            answers = [
                TrendConstraint(len(v), rate_hz, spoken_channel(name), told=lines)
                for name, v, lines in zip(channels, values, told, strict=True)
            ]
            return write_constrained(self.model, self.processor, layouts, store, answers, self.trie)
        longest = [
            min(self.frozen.context_tokens - len(layout), LINE_TOKENS * (len(v) - 1) + SUMMARY_TOKENS)
            for layout, v in zip(layouts, values, strict=True)
        ]
        return write_freely(self.model, self.processor, layouts, store, longest=longest, batch_size=batch_size)

    def _read(
        self,
        series: Sequence[npt.NDArray[np.floating]],
        channels: Sequence[str],
        rate_hz: float,
        batch_size: int,
        *,
        pieces: bool,
    ) -> list[Told]:
        """What the likeliest word at every row says: merged segments and the overall trend of each series."""
        reader = RowReader(self.model, self.processor, self.frozen.embedder, rate_hz, batch_size)
        said = reader.in_pieces(series, channels, PIECES) if pieces else reader.whole(series, channels)
        return [segments_of(steps.argmax(axis=1), whole, rate_hz) for steps, whole in said]

    def classify(
        self,
        windows: npt.NDArray[np.floating],
        rate_hz: float,
        *,
        labels: Sequence[str] | None = None,
        batch_size: int = 16,
        store: FeatureStore | None = None,
    ) -> Floats:
        """(n, C, L) windows in the checkpoint's channel order, SI units → (n, labels) float32, rows sum to one.

        labels: None is the tuned head, calibrated. Any other words make it an open set: their text is scored as the answer
        to the question (softmax of the mean log-probability of each text, less what it has on average over the windows).
        store: the encoder's rows of these windows, where the head is asked and they were encoded before.
        """
        values = checked_windows(self.model.config, windows, rate_hz)
        if labels is not None:
            return label_scores(self, values, labels)
        return self._heads(values, batch_size, store)[0]

    def predict(
        self, stream: Stream, spans: Sequence[Span], *, position: str | None = None, batch_size: int = 16
    ) -> SensorPrediction:
        """The predictor interface: one window of the tuned length around the middle of every span.

        Unusable (uniform, zero embedding): a span that is mostly gap, lacks a channel, or comes from a device worn elsewhere
        than where the checkpoint was tuned for.
        """
        cut = windows_of(self.model.config, stream, spans, position)
        n, labels = len(spans), len(self.labels)
        probabilities = np.full((n, labels), 1.0 / max(1, labels), dtype=np.float32)
        embeddings = np.zeros((n, self.frozen.backbone_size), dtype=np.float32)
        if cut.usable.any():
            values = checked_windows(self.model.config, cut.values[cut.usable], float(self.model.config.rate_hz))
            probabilities[cut.usable], embeddings[cut.usable] = self._heads(values, batch_size)
        return SensorPrediction(self.labels, probabilities, embeddings, cut.usable)

    @torch.inference_mode()
    def _heads(self, values: Floats, batch_size: int, store: FeatureStore | None = None) -> tuple[Floats, Floats]:
        """(n, labels) calibrated probabilities and (n, D) pooled states of checked windows, batch by batch."""
        assert self.model.head is not None
        probabilities, pooled = [], []
        for first in range(0, len(values), batch_size):
            part = values[first : first + batch_size]
            rows = None if store is None else store.of(range(first, first + len(part)))
            states = self.states(part, rows)
            logits = self.model.head(states.to(self.model.head.weight.dtype)).double()
            logits = logits / float(self.model.config.logit_divisor)
            probabilities.append(logits.softmax(dim=1).float().cpu().numpy())
            pooled.append(states.float().cpu().numpy())
        return np.concatenate(probabilities), np.concatenate(pooled)

    def states(self, values: Floats, rows: torch.Tensor | None = None) -> torch.Tensor:
        """(n, D): the backbone's last state after each window's channels and text. rows: the encoder's, where they are at hand."""
        layouts = [self.layout(window) for window in values]
        on = {name: tensor.to(self.device) for name, tensor in self.batch(layouts, list(values), rows).items()}
        embedded = self.model.embed(on["features"], on["input_ids"], on["source"], on.get("levels"))
        hidden = self.model.hidden_states(embedded, layers=int(self.model.config.backbone_layers))
        return hidden[torch.arange(len(values), device=self.device), on["last"]]

    def batch(
        self, layouts: Sequence[Layout], windows: Sequence[Floats], rows: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """The model's arguments for (C, L) windows laid out as `layout` does."""
        if rows is None:
            rows = encode_all(self.frozen.embedder, [list(window) for window in windows]).values
        levels = None
        if self.model.config.by_value:
            kinds = known_kinds(self.model.config.value_kinds)
            levels = torch.from_numpy(values_of(windows, float(self.model.config.rate_hz), kinds))
        return collate(layouts, rows, 2 * len(self.channels), levels=levels)

    def layout(self, window: Floats) -> Layout:
        """One window for stage 2, always with the same question."""
        text = bool(self.model.config.text)
        question = activity_question(len(self.channels), np.random.default_rng(_SEED)) if text else ""
        statistics = statistics_text(window, self.channels) if text else ""
        rows = rows_of(window.shape[1], int(self.model.config.pooled_rows))
        return self.processor.window(dict.fromkeys(self.channels, rows), statistics, question)
