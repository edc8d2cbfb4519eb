"""Files of segments as questions: the first share of one sequence was seen, the others are what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from recordings import UserError, plain

if TYPE_CHECKING:
    from agents.anticipation.engines import Belief, Engine, Observed
    from agents.anticipation.engines.prompted import Chance
    from agents.language import LanguageModel
    from apps.anticipated import Anticipation
    from apps.console import Report
    from recordings.sequences import Segment, SegmentSequence

_HORIZON = 0.5
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Asking:
    """What a segment file is asked with. engine: "" for the default. checkpoint: of the engine `actionllm`, which then learns
    nothing new. open_llm: whom the engine `prompted` asks. sounds: a table of sound events. wrong: the share of the observed
    labels that may be wrong. may_come: activities that the engine `prompted` may say though nobody was seen to do them."""

    observe: float | None
    horizon: float | None
    learn_from: Path | None = None
    engine: str = ""
    checkpoint: Path | None = None
    open_llm: Callable[[], LanguageModel] | None = None
    progress: Report | None = None
    sounds: Path | None = None
    wrong: float = 0.0
    may_come: tuple[str, ...] = ()

    @property
    def speaks_of_names(self) -> bool:
        """Whether a language model will be asked."""
        return self.engine == "prompted" or (bool(self.may_come) and not self.engine)


@dataclass
class WithSounds:
    """An engine whose belief is moved by what was heard."""

    engine: Engine
    sounds: Mapping[str, Sequence[Segment]]
    asked: str

    @property
    def name(self) -> str:
        return f"{self.engine.name} with sounds"

    @property
    def parameters(self) -> int:
        return self.engine.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        from agents.anticipation.engines.sounds import SoundShift

        self.engine.fit(sequences)
        self._shift = SoundShift()
        self._shift.fit(sequences, self.sounds)

    def believe(self, observed: Observed) -> Belief:
        return self._shift.shifted(self.engine.believe(observed), observed, self.sounds.get(self.asked, ()))


def anticipate_file(path: Path, name: str | None, asking: Asking) -> Anticipation:
    """Reads, learns, forecasts. UserError for whatever of the request or the files is not as it must be."""
    from recordings.sequences import read_sequences

    if asking.observe is None:
        raise UserError(
            "--observe", expected="the share of the sequence that was seen", found="none", cure="give --observe 0.3"
        )
    here = read_sequences(path)
    asked = _chosen(path, here, name)
    known = read_sequences(asking.learn_from) if asking.learn_from is not None else _others(here, asked)
    if asking.learn_from is not None and asked.subject is not None:
        known = [s for s in known if s.subject != asked.subject]
    if not known:
        raise UserError(
            asking.learn_from or path, expected="other people's sequences to learn from", found="none in the file",
            cure="name a CSV of segments with --learn-from",
        )  # fmt: skip
    return anticipate_sequence(asked, known, asking, source=str(path))


def anticipate_sequence(
    asked: SegmentSequence, known: Sequence[SegmentSequence], asking: Asking, *, source: str, so_far_is: str = ""
) -> Anticipation:
    """What follows the first share of `asked`. so_far_is: what its segments are, where they are not what a table says."""
    from agents.anticipation.engines import (
        ActionLLMEngine,
        PromptedEngine,
        engine_named,
        forecast_segments,
        observe,
        taught_by,
    )
    from agents.anticipation.explaining import reason_for
    from agents.anticipation.segment_intervals import with_intervals
    from agents.anticipation.sequences import Happened
    from apps.anticipated import Anticipation

    share = 0.0 if asking.observe is None else asking.observe
    may_come = tuple(_named(name) for name in asking.may_come)
    llm = asking.open_llm() if asking.open_llm is not None and asking.speaks_of_names else None
    engine = engine_named(
        asking.engine, checkpoint=asking.checkpoint, llm=llm, may_come=may_come, progress=asking.progress
    )
    question = observe(asked, share, min(_HORIZON, 1.0 - share) if asking.horizon is None else asking.horizon)
    speaking = _speaking(engine, asked, asking)
    speaking.fit(known)
    if isinstance(engine, ActionLLMEngine) and asked.subject in engine.people:
        raise UserError(
            asking.checkpoint, expected=f"a model that was not trained on person {plain(asked.subject or '')}",
            found=f"one whose training people include {plain(asked.subject or '')}", cure="take a model of another fold",
        )  # fmt: skip
    learnt = plain(asking.learn_from.name if asking.learn_from else Path(source).name, 80)
    forecast = with_intervals(
        forecast_segments(speaking, question, learnt_from=known, source=learnt), question, known, share
    )
    chances = engine.chances(question) if isinstance(engine, PromptedEngine) and may_come else []
    happened = [Happened(s.activity, s.start_s, s.end_s) for s in question.segments]
    return Anticipation(
        source,
        speaking.name,
        forecast,
        heading=(
            f"{asked.name}: the first {share:.0%} seen{so_far_is}, the next {question.horizon_s / asked.duration_s:.0%} of "
            f"{asked.duration_s:g} s asked; engine {speaking.name}, learnt from {taught_by(speaking, known, learnt)}"
        ),
        reason=reason_for(forecast, happened, _followers(known, question.segments[-1].activity), learnt),
        notes=[_chance_told(one) for one in chances],
        more={
            "sequence": asked.name,
            "observe": share,
            "horizon": round(question.horizon_s / asked.duration_s, 6),
            "whole_s": round(asked.duration_s, 3),
            "whole_length_used": True,
            "learnt_from": len(known),
            **({"may_come": [asdict(one) for one in chances]} if may_come else {}),
        },
    )


def _chance_told(chance: Chance) -> str:
    """One line about an activity that may come: how likely, and from what that is said."""
    seen = ("nobody was seen doing it", "seen once", "seen twice")[chance.examples]
    return f"{chance.activity.replace('_', ' ')}: {chance.next:.0%} next, {chance.ahead:.0%} within the time asked ({seen}; said from its name)"


def _speaking(engine: Engine, asked: SegmentSequence, asking: Asking) -> Engine:
    """The engine with whatever it is asked to look at besides."""
    from agents.anticipation.engines import Cleaning, Denoised
    from recordings.sequences import read_sounds

    if not 0.0 <= asking.wrong < 1.0:
        raise UserError(
            "--wrong", expected="a share of labels from 0 to below 1", found=f"{asking.wrong:g}", cure="0.1 is a tenth"
        )
    if asking.wrong > 0:
        engine = Denoised(engine, Cleaning(asking.wrong))
    if asking.sounds is None:
        return engine
    sounds = read_sounds(asking.sounds)
    if asked.name not in sounds and set(sounds) != {""}:
        raise UserError(
            asking.sounds, expected=f"sounds of the sequence {plain(asked.name, 80)}", found="none",
            cure="name the sequence in the table's column sequence",
        )  # fmt: skip
    mine = sounds.get(asked.name) or sounds[""]
    last = max(event.end_s for event in mine)
    if last > asked.end_s + 60.0:
        raise UserError(
            asking.sounds, expected=f"sounds within the sequence's {asked.duration_s:g} s", found=f"one until {last:g} s",
            cure="give the sounds of the same recording",
        )  # fmt: skip
    return WithSounds(engine, {**sounds, asked.name: mine}, asked.name)


def _named(name: str) -> str:
    """An activity as a table would hold it. UserError for what is no name."""
    words = plain(name, 200).split()
    if not words or len(" ".join(words)) > _LONGEST_NAME or not any(c.isalpha() for c in name):
        raise UserError(
            "--may-come", expected=f"an activity's name of at most {_LONGEST_NAME} characters, with letters",
            found=repr(plain(name, 80)), cure="name one: --may-come add_dressing",
        )  # fmt: skip
    return "_".join(words)


def _followers(known: Sequence[SegmentSequence], activity: str) -> dict[str, float]:
    from recordings.sequences import joined

    found: Counter[str] = Counter()
    for sequence in known:
        found.update(b.activity for a, b in pairwise(joined(sequence.segments)) if a.activity == activity)
    return {name: float(count) for name, count in found.items()}


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
