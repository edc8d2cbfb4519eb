"""Classes known by words alone: a sentence embedding, and a language model that scores labels. They see no labelled window."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evals.systems.evidence import description, evidence_sentences
from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet

if TYPE_CHECKING:
    from agents.language import LanguageModel

# Cosines of sentences differ by hundredths: this makes probabilities of them. Never tuned; it does not change what is said.
COSINE_SCALE = 20.0
# A window's prompt takes a third of a second on a small machine.
CONTENT_FREE = ("A sensor at the body: N/A. The person is", "A sensor at the body: something. The person is")
SLOW = "a language model is asked about each window: only in zero_shot and few_shot, on a sample"


@lru_cache(maxsize=2)
def language_model(spec: str) -> LanguageModel:
    from agents.language import open_language_model

    return open_language_model(spec)


class SentenceCosine:
    """all-MiniLM-L6-v2: the window's evidence sentence beside each class's description."""

    name = "MiniLM cosine"
    learns = False
    random = False

    @property
    def detail(self) -> str:
        from agents.language import SentenceEmbedder

        return f"{SentenceEmbedder().revision}, evidence sentence to class description"

    def why_not(self, setting: Setting) -> str:
        return ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return None

    def predict(self, test: WindowSet) -> Answer:
        from agents.language import SentenceEmbedder

        cosines = SentenceEmbedder().similarity(evidence_sentences(test), [description(c) for c in test.classes])
        return Answer.of(softmax(COSINE_SCALE * cosines.astype(np.float64)))


class LanguageModelAlone:
    """A language model that reads the evidence sentence and scores each label as its continuation, calibrated (Zhao et al. 2021)."""

    name = "language model alone"
    learns = False
    random = False

    def __init__(self, spec: str = "embedded") -> None:
        self._spec = spec

    @property
    def detail(self) -> str:
        model = language_model(self._spec)
        return f"{model.name} {model.revision}"

    def why_not(self, setting: Setting) -> str:
        self._spec = setting.llm
        return SLOW if setting.spec in ("fixed", "loso") or setting.spec.startswith("groups") else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return None

    def predict(self, test: WindowSet, exemplars: str = "") -> Answer:
        """exemplars: lines of other people's windows with their labels, shown before each question."""
        model = language_model(self._spec)
        options = [c.replace("_", " ") for c in test.classes]
        before = model.calls
        free = tuple(f"{exemplars}{text}" for text in CONTENT_FREE)
        scores = [model.score(f"{exemplars}{s} The person is", options, free) for s in evidence_sentences(test)]
        return Answer.of(softmax(np.array(scores)), llm_calls=model.calls - before)


def softmax(scores: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    """(n, classes) → rows that sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
