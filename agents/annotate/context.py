"""What a run of the graph works with and does not change: the bench, the language model, the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.annotate.settings import AnnotateSettings
from agents.language import LanguageModel
from recordings import Recording
from tools import Bench

Progress = Callable[[str, float], None]
"""Called with the node's name and the fraction of the whole that is done (0…1)."""


@dataclass(frozen=True, slots=True)
class Context:
    """llm None: nobody to ask; the pool decides and says so."""

    bench: Bench
    settings: AnnotateSettings
    llm: LanguageModel | None = None
    progress: Progress | None = None

    def recording(self, recording_id: str) -> Recording:
        return self.bench.recording(recording_id)

    def report(self, doing: str, fraction: float) -> None:
        if self.progress is not None:
            self.progress(doing, fraction)
