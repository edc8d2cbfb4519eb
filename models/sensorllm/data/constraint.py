"""Trend answers that cannot go wrong in form: which characters may come next, given the answer so far.

    constraint = TrendConstraint(samples=43, rate_hz=20.0, sensor="x-axis accelerometer")
    state = constraint.start()
    state.allowed           # frozenset of the next characters; empty only when the answer is over
    state.complete          # whether the answer may end here (then the end-of-text token is allowed)
    state.forced            # characters that follow in any case: they may be appended without asking the model
    state = state.advance("0.0 to ")        # after any number of characters; None when they are not allowed

`token_trie.TokenTrie` turns a state into the ids of the tokens that a vocabulary may go on with.

Every complete text parses (`parse_trend_answer`): times ascend, the end of a segment is the start of the next, the first is
0.0 and the last (samples − 1) / rate_hz; neighbours differ in trend; one line format, one pair and one steady word; counts,
totals and numbers of the summary follow from the lines. What stays free is what the model is asked for: where segments
end, which trend they have, the overall trend where the lines leave it open, and the wording. No sample is looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Protocol

from models.sensorllm.data import phrases
from models.sensorllm.data.answer import TrendStyle, changes_phrase, written
from models.sensorllm.data.facts import CountRule, TrendFacts, facts_of_segments
from models.sensorllm.data.grammar import Family, Template
from models.sensorllm.data.trend import TRENDS, Trend, TrendSegment, sample_time_s
from models.sensorllm.data.words import DATA_NAMES, PAIRS, STEADY_WORDS


class _Node(Protocol):
    """A point of choice: literal texts, each with what follows it. A node without any is the end."""

    def options(self) -> Iterable[tuple[str, _Node]]: ...


@dataclass(frozen=True)
class _End:
    def options(self) -> Iterable[tuple[str, _Node]]:
        return ()


@dataclass(frozen=True)
class _Then:
    """A choice given by a function, so that it is computed only when it is reached."""

    choices: Callable[[], Iterable[tuple[str, _Node]]] = field(repr=False)

    def options(self) -> Iterable[tuple[str, _Node]]:
        return self.choices()


@dataclass(frozen=True)
class ConstraintState:
    """Where an answer stands: what is left of each literal that it may be in, and what follows that literal."""

    open: tuple[tuple[str, _Node], ...] = field(repr=False)
    complete: bool

    @cached_property
    def allowed(self) -> frozenset[str]:
        return frozenset(rest[0] for rest, _ in self.open)

    @property
    def forced(self) -> str:
        """The characters that follow whatever is chosen; "" where there is a choice or the answer may end."""
        state: ConstraintState = self
        found = []
        while len(state.open) == 1 and not state.complete:
            rest, node = state.open[0]
            found.append(rest)
            state = _closed([("", node)])
        if state.open and not state.complete:
            first = min(rest for rest, _ in state.open)
            last = max(rest for rest, _ in state.open)
            shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
            found.append(first[:shared])
        return "".join(found)

    def advance(self, text: str) -> ConstraintState | None:
        """The state after `text`; None when the answer cannot go on so."""
        state: ConstraintState = self
        for character in text:
            if character not in state.allowed:
                return None
            state = _closed([(rest[1:], node) for rest, node in state.open if rest[0] == character])
        return state


def _closed(pairs: list[tuple[str, _Node]]) -> ConstraintState:
    """Literals that are used up replaced by what follows them."""
    waiting = []
    complete = False
    while pairs:
        rest, node = pairs.pop()
        if rest:
            waiting.append((rest, node))
        elif isinstance(node, _End):
            complete = True
        else:
            pairs.extend(node.options())
    return ConstraintState(tuple(waiting), complete)


class TrendConstraint:
    """See the module. style: fixes every wording; None leaves all of them open. told: segments that tile the samples and the
    overall trend, where those are settled already and only the wording is left.

    ValueError for fewer than two samples or a rate that is not positive.
    """

    def __init__(
        self,
        samples: int,
        rate_hz: float,
        sensor: str,
        *,
        count: CountRule = "segments",
        style: TrendStyle | None = None,
        told: tuple[tuple[TrendSegment, ...], Trend] | None = None,
    ) -> None:
        if samples < 2 or not 0 < rate_hz < float("inf"):
            raise ValueError(f"a trend answer needs two samples and a positive rate, found {samples} at {rate_hz} Hz")
        self.samples, self.rate_hz, self.sensor, self.count, self.style = samples, rate_hz, sensor, count, style
        self.told = told
        self._times = [sample_time_s(i, rate_hz) for i in range(samples)]

    def start(self) -> ConstraintState:
        lines = (self.style.line,) if self.style else phrases.LINES.templates
        return _closed(
            [("", _Then(lambda: (option for line in lines for option in self._line(line, 0, (), _Words()))))]
        )

    def accepts(self, text: str) -> bool:
        """Whether `text` is a complete answer."""
        state = self.start().advance(text)
        return state is not None and state.complete

    def _line(
        self, line: Template, index: int, told: tuple[TrendSegment, ...], words: _Words
    ) -> Iterator[tuple[str, _Node]]:
        _, between, after, _ = _SPLIT[line.text]

        def ends() -> Iterator[tuple[str, _Node]]:
            for end in self._ends(index, len(told)):
                yield f"{self._times[end]!r}{after}", _Then(partial(self._trend, line, index, end, told, words))

        yield f"{self._times[index]!r}{between}", _Then(ends)

    def _trend(
        self, line: Template, index: int, end: int, told: tuple[TrendSegment, ...], words: _Words
    ) -> Iterator[tuple[str, _Node]]:
        for trend in TRENDS if self.told is None else (self.told[0][len(told)].trend,):
            if told and told[-1].trend == trend:
                continue
            segments = (*told, TrendSegment(self._times[index], self._times[end], trend))
            for word, chosen in self._words(trend, words):
                if end < self.samples - 1:
                    yield (
                        f"{word}\n",
                        _Then(partial(self._line, line, end, segments, chosen)),
                    )
                else:
                    yield word, _Then(partial(self._counts, segments, chosen))

    def _ends(self, index: int, line: int) -> range:
        """The samples at which a line that begins at `index` may end."""
        if self.told is None:
            return range(index + 1, self.samples)
        end = bisect_left(self._times, self.told[0][line].end_s, lo=index + 1)
        return range(end, end + 1)

    def _words(self, trend: Trend, words: _Words) -> Iterator[tuple[str, _Words]]:
        """The words that a trend may be called by, and the vocabulary that is then settled."""
        if trend == "steady":
            steady = words.steady or (self.style.steady if self.style else None)
            for word in (steady,) if steady else STEADY_WORDS:
                yield word, _Words(words.pair, word)
            return
        pair = words.pair or (self.style.pair if self.style else None)
        for chosen in (pair,) if pair else PAIRS:
            yield chosen[trend == "falling"], _Words(chosen, words.steady)

    def _counts(self, segments: tuple[TrendSegment, ...], words: _Words) -> Iterator[tuple[str, _Node]]:
        facts = facts_of_segments(segments, segments[-1].trend, self.sensor, self.count)
        after = _Then(lambda: self._context(facts, words))
        if facts.kinds == 1:
            yield "\n\n", after
            return
        ordered = sorted(facts.counts, key=lambda pair: -pair[1])
        for template in (self.style.count_line,) if self.style else phrases.COUNT_LINES.templates:
            lines = [template.render({"trend": words.word(kind), "count": str(number)}) for kind, number in ordered]
            yield "\n" + "\n".join(lines) + "\n\n", after

    def _context(self, facts: TrendFacts, words: _Words) -> Iterator[tuple[str, _Node]]:
        after = _Then(lambda: self._kinds(facts, words))
        for data in (self.style.data,) if self.style else DATA_NAMES:
            values = {"data": data, "sensor": self.sensor, "start": repr(facts.start_s), "end": repr(facts.end_s)}
            for template in self._of(phrases.CONTEXT, self.style.context if self.style else None):
                yield f"{template.render(values)} ", after

    def _kinds(self, facts: TrendFacts, words: _Words) -> Iterator[tuple[str, _Node]]:
        after = _Then(lambda: self._totals(facts, words))
        style = self.style
        family = phrases.SINGLE if facts.kinds == 1 else phrases.KINDS
        fixed = None if style is None else style.single if facts.kinds == 1 else style.kinds
        for kinds_in_words in (style.kinds_in_words,) if style else (False, True):
            for changes_in_words in (style.changes_in_words,) if style else (False, True):
                values = {
                    "kinds": written(facts.kinds, kinds_in_words),
                    "changes": changes_phrase(facts, changes_in_words),
                }
                for template in self._of(family, fixed):
                    yield f"{template.render(values)} ", after

    def _totals(self, facts: TrendFacts, words: _Words) -> Iterator[tuple[str, _Node]]:
        totals = [{"trend": words.word(kind), "total": f"{total:.2f}"} for kind, total in facts.total_s]

        def others(number: int) -> Iterator[tuple[str, _Node]]:
            if number == len(totals):
                yield ".", _End() if len(facts.segments) == 1 else _Then(lambda: self._overall(facts, words))
                return
            style = self.style
            for connective in (style.connectives[number - 1],) if style else phrases.CONNECTIVES:
                for template in self._of(phrases.OTHER_TOTAL, style.other_totals[number - 1] if style else None):
                    yield connective + template.render(totals[number]), _Then(lambda: others(number + 1))

        for template in self._of(phrases.FIRST_TOTAL, self.style.first_total if self.style else None):
            yield template.render(totals[0]), _Then(lambda: others(1))

    def _overall(self, facts: TrendFacts, words: _Words) -> Iterator[tuple[str, _Node]]:
        for trend in _possible_overall(facts) if self.told is None else (self.told[1],):
            for word, _ in self._words(trend, words):
                for template in self._of(phrases.OVERALL, self.style.overall if self.style else None):
                    yield f" {template.render({'trend': word})}", _End()

    @staticmethod
    def _of(family: Family, fixed: Template | None) -> tuple[Template, ...]:
        return (fixed,) if fixed is not None else family.templates


@dataclass(frozen=True)
class _Words:
    """The vocabulary as far as it is settled."""

    pair: tuple[str, str] | None = None
    steady: str | None = None

    def word(self, trend: Trend) -> str:
        found = self.steady if trend == "steady" else self.pair and self.pair[trend == "falling"]
        if found is None:
            raise ValueError(f"no word for {trend} yet")
        return found


def _possible_overall(facts: TrendFacts) -> tuple[Trend, ...]:
    """What the ends can do, given which trends occur: without a fall, what rises once has risen."""
    present = {kind for kind, _ in facts.counts}
    if {"rising", "falling"} <= present:
        return TRENDS
    return ("rising",) if "rising" in present else ("falling",) if "falling" in present else ("steady",)


def _split(line: Template) -> tuple[str, str, str, str]:
    head, rest = line.text.split("{start}")
    between, rest = rest.split("{end}")
    after, tail = rest.split("{trend}")
    return head, between, after, tail


_SPLIT = {line.text: _split(line) for line in phrases.LINES.templates}
