"""A trend answer: one line a segment, count lines, and a summary in sentences, every number of it from `TrendFacts`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.sensorllm.data import phrases
from models.sensorllm.data.facts import TrendFacts
from models.sensorllm.data.grammar import Template
from models.sensorllm.data.trend import Trend
from models.sensorllm.data.words import DATA_NAMES, PAIRS, STEADY_WORDS, in_words


@dataclass(frozen=True, slots=True)
class TrendStyle:
    """Everything of an answer that is chosen, not computed. One pair and one steady word serve the whole answer."""

    line: Template
    count_line: Template
    context: Template
    kinds: Template
    single: Template
    first_total: Template
    other_totals: tuple[Template, Template]
    connectives: tuple[str, str]
    overall: Template
    pair: tuple[str, str]
    steady: str
    data: str
    kinds_in_words: bool
    changes_in_words: bool

    def word(self, trend: Trend) -> str:
        return {"rising": self.pair[0], "falling": self.pair[1], "steady": self.steady}[trend]


def draw_style(rng: np.random.Generator) -> TrendStyle:
    """A style at random. The same generator state gives the same style."""

    def index(size: int) -> int:
        return int(rng.integers(size))

    return TrendStyle(
        line=phrases.LINES.draw(rng),
        count_line=phrases.COUNT_LINES.draw(rng),
        context=phrases.CONTEXT.draw(rng),
        kinds=phrases.KINDS.draw(rng),
        single=phrases.SINGLE.draw(rng),
        first_total=phrases.FIRST_TOTAL.draw(rng),
        other_totals=(phrases.OTHER_TOTAL.draw(rng), phrases.OTHER_TOTAL.draw(rng)),
        connectives=(
            phrases.CONNECTIVES[index(len(phrases.CONNECTIVES))],
            phrases.CONNECTIVES[index(len(phrases.CONNECTIVES))],
        ),
        overall=phrases.OVERALL.draw(rng),
        pair=PAIRS[index(len(PAIRS))],
        steady=STEADY_WORDS[index(len(STEADY_WORDS))],
        data=DATA_NAMES[index(len(DATA_NAMES))],
        kinds_in_words=bool(rng.integers(2)),
        changes_in_words=bool(rng.integers(2)),
    )


def written(number: int, as_words: bool) -> str:
    """Digits, or words where they exist."""
    return in_words(number) if as_words and number < 1_000_000 else str(number)


def changes_phrase(facts: TrendFacts, as_words: bool) -> str:
    """`five segments`, `1 change`: the number with what it counts."""
    noun = facts.count if facts.changes != 1 else facts.count[:-1]
    return f"{written(facts.changes, as_words)} {noun}"


def trend_answer(facts: TrendFacts, style: TrendStyle) -> str:
    """Lines, a blank line, the summary. `parse_trend_answer` gives `facts` back."""
    return f"{trend_lines(facts, style)}\n\n{trend_summary(facts, style)}"


def trend_lines(facts: TrendFacts, style: TrendStyle) -> str:
    """One line a merged segment; with two kinds or more a count line for each, most frequent first."""
    lines = [
        style.line.render({"start": repr(s.start_s), "end": repr(s.end_s), "trend": style.word(s.trend)})
        for s in facts.segments
    ]
    if facts.kinds > 1:
        lines += [
            style.count_line.render({"trend": style.word(kind), "count": str(number)})
            for kind, number in sorted(facts.counts, key=lambda pair: -pair[1])
        ]
    return "\n".join(lines)


def trend_summary(facts: TrendFacts, style: TrendStyle) -> str:
    """What, where and when; kinds and segments; seconds of each kind; the overall trend where there is more than one line."""
    values = {
        "data": style.data,
        "sensor": facts.sensor,
        "start": repr(facts.start_s),
        "end": repr(facts.end_s),
        "kinds": written(facts.kinds, style.kinds_in_words),
        "changes": changes_phrase(facts, style.changes_in_words),
    }
    sentences = [style.context.render(values), (style.single if facts.kinds == 1 else style.kinds).render(values)]
    totals = [{"trend": style.word(kind), "total": f"{total:.2f}"} for kind, total in facts.total_s]
    sentence = style.first_total.render(totals[0])
    for connective, template, total in zip(style.connectives, style.other_totals, totals[1:], strict=False):
        sentence += connective + template.render(total)
    sentences.append(f"{sentence}.")
    if len(facts.segments) > 1:
        sentences.append(style.overall.render({"trend": style.word(facts.overall)}))
    return " ".join(sentences)
