"""What comes next after a timeline that Telltale made itself: predicted activities in, not true ones.

Each held-out recording of HAPT is cut every half minute, what lies before the cut is annotated (by weights that never saw the
person), and the forecast that follows is held against what the person's annotation says came next. Nothing after the cut is
read: a smoothed timeline of the whole recording would know the future.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agents.anticipation import Anticipator, Happened
from agents.anticipation.anticipator import OffCentre
from agents.anticipation.asking import Question, questions_by_the_clock
from agents.anticipation.fitting import Known, calibrated_on, hapt_sequences
from agents.anticipation.intervals import calibrated
from agents.anticipation.moments import Moment
from agents.anticipation.sequences import stretches
from evals.runs import JsonValue, Run, Sample
from evals.tasks.anticipation.answering import Answerer, answers, baselines
from evals.tasks.anticipation.next_rows import NO_SYSTEM
from evals.tasks.anticipation.wearables import (
    TELLTALE,
    by_minute,
    material_of,
    moment_of,
    told_by,
    whole_moments,
)  # fmt: skip
from recordings import Recording, recorded_until
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

if TYPE_CHECKING:
    from tools import Bench

EVERY_S = 30.0
QUICK_RECORDINGS = 3
ANNOTATED, PREDICTED = "hapt/held_out/annotated", "hapt/held_out/predicted"
TIMELINES = "hapt/held_out/timelines"
RECALIBRATED = "telltale_recalibrated"


def collect_timelines(data_dir: Path, run: Run, quick: bool) -> None:
    """The same questions with what really happened and with what Telltale saw as their observed part."""
    held_out = HELD_OUT_SUBJECTS["hapt"]
    everybody = hapt_sequences(data_dir, held_out=True)
    train = [k for k in everybody if k.subject not in held_out]
    test = [k for k in everybody if k.subject in held_out][: QUICK_RECORDINGS if quick else None]
    parts = [f"{kind}/{k.source}" for kind in (ANNOTATED, PREDICTED) for k in test]
    last = RECALIBRATED if len({k.subject for k in test}) > 1 else TELLTALE
    if all(run.finished(last, part) for part in parts if part.startswith(PREDICTED)):
        return
    run.audit(material_of(train, test), part="hapt/held_out")
    _annotate(data_dir, run, test)
    model = calibrated_on(train, source="HAPT's training subjects")
    whole = whole_moments(train)
    fitted = baselines(by_minute(whole))
    for answerer in fitted:
        answerer.following.fit(whole)
        answerer.timing.fit(whole, asked=[m for k in train for _, m in _asked(k)])
    for k in test:
        _answer(run, k, model, fitted)
    _recalibrated(run, test, model)


def _asked(k: Known) -> list[tuple[Question, Moment]]:
    return [(q, moment_of(q, k.subject, k.source)) for q in questions_by_the_clock(k.episodes, EVERY_S)]


def _annotate(data_dir: Path, run: Run, test: Sequence[Known]) -> None:
    """Timelines of what lies before every cut, as rows of the run: they cost most, and are made once."""
    waiting = [k for k in test if not run.finished(NO_SYSTEM, f"{TIMELINES}/{k.source}")]
    if not waiting:
        return
    from evals.tasks.timeline import shipped_bench

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        bench = shipped_bench(Path(folder))
        for number, k in enumerate(waiting):
            run.progress("anticipation: timelines", number, len(waiting))
            part = f"{TIMELINES}/{k.source}"
            recording = _recording(data_dir, k)
            for question in questions_by_the_clock(k.episodes, EVERY_S):
                name = f"{question.now_s:07.2f}"
                if not run.has(NO_SYSTEM, part, name):
                    run.add(_timeline(recording, question, bench, part, name, k.subject))
            run.finish(NO_SYSTEM, part, revision="" if bench.motion is None else bench.motion.revision)


def _recording(data_dir: Path, k: Known) -> Recording:
    for key in dataset("hapt").keys(data_dir):
        recording = dataset("hapt").open(key, data_dir)
        if recording.source == k.source:
            return dataclasses.replace(recording, annotations=())
    raise ValueError(f"{k.source} is not there any more")


def _timeline(recording: Recording, question: Question, bench: Bench, part: str, name: str, subject: str) -> Sample:
    from agents.annotate import AnnotateSettings, annotate

    seen = recorded_until(recording, question.now_s)
    settings = AnnotateSettings(fusion="never", window_s=bench.window_s, stride_s=bench.stride_s)
    timeline = annotate(seen, bench=bench, llm=None, settings=settings)
    if seen.id in bench.recording_ids:
        bench.remove(seen.id)
    episodes: list[JsonValue] = [[e.activity, round(e.start_s, 3), round(e.end_s, 3)] for e in timeline.episodes]
    current = question.current.activity
    said = timeline.episodes[-1].activity if timeline.episodes else None
    return Sample(
        id=name,
        system=NO_SYSTEM,
        part=part,
        subject=subject,
        truth=current,
        prediction=said,
        detail={"episodes": episodes},
    )


def _answer(run: Run, k: Known, model: Anticipator, fitted: Sequence[Answerer]) -> None:
    seen = _seen(run, k)
    for kind in (ANNOTATED, PREDICTED):
        part = f"{kind}/{k.source}"
        asked = _asked(k)
        given: list[tuple[Question, Moment, list[Happened] | None]] = []
        for question, moment in asked:
            episodes = seen[f"{question.now_s:07.2f}"] if kind == PREDICTED else None
            given.append((question, moment if episodes is None else _as_seen(moment, question, episodes), episodes))
        for answerer in fitted:
            if not run.finished(answerer.name, part):
                began = time.perf_counter()
                run.add_all(answers(answerer, [m for _, m, _ in given], part))
                _finish(run, answerer.name, part, began, len(given), answerer.following.parameters)
        if not run.finished(TELLTALE, part):
            began = time.perf_counter()
            run.add_all(told_by(model, q, m, part, episodes) for q, m, episodes in given)
            _finish(run, TELLTALE, part, began, len(given), model.parameters)


def _recalibrated(run: Run, test: Sequence[Known], model: Anticipator) -> None:
    """Intervals for what a recogniser saw, calibrated on the timelines of the other held-out people, never on one's own."""
    if len({k.subject for k in test}) < 2:
        return
    off: list[tuple[str, OffCentre]] = []
    for k in test:
        seen = _seen(run, k)
        for question, _ in _asked(k):
            episodes = seen[f"{question.now_s:07.2f}"]
            if stretches(episodes):
                off.append((k.subject, model.placed(question, episodes)))
    for k in test:
        part = f"{PREDICTED}/{k.source}"
        if run.finished(RECALIBRATED, part):
            continue
        began = time.perf_counter()
        others = [(who, one) for who, one in off if who != k.subject]
        people = [who for who, _ in others]
        mine = dataclasses.replace(
            model,
            onset=calibrated([one.onset for _, one in others], people),
            duration=calibrated([one.duration for _, one in others], people),
        )
        seen = _seen(run, k)
        asked = [(q, m, seen[f"{q.now_s:07.2f}"]) for q, m in _asked(k)]
        run.add_all(
            dataclasses.replace(told_by(mine, q, _as_seen(m, q, episodes), part, episodes), system=RECALIBRATED)
            for q, m, episodes in asked
        )
        _finish(run, RECALIBRATED, part, began, len(asked), model.parameters)


def _seen(run: Run, k: Known) -> dict[str, list[Happened]]:
    return {
        s.id: [Happened(str(name), float(str(a)), float(str(b))) for name, a, b in _episodes(s)]
        for s in run.samples(NO_SYSTEM, f"{TIMELINES}/{k.source}")
    }


def _finish(run: Run, system: str, part: str, began: float, asked: int, parameters: int) -> None:
    seconds = time.perf_counter() - began
    run.finish(
        system,
        part,
        seconds=round(seconds, 3),
        seconds_per_question=round(seconds / max(asked, 1), 5),
        parameters=parameters,
        test=asked,
    )


def _episodes(sample: Sample) -> list[list[JsonValue]]:
    return cast("list[list[JsonValue]]", json.loads(json.dumps(sample.detail["episodes"])))


def _as_seen(m: Moment, question: Question, episodes: Sequence[Happened]) -> Moment:
    """The same question, its past as the timeline has it. The truth stays: waiting is counted from now."""
    runs = stretches(episodes)
    if not runs:
        return dataclasses.replace(m, past=("unknown",), lasted_s=0.0, wait_s=question.wait_s)
    past = runs[-1]
    lasted = max(question.now_s - past[-1].start_s, 0.0)
    return dataclasses.replace(
        m, past=tuple(h.activity for h in past[-10:]), lasted_s=lasted, wait_s=question.wait_s + lasted
    )
