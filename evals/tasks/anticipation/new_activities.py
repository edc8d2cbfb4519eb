"""Activities that nobody was seen to do, or one person: does what was done say that one of them comes next?

Every activity of a set is taken out of what is learnt from, in turn: everywhere (never_seen) or everywhere but in one person's
sequence (seen_once). Asked is, at changes of activity in other people's sequences, whether it comes next.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines import vocabulary_of
from agents.anticipation.engines.grammar import Grammar
from agents.anticipation.engines.may_come import ONCE as ONCE_ODDS
from agents.anticipation.engines.may_come import UNSEEN, MayCome, Odds
from agents.anticipation.engines.memory import RememberingGrammar
from agents.language import LanguageModel, open_language_model
from evals.leaks import Item, Material
from evals.runs import Run, Sample, number_of
from evals.statistics import clustered_interval
from evals.tasks.anticipation.choosing import one_view
from recordings import UserError
from recordings.sequences import SegmentSequence, SequenceFold, joined, read_benchmark

GROUP = "new_activities"
NEVER, ONCE, KNOWN = "never_seen", "seen_once", "known"
# The fold that the way of asking was chosen on, and that the odds of `MayCome` were fitted on; not in the table.
CHOSEN_ON = "1"
NEXT, OTHER = "next", "other"
# A fold's questions about an activity: moments at which it comes next, and moments before it was done at which another does.
MOST_NEXT = {"50salads": 10, "breakfast": 5}
OTHERS_EACH = 2
_RESAMPLES = 300
_FLOOR = 1e-3
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """Does `activity` come next? said: what was done, repeats joined. weight: how many such moments this one stands for."""

    id: str
    subject: str
    activity: str
    said: tuple[str, ...]
    comes: bool
    weight: float


# The score of a question, larger where the activity is likelier to come next, and what it was made of.
Scorer = Callable[[Question], float]
LANGUAGE_MODEL, WITH_STEPS = "language_model", "language_model and activities done"


def collect_new(
    data_dir: Path, run: Run, llm: str, only: str = "", *, quick: bool = False, limit: int | None = None
) -> None:
    """Every fold of a set but the one that was chosen on. only: another set than 50 Salads, or one fold of that. limit: so many
    activities."""
    run.note("language_model", llm)
    name = only if only in MOST_NEXT else "50salads"
    known = read_benchmark(name, data_dir, "")
    folds = [f for f in known.folds if (f.name == only if only and only != name else f.name != CHOSEN_ON)]
    if not folds:
        raise UserError(
            f"--protocol {GROUP}/{only}", expected=f"a set ({', '.join(MOST_NEXT)}) or a fold of 50salads ({', '.join(f.name for f in known.folds)})",
            found=only, cure="name one of them",
        )  # fmt: skip
    model = open_language_model(llm)
    for number, fold in enumerate(folds[: 1 if quick else None]):
        run.progress(f"anticipation: {GROUP}/{name}", number, len(folds))
        part = f"{GROUP}/{name}/{{}}/{fold.name}"
        run.audit(_material(fold), part=f"{GROUP}/{name}/{fold.name}")
        _collect_fold(run, fold, part, model, MOST_NEXT[name] // (3 if quick else 1), limit)
    run.progress(f"anticipation: {GROUP}/{name}", len(folds), len(folds))


def _collect_fold(run: Run, fold: SequenceFold, part: str, llm: LanguageModel, most: int, limit: int | None) -> None:
    train, test = one_view(fold.train), one_view(fold.test)
    answers: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    every = Grammar(vocabulary_of(train), 3)
    every.fit(train)
    all_known = RememberingGrammar(Grammar(vocabulary_of(train), 3), 0.3)
    all_known.fit(train)
    for activity in vocabulary_of(train)[:limit]:
        asked = questions(test, activity, most, Random(f"{fold.name}/{activity}"))
        if not any(q.comes for q in asked) or all(q.comes for q in asked):
            continue
        for (kind, system), scorer in scorers(train, activity, llm, every, all_known).items():
            if run.finished(system, part.format(kind)):
                continue
            began = time.process_time()
            scores = [scorer(q) for q in asked]
            told = {system: scores}
            if system == LANGUAGE_MODEL:
                odds = UNSEEN if kind == NEVER else ONCE_ODDS
                told[WITH_STEPS] = [odds.of(gain, len(q.said)) for gain, q in zip(scores, asked, strict=True)]
            for name, values in told.items():
                answers[kind, name] += [
                    _sample(q, name, part.format(kind), v) for q, v in zip(asked, values, strict=True)
                ]
                seconds[kind, name] += time.process_time() - began
    for (kind, system), samples in answers.items():
        run.add_all(samples)
        took = seconds[kind, system]
        run.finish(
            system, part.format(kind), seconds=round(took, 2), seconds_per_question=round(took / len(samples), 5)
        )


def questions(test: Sequence[SegmentSequence], activity: str, most: int, rng: Random) -> list[Question]:
    """At changes before the activity was first done: at most `most` at which it comes next and twice as many at which not."""
    comes: list[Question] = []
    not_yet: list[Question] = []
    for sequence in test:
        segments = joined(sequence.segments)
        for i in range(1, len(segments)):
            said = tuple(s.activity for s in segments[:i])
            if activity in said:
                break
            here = segments[i].activity == activity
            who = sequence.subject or sequence.name
            question = Question(f"{sequence.name}/{i:03d}/{activity}", who, activity, said, here, 1.0)
            (comes if here else not_yet).append(question)
    out = []
    for asked, count in ((comes, most), (not_yet, OTHERS_EACH * most)):
        chosen = asked if len(asked) <= count else rng.sample(asked, count)
        out += [replace(q, weight=len(asked) / len(chosen)) for q in chosen]
    return out


def scorers(
    train: Sequence[SegmentSequence],
    activity: str,
    llm: LanguageModel,
    every: Grammar,
    all_known: RememberingGrammar,
) -> Mapping[tuple[str, str], Scorer]:
    """(how much was seen of the activity, system) → its scorer."""
    emptied = [s for s in (without(sequence, activity) for sequence in train) if s is not None]
    holders = [s for s in train if activity in s.activities]
    one = Random(f"one/{activity}").choice(sorted(holders, key=lambda s: s.name))
    taught = [one, *(s for s in emptied if s.name != one.name)]
    rest = Grammar(vocabulary_of(emptied), 3)
    rest.fit(emptied)
    unseen, once = MayCome((activity,)), MayCome.taught((activity,), taught)

    def counted(grammar: Grammar) -> Scorer:
        grammar.fit(taught)
        return lambda q: float(grammar.following(grammar.state(grammar.history(q.said)))[grammar.number[activity]])

    def with_steps(score: Scorer) -> Scorer:
        return lambda q: math.log(score(q) + _FLOOR) + ONCE_ODDS.per_step * len(q.said)

    def alike(q: Question) -> float:
        shares = rest.following(rest.state(rest.history(q.said)))
        return float(sum(shares[i] * _likeness(activity, name) for name, i in rest.number.items()))

    names = vocabulary_of(taught)
    return {
        (NEVER, "activities done so far"): lambda q: float(len(q.said)),
        (NEVER, "words in common with the last activity"): lambda q: _likeness(activity, q.said[-1]),
        (NEVER, "transitions to names with words in common"): alike,
        (NEVER, LANGUAGE_MODEL): lambda q: unseen.gain(llm, activity, q.said),
        (ONCE, "markov_1"): counted(Grammar(names, 1)),
        (ONCE, "markov_1 and activities done"): with_steps(counted(Grammar(names, 1))),
        (ONCE, "markov_3"): counted(Grammar(names, 3)),
        (ONCE, LANGUAGE_MODEL): lambda q: once.gain(llm, activity, q.said),
        (KNOWN, "markov_3"): lambda q: float(
            every.following(every.state(every.history(q.said)))[every.number[activity]]
        ),
        (KNOWN, "remembering"): lambda q: float(
            all_known.following(all_known.state(every.history(q.said)))[every.number[activity]]
        ),
    }


def without(sequence: SegmentSequence, activity: str) -> SegmentSequence | None:
    """The same without the activity: what went before goes on until what came after; None where nothing is left."""
    kept = [s for s in sequence.segments if s.activity != activity]
    if not kept:
        return None
    starts = [sequence.start_s, *(s.start_s for s in kept[1:])]
    ends = [*starts[1:], sequence.end_s]
    segments = [replace(s, start_s=a, end_s=b) for s, a, b in zip(kept, starts, ends, strict=True)]
    return replace(sequence, segments=joined(segments))


def _likeness(a: str, b: str) -> float:
    first, second = set(a.split("_")), set(b.split("_"))
    return len(first & second) / len(first | second)


def _sample(question: Question, system: str, part: str, score: float) -> Sample:
    return Sample(
        id=question.id,
        system=system,
        part=part,
        subject=question.subject,
        truth=NEXT if question.comes else OTHER,
        prediction=None,
        score=round(score, 6),
        detail={"activity": question.activity, "done": len(question.said), "weight": round(question.weight, 4)},
    )


def new_rows(run: Run) -> list[dict[str, object]]:
    """A row for each system, set and share of what was seen: AUROC of its coming next, the mean over activities."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, part in run.units():
        if part.startswith(f"{GROUP}/"):
            groups[part.rsplit("/", 1)[0], system].append(part)
    rows: list[dict[str, object]] = []
    for (group, system), parts in sorted(groups.items()):
        samples = [s for part in sorted(parts) for s in run.samples(system, part)]
        activities = sorted({str(s.detail["activity"]) for s in samples})
        by_person: dict[str, list[list[float]]] = defaultdict(list)
        for s in samples:
            row = [float(activities.index(str(s.detail["activity"]))), float(s.truth == NEXT), float(s.score or 0.0)]
            by_person[s.subject].append(row)
        people = {who: np.array(values) for who, values in by_person.items()}
        facts = [run.facts(system, part) for part in parts]
        rows.append(
            {
                "name": system,
                "part": group,
                "revision": "",
                "metrics": {
                    "auroc": clustered_interval(people, mean_auroc, resamples=_RESAMPLES).metric(n=len(samples))
                },
                "n": len(samples),
                "groups": len(people),
                "activities": len(activities),
                "seconds": round(sum(number_of(f, "seconds") for f in facts), 2),
                "seconds_per_question": round(float(np.mean([number_of(f, "seconds_per_question") for f in facts])), 5),
                "peak_mb": None,
                "llm_calls": 0,
            }
        )
    return rows


def mean_auroc(rows: Floats) -> float:
    """(n, 3) activity, comes next (1 or 0), score → the mean over activities that can be judged; ties count half."""
    from scipy.stats import rankdata

    found = []
    for activity in np.unique(rows[:, 0]):
        mine = rows[rows[:, 0] == activity]
        comes = mine[:, 1] > 0
        n, m = int(comes.sum()), int((~comes).sum())
        if n and m:
            found.append((rankdata(mine[:, 2])[comes].sum() - n * (n + 1) / 2) / (n * m))
    return float(np.mean(found)) if found else math.nan


def fitted_odds(run: Run) -> Iterator[tuple[str, Odds]]:
    """For each set and share of what was seen: the odds that fit the language model's answers best, moments weighed back."""
    from sklearn.linear_model import LogisticRegression

    for system, part in run.units():
        if system != LANGUAGE_MODEL or not part.startswith(f"{GROUP}/"):
            continue
        samples = list(run.samples(system, part))
        told = np.array([[s.score or 0.0, float(cast("int", s.detail["done"]))] for s in samples])
        weights = np.array([float(cast("float", s.detail["weight"])) for s in samples])
        found = LogisticRegression(C=1e3).fit(told, [s.truth == NEXT for s in samples], sample_weight=weights)
        base, slope, per_step = (round(float(v), 3) for v in (found.intercept_[0], *found.coef_[0]))
        yield part, Odds(base, slope, per_step)


def _material(fold: SequenceFold) -> Material:
    def items(sequences: Sequence[SegmentSequence]) -> list[Item]:
        return [Item(s.name, s.subject or "", s.name, s.start_s, s.end_s, group=s.trial) for s in sequences]

    return Material(train=items(fold.train), test=items(fold.test), shown=frozenset({"order"}))
