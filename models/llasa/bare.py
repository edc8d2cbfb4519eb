"""The control beside LLaSA: its language model untouched, reading the measurements of a window as words, no sensor tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models.backbone.causal import EMBEDDED, load_backbone
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.data import class_question, measure, with_measurements
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.parsing import parse_class_answer
from models.llasa.prompt import layout_of
from models.llasa.scoring import label_log_likelihoods, scoring_plan
from models.llasa.writing import write
from models.motion.predictor import pick_device
from models.motion.taxonomy import position_of

Floats = npt.NDArray[np.float32]


class BareReader:
    """`Llasa`'s questions to the plain language model."""

    def __init__(self, backbone: str = EMBEDDED, *, cache_dir: Path | None = None, device: str = "auto") -> None:
        where = pick_device(device)
        language, self.tokenizer, self.revision = load_backbone(backbone, device=where, cache_dir=cache_dir)
        width = int(language.get_input_embeddings().weight.shape[1])
        self.model: Any = LlasaModel(LlasaConfig(backbone=backbone, backbone_size=width, rank=0)).attach(language)
        self.model = self.model.to(where).eval()
        self.layout = layout_of(self.tokenizer)

    def scores(self, windows: Floats, labels: Sequence[str], position: str | None) -> npt.NDArray[np.float64]:
        """(n, 120, 6) → (n, labels) summed log-probabilities after the class question over `labels` behind the measurements."""
        rows = []
        for window in windows:
            asked = self._with(window, class_question(tuple(labels)), position)
            plan = scoring_plan(self.layout, self.tokenizer, labels, asked, sensor=False)
            rows.append(
                label_log_likelihoods(self.model, plan, torch.from_numpy(window[None]).to(self.model.device))[0]
            )
        return np.asarray(rows)

    def said_class(self, window: Floats, labels: Sequence[str], position: str | None) -> tuple[str | None, str]:
        """(label or None, text), read as strictly as LLaSA's."""
        text = self.answer(window, class_question(tuple(labels)), position, most_tokens=16)
        return parse_class_answer(text, labels), text

    def answer(self, window: Floats, question: str, position: str | None, most_tokens: int = 120) -> str:
        asked = self._with(window, question, position)
        shown = torch.from_numpy(window[None]).to(self.model.device)
        return write(self.model, self.layout, self.tokenizer, shown, asked, most_tokens, sensor=False)[0]

    @staticmethod
    def _with(window: Floats, question: str, position: str | None) -> str:
        return with_measurements(question, measure(window), position_of(position))
