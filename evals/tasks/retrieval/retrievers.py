"""Who puts windows and texts into one space. A later model registers with one line here, and the task picks it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from evals.systems.windows import WindowSet

Floats = npt.NDArray[np.float32]


class Retriever(Protocol):
    """name: as it stands in a table. learnt_from: subjects whose windows it was trained on, as `set/subject`."""

    name: str

    @property
    def revision(self) -> str: ...

    @property
    def learnt_from(self) -> frozenset[str]: ...

    def similarity(self, windows: WindowSet, evidence: Sequence[str], texts: Sequence[str]) -> Floats:
        """(windows, texts), higher is nearer. evidence: each window's line of measurements, for who reads words."""
        ...


@dataclass(frozen=True, slots=True)
class RetrieverEntry:
    key: str
    path: str

    def make(self) -> Retriever:
        module, _, name = self.path.partition(":")
        return cast("Retriever", getattr(import_module(module), name)())


RETRIEVERS: dict[str, RetrieverEntry] = {
    entry.key: entry
    for entry in (
        RetrieverEntry("words", "evals.tasks.retrieval.retrievers:SharedWords"),
        RetrieverEntry("minilm", "evals.tasks.retrieval.retrievers:MiniLM"),
        RetrieverEntry("sensorlm", "evals.tasks.retrieval.retrievers:SensorLM"),
    )
}


class MiniLM:
    """all-MiniLM-L6-v2 cosine between the evidence line and the text: nothing of it has ever seen a sensor."""

    name = "minilm"

    @property
    def revision(self) -> str:
        from agents.language.sentences import SentenceEmbedder

        return SentenceEmbedder().revision

    @property
    def learnt_from(self) -> frozenset[str]:
        return frozenset()

    def similarity(self, windows: WindowSet, evidence: Sequence[str], texts: Sequence[str]) -> Floats:
        from agents.language.sentences import SentenceEmbedder

        return np.asarray(SentenceEmbedder().similarity(evidence, texts), dtype=np.float32)


class SensorLM:
    """The shipped SensorLM: the window's own vector beside the text's; the line of measurements is not read.

    The texts are worded as none of its training's captions were.
    """

    name = "sensorlm"

    @property
    def revision(self) -> str:
        from evals.systems.sensor_words import reader_of

        return reader_of(None).revision

    @property
    def learnt_from(self) -> frozenset[str]:
        from evals.systems.sensor_words import training_of

        subjects = cast("dict[str, list[str]]", training_of(None)["train_subjects"])
        return frozenset(f"{name}/{who}" for name, people in subjects.items() for who in people)

    def similarity(self, windows: WindowSet, evidence: Sequence[str], texts: Sequence[str]) -> Floats:
        from evals.systems.sensor_words import reader_of, vectors_of

        reader = reader_of(None)
        return np.asarray(vectors_of(reader, windows)[0] @ reader.texts(texts).T, dtype=np.float32)


class SharedWords:
    """Cosine of TF-IDF over words and numbers: how far the same strings alone go."""

    name = "words"
    revision = "scikit-learn TF-IDF"
    learnt_from: frozenset[str] = frozenset()

    def similarity(self, windows: WindowSet, evidence: Sequence[str], texts: Sequence[str]) -> Floats:
        from sklearn.feature_extraction.text import TfidfVectorizer

        counted = TfidfVectorizer(token_pattern=r"[^\s,;:()]+").fit([*evidence, *texts])
        product = counted.transform(evidence) @ counted.transform(texts).T
        return np.asarray(product.toarray(), dtype=np.float32)
