"""`Llasa`: answers about windows, their labels with any words, and the predictor interface of the other motion models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models.backbone import Progress
from models.limubert.windows import SAMPLES, WINDOW_S, window_at
from models.llasa.checkpoints import load_trained, named_folder, revision_of
from models.llasa.data import (
    SHORT_CLASS_QUESTION,
    WindowFacts,
    class_question,
    measure,
    with_measurements,
)
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.parsing import parse_class_answer
from models.llasa.prompt import layout_of
from models.llasa.scoring import label_log_likelihoods, scoring_plan
from models.llasa.training.validation import probabilities
from models.llasa.writing import write
from models.motion.predictor import pick_device
from models.motion.taxonomy import labels_for, position_of
from recordings import Span, Stream, UserError

Floats = npt.NDArray[np.float32]
ANSWER_TOKENS = 120
CLASS_TOKENS = 16


@dataclass(frozen=True, slots=True)
class LlasaPrediction:
    """As `MotionPrediction`: probabilities (n, labels), embeddings (n, 72) the encoder's mean rows, usable (n,)."""

    labels: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    usable: npt.NDArray[np.bool_]


class Llasa:
    """A checkpoint with its language model. Everything is deterministic: the same samples give the same words and numbers."""

    window_s = WINDOW_S

    def __init__(self, model: LlasaModel, tokenizer: Any, backbone_revision: str, revision: str) -> None:
        config = model.config
        self.model, self.tokenizer, self.revision = model.eval(), tokenizer, revision
        self.backbone_revision = backbone_revision
        self.name, self.licence = str(config.revision_name), str(config.licence)
        self.labels = tuple(config.labels)
        self.fusion_weight = float(config.fusion_weight)
        self.layout = layout_of(tokenizer, config.tokens)

    @classmethod
    def from_pretrained(
        cls,
        path: Path | str | None = None,
        *,
        device: str = "auto",
        backbone: str | None = None,
        cache_dir: Path | None = None,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> Llasa:
        """A checkpoint folder, or the name of a shipped one (None: `base`).

        backbone: where to find the language model, when not where the configuration says. UserError when the checkpoint is
        missing or damaged, or the language model is not there or of another width.
        """
        from models.backbone.causal import load_backbone

        folder = named_folder(path)
        model = load_trained(folder)
        where = pick_device(device)
        language, tokenizer, found = load_backbone(
            backbone or str(model.config.backbone),
            device=where,
            cache_dir=cache_dir,
            offline=offline,
            progress=progress,
        )
        width = int(language.get_input_embeddings().weight.shape[1])
        if width != model.config.backbone_size:
            raise UserError(
                folder,
                expected=f"a language model {model.config.backbone_size} wide ({model.config.backbone})",
                found=f"one {width} wide",
                cure="name the language model that it was trained with (its config.json says which)",
            )
        model = model.attach(language).to(where).merge()
        return cls(model, tokenizer, found, revision_of(folder, str(model.config.revision_name)))

    def scores(self, windows: Floats, labels: Sequence[str], question: str | None = None) -> npt.NDArray[np.float64]:
        """(n, 120, 6) windows in g and rad/s → (n, labels) summed log-probabilities of each label's words.

        question: None is the short one. UserError for windows of another shape, NaN, or fewer than two different labels.
        """
        values = checked(windows)
        wanted = tuple(labels)
        if len(wanted) < 2 or len(set(wanted)) != len(wanted) or not all(label.strip() for label in wanted):
            raise UserError(
                "labels",
                expected="two or more different words",
                found=", ".join(wanted) or "none",
                cure="name them apart",
            )
        plan = scoring_plan(self.layout, self.tokenizer, wanted, question or SHORT_CLASS_QUESTION)
        return label_log_likelihoods(self.model, plan, torch.from_numpy(values).to(self.model.device))

    def classify(self, windows: Floats, labels: Sequence[str] | None = None) -> Floats:
        """(n, 120, 6) → (n, labels) float32, rows sum to one: softmax of the scores over the fitted divisor."""
        found = self.scores(windows, self.labels if labels is None else labels)
        return probabilities(found, float(self.model.config.logit_divisor)).astype(np.float32)

    def said_classes(
        self, windows: Floats, labels: Sequence[str], batch_size: int = 16
    ) -> list[tuple[str | None, str]]:
        """The union-label prompt answered in words: (label, text) a window; label None where the text is not the demanded
        form with one of `labels` ("unclear")."""
        values = checked(windows)
        question = class_question(tuple(labels))
        texts = [
            text
            for at in range(0, len(values), batch_size)
            for text in self._written(values[at : at + batch_size], question, CLASS_TOKENS)
        ]
        return [(parse_class_answer(text, labels), text) for text in texts]

    def answer(self, window: Floats, question: str, position: str | None = None, *, measured: bool = True) -> str:
        """What the model writes about one (120, 6) window; nothing is checked here.

        measured: a line of exact measurements stands before the question, so that numbers can be copied. UserError for an
        empty question.
        """
        asked = " ".join(question.split())[:400]
        if not asked:
            raise UserError("question", expected="words", found="none", cure="ask something")
        values = checked(window[None])
        if measured:
            asked = with_measurements(asked, self.facts(window), position_of(position))
        return self._written(values, asked, ANSWER_TOKENS)[0]

    @staticmethod
    def facts(window: Floats) -> WindowFacts:
        """What the window's samples show."""
        return measure(window)

    def _written(self, values: Floats, question: str, most_tokens: int) -> list[str]:
        windows = torch.from_numpy(values).to(self.model.device)
        return write(self.model, self.layout, self.tokenizer, windows, question, most_tokens)

    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> LlasaPrediction:
        """The predictor interface: the 6 s around the middle of every span, candidates as the device's place allows.

        Unusable (uniform): a span at a gap, a stream without three axes of acceleration, one whose gravity was removed, or a
        device in a place that nothing was learnt about.
        """
        worn = position_of(position if position is not None else stream.position)
        n = len(spans)
        out = np.full((n, len(self.labels)), 1.0 / max(1, len(self.labels)), dtype=np.float32)
        embeddings = np.zeros((n, int(self.model.config.encoder_size)), dtype=np.float32)
        usable = np.zeros(n, dtype=np.bool_)
        cut = [window_around(stream, span) for span in spans] if worn != "unknown" else [None] * n
        at = [i for i, values in enumerate(cut) if values is not None]
        if at:
            values = np.stack([v for v in cut if v is not None])
            candidates = [label for label in labels_for(worn) if label in self.labels]
            columns = [self.labels.index(label) for label in candidates]
            out[at] = 0.0
            out[np.ix_(at, columns)] = self.classify(values, candidates)
            with torch.inference_mode():
                rows = self.model.encoder(torch.from_numpy(values).to(self.model.device)).mean(dim=1)
            embeddings[at] = rows.float().cpu().numpy()
            usable[at] = True
        return LlasaPrediction(self.labels, out, embeddings, usable)


def window_around(stream: Stream, span: Span) -> Floats | None:
    """(120, 6) around the middle of `span`, moved inside the stream at its ends; None where the samples do not allow it."""
    if not stream.has("acc_x", "acc_y", "acc_z") or stream.gravity == "removed":
        return None
    middle = (span.start_s + span.end_s) / 2
    start_s = min(max(middle - WINDOW_S / 2, stream.start_s), max(stream.start_s, stream.end_s - WINDOW_S))
    if start_s + WINDOW_S > stream.end_s + 0.5 / stream.rate_hz:
        return None
    return window_at(stream, start_s)


def checked(windows: Floats) -> Floats:
    """(n, 120, 6) float32. UserError for another shape or a value that is no number."""
    values = np.ascontiguousarray(windows, dtype=np.float32)
    if values.ndim != 3 or values.shape[1:] != (SAMPLES, 6):
        raise UserError(
            "windows",
            expected=f"(n, {SAMPLES}, 6): 6 s at 20 Hz, acceleration in g, rotation in rad/s",
            found=str(values.shape),
            cure="cut them with models.limubert.window_at",
        )
    if not np.isfinite(values).all():
        raise UserError("windows", expected="numbers", found="NaN or infinity", cure="leave windows with gaps out")
    return values
