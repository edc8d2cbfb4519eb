"""What LLaSA's adapter learns beside the exchanges about windows: lessons from annotated recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.lessons import Lesson

# Recordings of training subjects whose timelines become lessons, a set.
RECORDINGS = 3


def training_lessons(data: Path, seed: int, recordings: int = RECORDINGS) -> Iterator[Lesson]:
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
