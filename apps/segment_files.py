"""Files of segments as questions: the first share of one sequence was seen, the others are what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordings import UserError, plain

if TYPE_CHECKING:
    from agents.language import LanguageModel
    from agents.timeline import ForecastRecord
    from apps.console import Report
    from recordings.sequences import SegmentSequence

_HORIZON = 0.5


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """What was forecast, by whom, from what. learnt_from: how many sequences."""

    sequence: str
    engine: str
    observe: float
    horizon: float
    whole_s: float
    learnt_from: int
    forecast: Sequence[ForecastRecord]

    @property
    def heading(self) -> str:
        return (
            f"{plain(self.sequence, 80)}: the first {self.observe:.0%} seen, the next {self.horizon:.0%} of {self.whole_s:g} s asked; "
            f"engine {self.engine}, learnt from {self.learnt_from} sequences"
        )

    def as_json(self, source: str) -> dict[str, object]:
        return {
            "source": source,
            "status": "answered",
            "sequence": self.sequence,
            "engine": self.engine,
            "observe": self.observe,
            "horizon": self.horizon,
            "whole_s": self.whole_s,
            "whole_length_used": True,
            "learnt_from": self.learnt_from,
            "forecast": [one.model_dump(mode="json") for one in self.forecast],
        }


def anticipate_segments(
    path: Path,
    observed: float | None,
    horizon: float | None,
    name: str | None,
    learn_from: Path | None,
    engine: str,
    *,
    checkpoint: Path | None = None,
    open_llm: Callable[[], LanguageModel] | None = None,
    progress: Report | None = None,
) -> SegmentAnswer:
    """Reads, learns, forecasts. UserError for whatever of the request or the files is not as it must be.

    checkpoint: of the engine `actionllm`, which then learns nothing new. open_llm: whom the engine `prompted` asks.
    """
    from agents.anticipation.engines import ActionLLMEngine, engine_named, forecast_segments, observe
    from recordings.sequences import read_sequences

    if observed is None:
        raise UserError(
            "--observe", expected="the share of the sequence that was seen", found="none", cure="give --observe 0.3"
        )
    llm = open_llm() if open_llm is not None and engine == "prompted" else None
    chosen_engine = engine_named(engine, checkpoint=checkpoint, llm=llm, progress=progress)
    here = read_sequences(path)
    asked = _chosen(path, here, name)
    question = observe(asked, observed, min(_HORIZON, 1.0 - observed) if horizon is None else horizon)
    known = read_sequences(learn_from) if learn_from is not None else _others(here, asked)
    if not known:
        raise UserError(
            path, expected="other people's sequences to learn from", found="none in the file",
            cure="name a CSV of segments with --learn-from",
        )  # fmt: skip
    chosen_engine.fit(known)
    if isinstance(chosen_engine, ActionLLMEngine) and asked.subject in chosen_engine.people:
        raise UserError(
            checkpoint, expected=f"a model that was not trained on person {plain(asked.subject or '')}",
            found=f"one whose training people include {plain(asked.subject or '')}", cure="take a model of another fold",
        )  # fmt: skip
    source = plain((learn_from or path).name, 80)
    return SegmentAnswer(
        asked.name, chosen_engine.name, observed, round(question.horizon_s / asked.duration_s, 6), round(asked.duration_s, 3),
        len(known), forecast_segments(chosen_engine, question, learnt_from=known, source=source),
    )  # fmt: skip


def _chosen(path: Path, here: Sequence[SegmentSequence], name: str | None) -> SegmentSequence:
    if name is None and len(here) == 1:
        return here[0]
    found = [s for s in here if s.name == name]
    if not found:
        some = ", ".join(s.name for s in here[:5]) + (", …" if len(here) > 5 else "")
        raise UserError(
            path, expected=f"--sequence with one of {len(here)} sequences ({some})",
            found="none" if name is None else repr(plain(name)), cure="name one of them",
        )  # fmt: skip
    return found[0]


def _others(here: Sequence[SegmentSequence], asked: SegmentSequence) -> list[SegmentSequence]:
    """Whatever is not of the same person, nor, where people are not named, the same sequence."""
    return [s for s in here if s.name != asked.name and (s.subject is None or s.subject != asked.subject)]
