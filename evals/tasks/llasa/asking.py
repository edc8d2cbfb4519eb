"""The models that are asked: LLaSA, and language models with a window's measurements as words: its own backbone, any endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from agents.language import LanguageModel, LanguageModelFailure
from evals.runs import Sample
from evals.tasks.llasa.closed_set import Answered
from evals.tasks.llasa.open_ended import Asked, marked, questions, template_answer
from evals.tasks.llasa.windows import Sides, balanced, stacked
from models.limubert import LabelledWindow
from models.llasa.data import UNION, class_question, measure, with_measurements
from models.llasa.data.words import activity
from models.llasa.parsing import parse_class_answer
from recordings import UserError

Closed = Callable[[Sides], tuple[Sequence[LabelledWindow], Answered]]
Told = Callable[[Sides, str, int], Iterator[Sample]]
CHECKPOINT = "llasa:"
# Windows a class that the plain model scores: a pass of some three hundred tokens each.
BARE_PER_CLASS = 10
# As long as LLaSA's own answers may be.
ANSWER_TOKENS = 120
SYSTEM = "You answer questions about six seconds of a motion sensor. State only what the measurements show."
# Specifications of models that are asked in their own rows.
OURS = ("embedded", "llasa")


class Reader(Protocol):
    """closed: (name, answers) pairs; strict: windows a class of the demanded form, None for all."""

    name: str

    @property
    def revision(self) -> str: ...
    def why_not(self, sides: Sides) -> str: ...
    def closed(self, *, strict: int | None) -> list[tuple[str, Closed]]: ...
    def open_ended(self) -> list[tuple[str, Told]]: ...


def asked_of(sides: Sides, most: int) -> list[Asked]:
    """`most` questions, windows of as many activities as there are."""
    return list(questions(balanced(sides.test, max(1, -(-most // len(sides.classes))), 1)))[:most]


class LlasaReader:
    """A LLaSA checkpoint, None for the shipped one."""

    name = "LLaSA"

    def __init__(self, folder: Path | None) -> None:
        from models.llasa import Llasa

        self.model = Llasa.from_pretrained(folder)

    @property
    def revision(self) -> str:
        return self.model.revision

    def why_not(self, sides: Sides) -> str:
        met = set(self.model.model.config.subjects.get(sides.name.removesuffix("_watch"), ()))
        met &= {w.subject for w in sides.test}
        return f"it has learnt from {', '.join(sorted(met))}" if met else ""

    def closed(self, *, strict: int | None) -> list[tuple[str, Closed]]:
        def scored(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            found = self.model.scores(stacked(sides.test), sides.classes)
            return sides.test, Answered([sides.classes[i] for i in found.argmax(axis=1).tolist()], self.revision)

        def written(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            chosen = sides.test if strict is None else balanced(sides.test, strict, 0)
            said = self.model.said_classes(stacked(chosen), UNION)
            return chosen, Answered([label for label, _ in said], self.revision, tuple(text for _, text in said))

        return [("LLaSA, labels scored", scored), ("LLaSA, all sets' options, strict reading", written)]

    def open_ended(self) -> list[tuple[str, Told]]:
        def told(measured: bool, system: str) -> Told:
            def answers(sides: Sides, part: str, most: int) -> Iterator[Sample]:
                for asked in asked_of(sides, most):
                    window = asked.window
                    text = self.model.answer(window.values, asked.question, window.position, measured=measured)
                    yield marked(system, part, asked, text)

            return answers

        with_numbers, alone = "LLaSA, measurements in the prompt", "LLaSA, sensor tokens alone"
        return [(with_numbers, told(True, with_numbers)), (alone, told(False, alone))]


class PlainReader:
    """The language model without sensor tokens or adapter."""

    name = "language model, measurements as words"

    def __init__(self) -> None:
        from models.llasa.bare import BareReader

        self.model = BareReader()

    @property
    def revision(self) -> str:
        return self.model.revision

    def why_not(self, sides: Sides) -> str:
        return ""

    def closed(self, *, strict: int | None) -> list[tuple[str, Closed]]:
        def scored(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            chosen = balanced(sides.test, strict or BARE_PER_CLASS, 0)
            found = self.model.scores(stacked(chosen), sides.classes, chosen[0].position)
            return chosen, Answered([sides.classes[i] for i in found.argmax(axis=1).tolist()], self.revision)

        def written(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            chosen = balanced(sides.test, strict or BARE_PER_CLASS, 0)
            said = [self.model.said_class(w.values, UNION, w.position) for w in chosen]
            return chosen, Answered([label for label, _ in said], self.revision, tuple(text for _, text in said))

        return [(f"{self.name}, labels scored", scored), (f"{self.name}, strict reading", written)]

    def open_ended(self) -> list[tuple[str, Told]]:
        def answers(sides: Sides, part: str, most: int) -> Iterator[Sample]:
            for asked in asked_of(sides, most):
                window = asked.window
                yield marked(self.name, part, asked, self.model.answer(window.values, asked.question, window.position))

        return [(self.name, answers)]


class EndpointReader:
    """Any language model that `--llm` names. It is asked as the plain one is; where it has no likelihoods to compare it chooses."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.name = f"{model.name}, measurements as words"

    @property
    def revision(self) -> str:
        return self.model.revision

    def why_not(self, sides: Sides) -> str:
        return ""

    def closed(self, *, strict: int | None) -> list[tuple[str, Closed]]:
        def chosen_from(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            named = {activity(label): label for label in sides.classes}
            asked = balanced(sides.test, strict or BARE_PER_CLASS, 0)
            said = [self._chosen(w, class_question(sides.classes), list(named)) for w in asked]
            return asked, Answered([None if s is None else named[s] for s in said], self.revision)

        def written(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            asked = balanced(sides.test, strict or BARE_PER_CLASS, 0)
            texts = [self._written(w, class_question(UNION), 16) for w in asked]
            return asked, Answered([parse_class_answer(t, UNION) for t in texts], self.revision, tuple(texts))

        return [(f"{self.name}, an option chosen", chosen_from), (f"{self.name}, strict reading", written)]

    def open_ended(self) -> list[tuple[str, Told]]:
        def answers(sides: Sides, part: str, most: int) -> Iterator[Sample]:
            for asked in asked_of(sides, most):
                yield marked(self.name, part, asked, self._written(asked.window, asked.question, ANSWER_TOKENS))

        return [(self.name, answers)]

    def _chosen(self, window: LabelledWindow, question: str, options: list[str]) -> str | None:
        """None where the answer was none of them: `unclear`. An endpoint that is down ends the run; what it said is kept."""
        try:
            return self.model.choose(
                SYSTEM, with_measurements(question, measure(window.values), window.position), options
            )
        except LanguageModelFailure as failure:
            if failure.kind != "nonsense":
                raise
            return None

    def _written(self, window: LabelledWindow, question: str, tokens: int) -> str:
        asked = with_measurements(question, measure(window.values), window.position)
        try:
            return self.model.write(SYSTEM, asked, max_tokens=tokens)
        except LanguageModelFailure as failure:
            if failure.kind != "nonsense":
                raise
            return ""


class TemplateReader:
    """The motion classifier names the activity, our grammar says the rest."""

    name = "motion classifier + template"

    def __init__(self) -> None:
        from models.motion import MotionClassifier

        self.model = MotionClassifier.from_pretrained(device="cpu")

    @property
    def revision(self) -> str:
        return self.model.revision

    def why_not(self, sides: Sides) -> str:
        return ""

    def labels(self, windows: Sequence[LabelledWindow], classes: tuple[str, ...]) -> list[str]:
        from models.llasa.training.validation import as_stream

        found = []
        for window in windows:
            stream = as_stream(window)
            said = self.model.predict(stream, [stream.span], position=window.position, labels=classes)
            found.append(said.labels[int(said.probabilities[0].argmax())])
        return found

    def closed(self, *, strict: int | None) -> list[tuple[str, Closed]]:
        def named(sides: Sides) -> tuple[Sequence[LabelledWindow], Answered]:
            return sides.test, Answered(list(self.labels(sides.test, sides.classes)), self.revision)

        return [("motion classifier", named)]

    def open_ended(self) -> list[tuple[str, Told]]:
        def answers(sides: Sides, part: str, most: int) -> Iterator[Sample]:
            asked = asked_of(sides, most)
            labels = self.labels([one.window for one in asked], sides.classes)
            for one, label in zip(asked, labels, strict=True):
                yield marked(self.name, part, one, template_answer(one, label))

        return [(self.name, answers)]


def named_readers(wanted: tuple[str, ...], llm: str) -> list[Reader]:
    """Those that the names ask for, () for all that are at hand. `llasa:DIR` is a checkpoint. llm: `endpoint` is that one, and it is asked
    wherever another than the embedded is named; explanations ask it too.
    """
    from agents.language import open_language_model
    from models.llasa import shipped_checkpoints

    found: list[Reader] = []
    if not wanted or "template" in wanted:
        found.append(TemplateReader())
    checkpoints = [Path(name.removeprefix(CHECKPOINT)) for name in wanted if name.startswith(CHECKPOINT)]
    found += [LlasaReader(folder) for folder in checkpoints]
    if (not wanted or "llasa" in wanted) and not checkpoints and shipped_checkpoints():
        found.append(LlasaReader(None))
    if not wanted or "language_model" in wanted:
        found.append(PlainReader())
    elsewhere = not llm.startswith(OURS)
    if "endpoint" in wanted and not elsewhere:
        raise UserError("--systems endpoint", expected="--llm URL#MODEL beside it", found=llm, cure="name an endpoint")
    if elsewhere and (not wanted or "endpoint" in wanted):
        found.append(EndpointReader(open_language_model(llm)))
    return found
