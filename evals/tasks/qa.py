"""Questions with known answers over real recordings (acceptance: ≥ 98 % exact), and questions about what is not there."""

from __future__ import annotations

import platform
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from agents.annotate import AnnotateSettings, annotate
from agents.language import SentenceEmbedder
from agents.questions import ask
from agents.timeline import AnswerRecord, TimelineRecord
from evals.questions import Item, absent_items, invented, is_exact, present_items
from evals.registry import Result, TaskOptions
from recordings import Recording, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset
from tools import Bench

PRESENT, ABSENT = 300, 100
# Single-activity sets are sampled: many recordings of one activity ask the same questions again.
_PER_SET = {"hapt": 18, "usc_had": 6, "motionsense": 6, "wisdm": 6}


def held_out_keys(data_dir: Path, rng: random.Random) -> list[tuple[str, str]]:
    """(set, key) of recordings of subjects that no weight has seen; every hapt one, some of the others."""
    chosen = []
    for name, most in _PER_SET.items():
        source = dataset(name)
        keys = [k for k in source.keys(data_dir) if source.subject_of(k, data_dir) in HELD_OUT_SUBJECTS[name]]
        chosen += [(name, key) for key in sorted(rng.sample(keys, min(most, len(keys))))]
    return chosen


def run(options: TaskOptions) -> Result:
    """The eval JSON. Timelines are made with fusion `never`: the questions are about them, not about their accuracy."""
    from models.motion import MotionClassifier

    if options.data_dir is None:
        raise UserError("qa", expected="the public data sets", found="no --data", cure="add --data DIR")
    rng = random.Random(options.seed)
    bench, embedder = Bench(motion=MotionClassifier.from_pretrained()), SentenceEmbedder()
    settings = AnnotateSettings(fusion="never", llm=None)
    keys = held_out_keys(options.data_dir, rng)
    if options.limit is not None:
        keys = keys[: max(1, options.limit // 16)]
    timelines: list[tuple[TimelineRecord, Recording]] = []
    for i, (name, key) in enumerate(keys):
        recording = dataset(name).open(key, options.data_dir)
        bench.add(recording)
        timelines.append((annotate(recording, bench=bench, llm=None, settings=settings), recording))
        if options.progress:
            options.progress("annotating", i + 1, len(keys))
    wanted, missing = (PRESENT, ABSENT) if options.limit is None else (options.limit, max(4, options.limit // 3))
    present = _take(_rounds(timelines, rng, absent=False), wanted)
    absent = _take(_rounds(timelines, rng, absent=True), missing)
    by_id = {timeline.recording.id: timeline for timeline, _ in timelines}
    answered = []
    for i, item in enumerate([*present, *absent]):
        answered.append((item, ask(item.question, by_id[item.recording_id], bench, embedder=embedder)))
        if options.progress:
            options.progress("asking", i + 1, len(present) + len(absent))
    return _result(answered, len(present), options, by_id)


def _rounds(timelines: list[tuple[TimelineRecord, Recording]], rng: random.Random, absent: bool) -> Iterator[Item]:
    """Items of recording after recording, a shuffled handful of templates each, so that no recording dominates."""
    while True:
        for timeline, recording in timelines:
            items = list(absent_items(timeline, rng) if absent else present_items(timeline, recording, rng))
            rng.shuffle(items)
            yield from items[:8]


def _take(items: Iterator[Item], wanted: int) -> list[Item]:
    chosen: dict[tuple[str, str], Item] = {}
    for tries, item in enumerate(items):
        chosen.setdefault((item.recording_id, item.question), item)
        if len(chosen) >= wanted or tries > wanted * 50:
            break
    return list(chosen.values())


def _result(
    answered: list[tuple[Item, AnswerRecord]], n_present: int, options: TaskOptions, by_id: dict[str, TimelineRecord]
) -> Result:
    present, absent = answered[:n_present], answered[n_present:]
    right = [is_exact(item, answer) for item, answer in present]
    wrong = [(item, answer) for (item, answer), ok in zip(present, right, strict=True) if not ok]
    made_up = [(item, answer) for item, answer in absent if invented(item, answer)]
    templates: dict[str, Counter[bool]] = defaultdict(Counter)
    for (item, _), ok in zip(present, right, strict=True):
        templates[item.template][ok] += 1
    models = next(iter(by_id.values())).models
    return {
        "schema_version": 1,
        "task": "qa",
        "protocol": {
            "name": "generated questions", "source": "Telltale", "split": "recordings of held-out subjects",
            "questions": len(present), "about_absent": len(absent), "templates": len(templates),
            "caveat": "templates, paraphrases and the rules that read them have one author; other people's wordings reach the router; the rules were tuned on seed 1",
            "scoring": "the expected value both as a claim and in the printed words; truths computed apart from the product",
        },
        "data": {"name": "hapt, usc_had, motionsense, wisdm", "recordings": len(by_id), "provenance": "real"},
        "systems": [
            {
                "name": "telltale ask (rules + MiniLM router)", "revision": next((m.revision for m in models if m.role == "motion"), ""),
                "metrics": {
                    "questions_exact": {"value": round(sum(right) / max(1, len(right)), 4), "n": len(right)},
                    "invented": {"value": len(made_up), "n": len(absent)},
                    "absent_statuses": dict(Counter(answer.status for _, answer in absent)),
                },
                "per_template": {name: {"exact": c[True], "n": c[True] + c[False]} for name, c in sorted(templates.items())},
            }
        ],
        "misses": [
            {"recording": i.recording_id, "question": i.question, "expected": str(i.expected), "answer": a.answer, "status": a.status}
            for i, a in [*wrong, *made_up][:40]
        ],
        "published": [],
        "seeds": [options.seed],
        "command": f"telltale eval qa --data DIR --seed {options.seed}",
        "versions": {"python": platform.python_version()},
    }  # fmt: skip
