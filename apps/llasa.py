"""The options of `telltale train llasa`, and the lessons that the adapter learns beside the exchanges."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apps.console import Report
    from models.llasa.training import Item

# Recordings of training subjects whose timelines become lessons, a set.
RECORDINGS = 3
LESSONS = 200
# Lessons are longer than windows' exchanges and fewer: each is offered this often.
REPEATED = 2


@dataclass(frozen=True, slots=True)
class LlasaRun:
    """One run of either stage."""

    data: Path
    output: Path
    seed: int
    budget_minutes: float | None
    resume: bool
    device: str
    aligned: Path | None
    backbone: str
    encoder: str | None
    examples: int | None

    def run(self, stage: Literal["align", "tune", "data"], progress: Report) -> dict[str, Any]:
        """The facts of the finished run. `data` trains nothing: it writes the texts that the others make as they go."""
        if stage == "data":
            from models.llasa.data import write_corpus

            counts = write_corpus(self.data, self.output, seed=self.seed, most_windows=self.examples, progress=progress)
            return dataclasses.asdict(counts)
        from models.llasa import train_llasa

        summary = train_llasa(
            self.data,
            self.output,
            stage=stage,
            aligned=self.aligned,
            encoder=None if self.encoder is None else Path(self.encoder),
            backbone=self.backbone,
            seed=self.seed,
            budget_minutes=self.budget_minutes,
            most_windows=self.examples,
            resume=self.resume,
            device=self.device,
            progress=progress,
            further=self._further(progress) if stage == "tune" else None,
        )
        return dataclasses.asdict(summary)

    def _further(self, progress: Report) -> Callable[[Any], Sequence[Item]]:
        def items(tokenizer: Any) -> list[Item]:
            from agents.lessons import drawn
            from models.llasa.training import text_item

            progress("writing lessons", 0.0)
            found = drawn(training_lessons(self.data, self.seed), LESSONS, self.seed)
            return [text_item(tokenizer, one.messages, one.text, one.answer) for one in found] * REPEATED

        return items


def training_lessons(data: Path, seed: int, recordings: int = RECORDINGS) -> Any:
    """Lessons from the first recordings of training subjects of each motion set, a subject at most once."""
    from agents.annotate import AnnotateSettings, annotate
    from agents.lessons import lessons
    from models.motion import MotionClassifier
    from models.motion.subjects import VALIDATION_SUBJECTS
    from recordings.datasets import HELD_OUT_SUBJECTS, dataset
    from tools import Bench

    bench = Bench(motion=MotionClassifier.from_pretrained())
    settings = AnnotateSettings(fusion="never", llm=None, neighbours=0)
    for name in ("hapt", "motionsense", "usc_had", "wisdm"):
        chosen, met = dataset(name), set[str]()
        for key in chosen.keys(data):
            who = chosen.subject_of(key, data)
            if who in met or who in HELD_OUT_SUBJECTS[name] or who in VALIDATION_SUBJECTS[name]:
                continue
            if len(met) == (2 * recordings if name != "hapt" else recordings):
                break
            met.add(who)
            recording = chosen.open(key, data)
            yield from lessons(recording, annotate(recording, bench=bench, llm=None, settings=settings), seed)
            bench.remove(recording.id)
