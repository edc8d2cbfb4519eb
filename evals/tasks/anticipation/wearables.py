"""Wearables: which activity or posture transition comes next in a continuous recording, when, and for how long.

HAPT's thirty people carry a phone at the waist through one script of postures, transitions and walks: what follows is easy to
learn there, and when is not. Asked as soon as an activity has begun, and by the clock every ten seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from agents.anticipation import Anticipator
from agents.anticipation.asking import Question, questions_at_starts, questions_by_the_clock
from agents.anticipation.fitting import Known, calibrated_on, hapt_sequences
from agents.anticipation.moments import MarkovNext, Moment
from agents.anticipation.sequences import EpisodeLike, stretches
from evals.leaks import Item, Material
from evals.runs import Run, Sample
from evals.tasks.anticipation.answering import Answerer, answers, baselines, sample_of

FOLDS = 10
QUICK_FOLDS = 3
TELLTALE = "telltale"
ASKED = {"at_start": questions_at_starts, "by_clock": questions_by_the_clock}
# HAPT has no clock times: minutes since the recording began stand where the other sets have hours.
WIDTHS_MIN = (0.25, 0.5, 1.0)
_PAST = 10


def moment_of(question: Question, who: str, source: str) -> Moment:
    past = stretches(question.so_far)[-1]
    return Moment(
        id=f"{source}@{question.now_s:07.2f}",
        group=who,
        past=tuple(h.activity for h in past[-_PAST:]),
        next=question.following.activity,
        hour=question.now_s / 60,
        lasted_s=question.current.duration_s,
        wait_s=question.wait_s + question.current.duration_s,
        length_s=question.following.duration_s,
    )


def whole_moments(known: Iterable[Known]) -> list[Moment]:
    """One for each activity that another follows, its whole length known: what lengths are learnt from."""
    found = []
    for one in known:
        for run in stretches(one.episodes):
            for i, (now, after) in enumerate(pairwise(run)):
                found.append(
                    Moment(
                        id=f"{one.source}@{now.start_s:07.2f}",
                        group=one.subject,
                        past=tuple(h.activity for h in run[max(0, i + 1 - _PAST) : i + 1]),
                        next=after.activity,
                        hour=now.end_s / 60,
                        lasted_s=now.duration_s,
                        wait_s=after.start_s - now.start_s,
                        length_s=after.duration_s,
                        over=True,
                    )
                )
    return found


def collect_wearables(data_dir: Path, run: Run, quick: bool) -> None:
    """HAPT's thirty people in ten groups of three, each left out in turn; every choice and calibration on the other 27."""
    everybody = hapt_sequences(data_dir, held_out=True)
    people = sorted({k.subject for k in everybody}, key=int)
    for number in range(QUICK_FOLDS if quick else FOLDS):
        run.progress("anticipation: hapt", number, FOLDS)
        apart = set(people[number::FOLDS])
        train, test = [k for k in everybody if k.subject not in apart], [k for k in everybody if k.subject in apart]
        parts = {when: f"hapt/annotated/{when}/{number + 1}" for when in ASKED}
        if all(run.finished(TELLTALE, part) for part in parts.values()):
            continue
        run.audit(material_of(train, test), part=f"hapt/annotated/{number + 1}")
        whole = whole_moments(train)
        began = time.perf_counter()
        model = calibrated_on(train, source=f"{len({k.subject for k in train})} people of HAPT")
        fit_s = time.perf_counter() - began
        for when, part in parts.items():
            for answerer in baselines(by_minute(whole)):
                if not run.finished(answerer.name, part):
                    _answered(run, answerer, train, test, whole, when, part)
            asked = [(k, q) for k in test for q in ASKED[when](k.episodes)]
            began = time.perf_counter()
            run.add_all(told_by(model, q, moment_of(q, k.subject, k.source), part) for k, q in asked)
            seconds = time.perf_counter() - began
            run.finish(
                TELLTALE,
                part,
                seconds=round(fit_s + seconds, 3),
                seconds_per_question=round(seconds / max(len(asked), 1), 5),
                parameters=model.parameters,
                test=len(asked),
            )


def _answered(
    run: Run,
    answerer: Answerer,
    train: Sequence[Known],
    test: Sequence[Known],
    whole: Sequence[Moment],
    when: str,
    part: str,
) -> None:
    began = time.perf_counter()
    answerer.following.fit(whole)
    as_asked = [moment_of(q, k.subject, k.source) for k in train for q in ASKED[when](k.episodes)]
    answerer.timing.fit(whole, asked=as_asked)
    asked_at = time.perf_counter()
    moments = [moment_of(q, k.subject, k.source) for k in test for q in ASKED[when](k.episodes)]
    run.add_all(answers(answerer, moments, part))
    run.finish(
        answerer.name,
        part,
        seconds=round(time.perf_counter() - began, 3),
        seconds_per_question=round((time.perf_counter() - asked_at) / max(len(moments), 1), 5),
        parameters=answerer.following.parameters,
        test=len(moments),
    )


def told_by(
    model: Anticipator, question: Question, m: Moment, part: str, so_far: Sequence[EpisodeLike] | None = None
) -> Sample:
    """Telltale's own answer, from what had happened or from a timeline that it made itself; or that it cannot tell."""
    given = question.so_far if so_far is None else so_far
    forecast = model.forecast(given, now_s=question.now_s)
    if not forecast:
        return sample_of(TELLTALE, part, m, {}, None, None, None, None)
    told = {one.activity: one.probability for one in forecast}
    top = forecast[0]
    interval = top.interval_s
    of_truth = model.duration_interval_s(given, m.next)
    return sample_of(
        TELLTALE,
        part,
        m,
        told,
        top.activity,
        None
        if interval is None
        else (top.start_s - question.now_s, interval[0] - question.now_s, interval[1] - question.now_s),
        top.duration_s,
        of_truth,
    )


def by_minute(whole: Sequence[Moment]) -> MarkovNext:
    """The width with the best accuracy on every fifth training person, the others teaching."""
    people = sorted({m.group for m in whole})
    apart = set(people[::5])
    rest, held = [m for m in whole if m.group not in apart], [m for m in whole if m.group in apart]

    def right(width: float) -> int:
        model = MarkovNext(True, width)
        model.fit(rest)
        return sum(max(t, key=t.__getitem__) == m.next for m, t in zip(held, model.probabilities(held), strict=True))

    return MarkovNext(True, max(WIDTHS_MIN, key=lambda width: (right(width), -width)))


def material_of(train: Sequence[Known], test: Sequence[Known]) -> Material:
    def items(known: Sequence[Known]) -> list[Item]:
        return [
            Item(f"{k.source}@{e.start_s:g}", k.subject, k.source, e.start_s, e.end_s)
            for k in known
            for e in k.episodes
        ]

    taught = sorted({k.subject for k in train})
    return Material(
        train=items(train),
        test=items(test),
        fitted_on={"calibration": taught, "selection": taught},
        shown=frozenset({"order", "duration_s", "start_s"}),
    )
