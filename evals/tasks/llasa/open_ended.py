"""Open questions about windows of held-out people: how many sentences of an answer hold, how many numbers are exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.runs import JsonValue, Sample
from evals.tasks.llasa.windows import identity
from models.limubert import LabelledWindow
from models.llasa.checking import check
from models.llasa.data import WindowFacts, described, measure, training_ranges

SEED = 11


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a window, and the answer that a template gives once the activity is known."""

    window: LabelledWindow
    kind: str
    question: str
    facts: WindowFacts

    @property
    def id(self) -> str:
        return f"{identity(self.window)}/{self.kind}"


def questions(windows: Sequence[LabelledWindow]) -> Iterator[Asked]:
    """One question a window, the five kinds in turn; none whose words name the activity."""
    for number, one in enumerate(described(windows, training_ranges([]), SEED)):
        open_ended = [e for e in one.exchanges[:-2] if not e.gives_away and e.kind != "plausibility"]
        if open_ended:
            chosen = open_ended[number % len(open_ended)]
            yield Asked(one.window, chosen.kind, chosen.question, one.facts)


def template_answer(asked: Asked, label: str | None) -> str:
    """Our own exact answer to the same kind of question, with the activity that a classifier found."""
    import random

    from models.llasa.data import KINDS, Subject, caption, exchanges

    if label is None:
        return caption(asked.facts, None, asked.window.position, random.Random(SEED)).narration
    made = exchanges(Subject(asked.facts, label, asked.window.position, {}), random.Random(SEED))
    return made[KINDS.index(asked.kind)].answer


def facts_for_judge(asked: Asked) -> dict[str, JsonValue]:
    """What a judge sees beside question and answer: the original's activity and place, with measurements and our own answer."""
    from models.llasa.data.retold import axis_lines, whole_line
    from models.llasa.data.words import activity, place

    window = asked.window
    rotation, acceleration = axis_lines(asked.facts)
    return {
        "activity": activity(window.label),
        "place": place(window.position),
        "measurements": [whole_line(asked.facts, window.position), *acceleration, *rotation],
        "standard answer": template_answer(asked, window.label),
    }


def marked(system: str, part: str, asked: Asked, text: str) -> Sample:
    """The answer's sentences looked up in the samples; the annotated activity is the one that may be named."""
    window = asked.window
    verdicts = check(text, measure(window.values), window.label, window.position)
    detail: dict[str, JsonValue] = {
        "question": asked.question,
        "text": text,
        "sentences": len(verdicts),
        "supported": sum(v.supported for v in verdicts),
        "numbers": sum(v.numbers for v in verdicts),
        "exact": sum(v.exact for v in verdicts),
        "reasons": [v.reason for v in verdicts if not v.supported],
        "recording": window.recording,
        "start_s": window.start_s,
        "end_s": round(window.start_s + 6.0, 3),
    }
    share = sum(v.supported for v in verdicts) / len(verdicts) if verdicts else 0.0
    return Sample(
        id=asked.id,
        system=system,
        part=part,
        subject=window.subject,
        truth=window.label,
        prediction=None,
        score=round(share, 4),
        status="ok" if verdicts else "invalid",
        detail=detail,
    )
