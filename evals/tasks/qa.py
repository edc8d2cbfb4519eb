"""Questions with known answers over real recordings (target: ≥ 99.5 % exact), and questions about what is not there."""

from __future__ import annotations

import platform
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from agents.annotate import AnnotateSettings, annotate
from agents.language import EmbeddedModel, SentenceEmbedder, open_language_model
from agents.questions import ask
from agents.timeline import AnswerRecord, TimelineRecord
from evals.measure import measure
from evals.questions import Item, absent_items, invented, is_exact, present_items
from evals.questions.alone import MOST_TOKENS, SYSTEM_PROMPT, alone_prompt, asks_the_timeline, made_up, told
from evals.questions.judging import collect_open, score_open
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from recordings import Recording, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset
from tools import Bench

SYSTEM = "telltale ask (rules + MiniLM router)"
LANGUAGE_MODEL = "language_model"
# A processor's own model answers so many questions of each part, about two seconds each; endpoints answer all.
ALONE_PRESENT, ALONE_ABSENT = 75, 25
PRESENT, ABSENT = "present", "absent"
EXACT, WRONG, INVENTED, HONEST = "exact", "wrong", "invented", "nothing invented"
N_PRESENT, N_ABSENT = 300, 100
# From so many questions on, more recordings are asked about, and a thousand questions are about what is not there.
MANY = 1000
# Single-activity sets are sampled: many recordings of one activity ask the same questions again.
_PER_SET = {"hapt": 18, "usc_had": 6, "motionsense": 6, "wisdm": 6}
_PER_SET_MANY = {"hapt": 18, "usc_had": 40, "motionsense": 40, "wisdm": 40}
Timelines = list[tuple[TimelineRecord, Recording]]


def held_out_keys(data_dir: Path, rng: random.Random, many: bool = False) -> list[tuple[str, str]]:
    """(set, key) of recordings of subjects that no weight has seen; every hapt one, some of the others."""
    chosen = []
    for name, most in (_PER_SET_MANY if many else _PER_SET).items():
        source = dataset(name)
        keys = [k for k in source.keys(data_dir) if source.subject_of(k, data_dir) in HELD_OUT_SUBJECTS[name]]
        chosen += [(name, key) for key in sorted(rng.sample(keys, min(most, len(keys))))]
    return chosen


def counts(limit: int | None, quick: bool) -> tuple[int, int]:
    """How many questions about what is there, and about what is not."""
    if limit is None:
        return (60, 20) if quick else (N_PRESENT, N_ABSENT)
    return limit, max(MANY, limit // 9) if limit >= MANY else max(4, limit // 3)


def run(options: TaskOptions) -> Result:
    """The eval JSON. Timelines are made with fusion `never`: the questions are about them, not about their accuracy."""
    return measure("qa", options, collect, score)


def collect(options: TaskOptions, run: Run) -> None:
    """Ask every generated question that the run does not hold yet, each answer flushed as it comes."""
    if options.data_dir is None:
        raise UserError("qa", expected="the public data sets", found="no --data", cure="add --data DIR")
    wanted, missing = counts(options.limit, options.quick)
    rng = random.Random(options.seed)
    bench, timelines = annotated(options, run, rng, wanted)
    present, absent = asked_items(timelines, rng, wanted, missing)
    by_id = {timeline.recording.id: (timeline, recording.subject or "") for timeline, recording in timelines}
    models = timelines[0][0].models
    run.note("recordings", len(by_id))
    run.note("revision", next((m.revision for m in models if m.role == "motion"), ""))
    run.note("seed", options.seed)
    embedder = SentenceEmbedder()
    done, total = 0, len(present) + len(absent)
    for part, items in ((PRESENT, present), (ABSENT, absent)):
        for number, item in enumerate(items):
            name = f"{number:05d}"
            if not run.has(SYSTEM, part, name):
                timeline, subject = by_id[item.recording_id]
                answer = ask(item.question, timeline, bench, embedder=embedder)
                run.add(_sample(name, part, item, answer, subject))
            done += 1
            run.progress("asking", done, total)
        run.finish(SYSTEM, part, seed=options.seed, llm_calls=0)
    if LANGUAGE_MODEL in options.systems:
        _collect_alone(options, run, present, absent, by_id)
    if options.judge:
        collect_open(options, run, timelines, bench, embedder)


def _collect_alone(
    options: TaskOptions,
    run: Run,
    present: Sequence[Item],
    absent: Sequence[Item],
    by_id: Mapping[str, tuple[TimelineRecord, str]],
) -> None:
    """The language model alone on the same questions, the first ones of each part where it is the embedded one."""
    llm = open_language_model(options.llm)
    system = alone_name(llm.name)
    fair = [item for item in present if asks_the_timeline(item)]
    most = (ALONE_PRESENT, ALONE_ABSENT) if isinstance(llm, EmbeddedModel) else (len(fair), len(absent))
    for part, items in ((PRESENT, fair[: most[0]]), (ABSENT, absent[: most[1]])):
        for number, item in enumerate(items):
            name = f"{number:05d}"
            if not run.has(system, part, name):
                timeline, subject = by_id[item.recording_id]
                said = llm.write(SYSTEM_PROMPT, alone_prompt(timeline, item.question), MOST_TOKENS)
                run.add(_told(system, name, part, item, said, subject))
            run.progress(f"qa: {system}", number, len(items))
        run.finish(system, part, revision=llm.revision, llm_calls=len(items))


def alone_name(model: str) -> str:
    return f"{model} alone"


def _told(system: str, name: str, part: str, item: Item, said: str, subject: str) -> Sample:
    if part == PRESENT:
        truth, answered = EXACT, EXACT if told(item, said) else WRONG
    else:
        truth, answered = HONEST, INVENTED if made_up(item, said) else HONEST
    detail: dict[str, JsonValue] = {
        "recording": item.recording_id, "template": item.template, "question": item.question, "expected": str(item.expected),
        "answer": said[:300], "answer_status": "answered",
    }  # fmt: skip
    return Sample(
        name, system, part, f"{item.recording_id.partition('-')[0]}/{subject}", truth, answered, detail=detail
    )


def annotated(options: TaskOptions, run: Run, rng: random.Random, wanted: int) -> tuple[Bench, Timelines]:
    """Held-out recordings on a bench, with their timelines; fewer for a few questions."""
    from models.motion import MotionClassifier

    assert options.data_dir is not None
    bench = Bench(motion=MotionClassifier.from_pretrained())
    settings = AnnotateSettings(fusion="never", llm=None)
    keys = held_out_keys(options.data_dir, rng, many=wanted >= MANY)
    if wanted < N_PRESENT:
        keys = keys[: max(1, wanted // 16)]
    timelines: Timelines = []
    for i, (name, key) in enumerate(keys):
        recording = dataset(name).open(key, options.data_dir)
        bench.add(recording)
        timelines.append((annotate(recording, bench=bench, llm=None, settings=settings), recording))
        run.progress("annotating", i + 1, len(keys))
    return bench, timelines


def rounds(timelines: Timelines, rng: random.Random, absent: bool) -> Iterator[Item]:
    """Items of recording after recording, a shuffled handful of templates each, so that no recording dominates."""
    while True:
        for timeline, recording in timelines:
            items = list(absent_items(timeline, rng) if absent else present_items(timeline, recording, rng))
            rng.shuffle(items)
            yield from items[:8]


def take(items: Iterator[Item], wanted: int) -> list[Item]:
    """So many different questions, in the order they came."""
    chosen: dict[tuple[str, str], Item] = {}
    for tries, item in enumerate(items):
        chosen.setdefault((item.recording_id, item.question), item)
        if len(chosen) >= wanted or tries > wanted * 50:
            break
    return list(chosen.values())


def asked_items(timelines: Timelines, rng: random.Random, wanted: int, missing: int) -> tuple[list[Item], list[Item]]:
    """Different questions about what is there, and about what is not."""
    return take(rounds(timelines, rng, absent=False), wanted), take(rounds(timelines, rng, absent=True), missing)


def _sample(name: str, part: str, item: Item, answer: AnswerRecord, subject: str) -> Sample:
    if part == PRESENT:
        truth, said = EXACT, EXACT if is_exact(item, answer) else WRONG
    else:
        truth, said = HONEST, INVENTED if invented(item, answer) else HONEST
    detail: dict[str, JsonValue] = {
        "recording": item.recording_id,
        "template": item.template,
        "question": item.question,
        "expected": str(item.expected),
        "answer": answer.answer,
        "answer_status": answer.status,
    }
    person = f"{item.recording_id.partition('-')[0]}/{subject}"
    return Sample(name, SYSTEM, part, person, truth, said, detail=detail)


def score(run: Run) -> Result:
    """Shares of exact answers and of inventions with intervals over people, by template; the misses in words."""
    present, absent = list(run.samples(SYSTEM, PRESENT)), list(run.samples(SYSTEM, ABSENT))
    inventions = [s for s in absent if not s.correct]
    templates = {str(s.detail["template"]) for s in present}
    seed = cast("int", run.header.get("seed", 0))
    others = sorted({system for system, part in run.units() if part == PRESENT} - {SYSTEM})
    systems: list[dict[str, object]] = [
        _row(run, SYSTEM, str(run.header.get("revision", ""))),
        *(_row(run, other, str(run.facts(other, PRESENT).get("revision", ""))) for other in others),
        *score_open(run),
    ]
    return {
        "schema_version": 1,
        "task": "qa",
        "protocol": {
            "name": "generated questions", "source": "Telltale", "split": "recordings of held-out subjects",
            "questions": len(present), "about_absent": len(absent), "templates": len(templates),
            "caveat": "templates, paraphrases and the rules that read them have one author; other people's wordings reach the router; the rules were tuned on seeds below 1000",
            "alone": "a language model alone reads the timeline's times and activities, is asked nothing about raw samples, and is right when its words state the truth at their own precision",
            "scoring": "the expected value both as a claim and in the printed words; truths computed apart from the product",
        },
        "data": {"name": "hapt, usc_had, motionsense, wisdm", "recordings": run.header.get("recordings"), "provenance": "real"},
        "systems": systems,
        "misses": [
            {"recording": s.detail["recording"], "template": s.detail["template"], "question": s.detail["question"], "expected": s.detail["expected"], "answer": s.detail["answer"], "status": s.detail["answer_status"]}
            for s in [*(s for s in present if not s.correct), *inventions][:40]
        ],
        "published": [],
        "seeds": [seed],
        "command": f"telltale eval qa --data DIR --seed {seed}",
        "versions": {"python": platform.python_version()},
    }  # fmt: skip


def _row(run: Run, system: str, revision: str) -> dict[str, object]:
    from evals.statistics import clustered_interval

    present, absent = list(run.samples(system, PRESENT)), list(run.samples(system, ABSENT))
    by_template: dict[str, Counter[bool]] = defaultdict(Counter)
    by_person: dict[str, list[bool]] = defaultdict(list)
    for sample in present:
        by_template[str(sample.detail["template"])][sample.correct] += 1
        by_person[sample.subject].append(sample.correct)
    groups = {name: np.array(values, dtype=np.float64) for name, values in by_person.items()}
    ci95 = clustered_interval(groups, lambda rows: float(np.mean(rows))).ci95 if groups else None
    exact = sum(s.correct for s in present) / max(1, len(present))
    return {
        "name": system, "part": "generated questions", "revision": revision,
        "metrics": {
            "questions_exact": {"value": round(exact, 4), "n": len(present)} | ({"ci95": [round(x, 4) for x in ci95]} if ci95 else {}),
            "invented": {"value": sum(not s.correct for s in absent), "n": len(absent)},
            "absent_statuses": dict(Counter(str(s.detail["answer_status"]) for s in absent)),
        },
        "per_template": {name: {"exact": c[True], "n": c[True] + c[False]} for name, c in sorted(by_template.items())},
    }  # fmt: skip
