"""True sentences and planted lies from real timelines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.tasks.verification import on_episodes, on_evidence, on_sequences
from evals.tasks.verification.phrasing import Style
from evals.tasks.verification.statements import LIE_KINDS, Statement, Values
from evals.tasks.verification.world import World

STATEMENTS: tuple[Statement, ...] = on_episodes.STATEMENTS + on_sequences.STATEMENTS + on_evidence.STATEMENTS
_ATTEMPTS = 60


@dataclass(frozen=True)
class Sentence:
    """One generated sentence. world: the index of its timeline. kind: "true", or the kind of lie. context: span and cited ids."""

    text: str
    kind: str
    statement: str
    world: int
    ids: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    truth: str = ""


def true_sentences(worlds: Sequence[World], n: int, rng: random.Random) -> Iterator[Sentence]:
    """`n` true sentences, statement kinds in turn, wordings at random."""
    for i in range(n):
        yield _first(worlds, rng, i, None)


def lies(worlds: Sequence[World], n: int, rng: random.Random) -> Iterator[Sentence]:
    """`n` lies, kinds in turn. Each is false by the generator's own truth, and reads unlike the true sentence."""
    for i in range(n):
        yield _first(worlds, rng, i // len(LIE_KINDS), LIE_KINDS[i % len(LIE_KINDS)])


def _first(worlds: Sequence[World], rng: random.Random, turn: int, kind: str | None) -> Sentence:
    able = [s for s in STATEMENTS if kind is None or kind in s.lies or (kind == "negation" and s.negated)]
    for attempt in range(_ATTEMPTS * len(able)):
        statement = able[(turn + attempt // 4) % len(able)]
        at = rng.randrange(len(worlds))
        sentence = _true(statement, worlds[at], at, rng) if kind is None else _lie(statement, worlds[at], at, rng, kind)
        if sentence is not None:
            return sentence
    raise ValueError(f"no {kind or 'true'} sentence can be made from these timelines")


def _true(statement: Statement, world: World, at: int, rng: random.Random) -> Sentence | None:
    values = statement.sample(world, rng)
    if values is None:
        return None
    if not statement.holds(world, values):
        raise ValueError(f"{statement.name}: sampled values that do not hold: {values}")
    text = _rendered(statement, rng.choice(statement.forms), values, Style(rng))
    return _sentence(text, "true", statement, at, values)


def _lie(statement: Statement, world: World, at: int, rng: random.Random, kind: str) -> Sentence | None:
    values = statement.sample(world, rng)
    if values is None:
        return None
    style = Style(rng)
    form = rng.choice(statement.forms)
    truth = _rendered(statement, form, values, style)
    if kind == "negation":
        return _sentence(
            _rendered(statement, rng.choice(statement.negated), values, style), kind, statement, at, values, truth
        )
    wrong = statement.lies[kind](world, rng, values)
    if (
        wrong is None
        or any(v is None and values.get(k) is not None for k, v in wrong.items())
        or statement.holds(world, wrong)
    ):
        return None
    text = _rendered(statement, form, wrong, style)
    # A value that this wording does not print, or prints alike, makes no lie; nor does one that the wording leaves true.
    if text == truth or not _false_as_printed(statement, form, values, wrong, style, world):
        return None
    return _sentence(text, kind, statement, at, values, truth)


def _false_as_printed(
    statement: Statement, form: str, values: Values, wrong: Values, style: Style, world: World
) -> bool:
    """Whether no true values of this world print what the lie prints: another episode may bear it out."""
    text = _rendered(statement, form, wrong, style)
    rng = random.Random(0)
    for _ in range(40):
        sampled = statement.sample(world, rng)
        if (
            sampled is not None
            and _rendered(statement, form, sampled, style) == text
            and sampled.get("span") == values.get("span")
        ):
            return False
    return True


def _rendered(statement: Statement, form: str, values: Values, style: Style) -> str:
    return form.format(**statement.words(values, style))


def _sentence(text: str, kind: str, statement: Statement, at: int, values: Values, truth: str = "") -> Sentence:
    ids, span = values.get("ids", ()), values.get("span")
    cited = tuple(str(i) for i in ids) if isinstance(ids, tuple) else ()
    where = (float(span[0]), float(span[1])) if isinstance(span, tuple) else None
    return Sentence(text, kind, statement.name, at, cited, where, truth)
