"""Telltale's language-model tasks as Inspect tasks: `inspect eval evals/inspect_tasks.py@late_fusion --model … -T data=DIR`;
`@qa` and `@captions` likewise.

The prompts, options and truths are those of `telltale eval`; Inspect brings the model, the log and its own viewer.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, grouped, mean, scorer, stderr
from inspect_ai.solver import TaskState, generate

from evals.questions.item import Item
from recordings import UserError

INVALID = "invalid"
_MOST_TOKENS = 60
_MOST_CAPTION_TOKENS = 700


@task
def late_fusion(
    data: str = "../shared/data",
    inputs: str = "labels+motion",
    shots: str = "zero",
    mode: str = "closed",
    draw: int = 0,
    limit: int = 0,
) -> Task:
    """One cell of label-paired-12. data: the folder of public data. inputs: caption, labels, motion, context joined by "+".

    shots: zero or one. mode: closed (options listed) or open (the answer's sentence vector is mapped). draw: the pairing's seed. limit: 0
    for every sample.
    """
    names = tuple(inputs.split("+"))
    if shots not in ("zero", "one") or mode not in ("closed", "open"):
        raise UserError(
            "late_fusion", expected="shots zero|one, mode closed|open", found=f"{shots}, {mode}", cure="name one"
        )
    samples = fusion_samples(Path(data), names, shots, mode, draw)
    return Task(
        dataset=MemoryDataset(samples[: limit or None], name=f"label-paired-12/{inputs}/{shots}/{mode}/draw {draw}"),
        solver=generate(),
        scorer=one_of_the_classes(mode),
        config=GenerateConfig(temperature=0.0, max_tokens=_MOST_TOKENS),
    )


def fusion_samples(data: Path, names: tuple[str, ...], shots: str, mode: str, draw: int) -> list[Sample]:
    """The cell's questions; samples that have none of its fields are left out (a model cannot be asked about nothing)."""
    from agents.language import SentenceEmbedder
    from evals.tasks.late_fusion.draws import draw_pairs
    from evals.tasks.late_fusion.evidence import evidence
    from evals.tasks.late_fusion.fields import FIELDS, fixed_exemplars
    from evals.tasks.late_fusion.movements import movements
    from evals.tasks.late_fusion.prompts import PHRASE, Cell, cell_job
    from evals.tasks.late_fusion.sounds import heard_clips

    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        raise UserError(
            "late_fusion", expected=f"inputs of {', '.join(FIELDS)}", found=", ".join(unknown), cure="name some"
        )
    heard, moved = heard_clips(data), movements(data)
    given = evidence(heard, moved, data, SentenceEmbedder(), terms=False)
    exemplars = fixed_exemplars(given)
    cell = Cell(names, "one" if shots == "one" else "zero", "open" if mode == "open" else "closed")
    found = []
    for pair in draw_pairs(heard, moved.windows, [int(i) for i in given.test], True, draw):
        job = cell_job(given, pair, cell, exemplars)
        if job is not None:
            found.append(
                Sample(
                    id=pair.id,
                    input=[ChatMessageSystem(content=job.system), ChatMessageUser(content=job.prompt)],
                    target=PHRASE[pair.truth],
                    metadata={"pattern": pair.pattern, "truth": pair.truth, "group": pair.group},
                )
            )
    return found


@scorer(metrics=[grouped(accuracy(), "pattern"), stderr()])
def one_of_the_classes(mode: str) -> Scorer:
    """Closed: exactly one of the phrases after trimming, else invalid. Open: the phrase nearest in meaning, or none."""
    from agents.fusion.late import map_open_answer
    from agents.language import SentenceEmbedder
    from evals.tasks.late_fusion.classes import PHRASES

    embedder = SentenceEmbedder()

    async def graded(state: TaskState, target: Target) -> Score:
        said = state.output.completion
        phrase = map_open_answer(said, PHRASES, embedder)[0] if mode == "open" else exact(said, PHRASES)
        right = phrase is not None and phrase == target.text
        return Score(
            value=CORRECT if right else INCORRECT,
            answer=phrase or INVALID,
            explanation=f"said {' '.join(said.split())[:120]!r}",
            metadata={INVALID: phrase is None},
        )

    return graded


def exact(said: str, options: tuple[str, ...]) -> str | None:
    """The option that an answer is, quotation marks, full stops and a leading "Activity:" forgiven; None for anything else."""
    text = re.sub(r"^\s*activity:\s*", "", said.strip(), flags=re.IGNORECASE).strip().strip("\"'*`.").casefold()
    return next((option for option in options if option.casefold() == text), None)


@task
def qa(data: str = "../shared/data", seed: int = 0, limit: int = 60) -> Task:
    """Generated questions over held-out recordings, three in four about what is there: the model reads the timeline alone.

    seed: draws recordings and questions. limit: questions in all.
    """
    return Task(
        dataset=MemoryDataset(qa_samples(Path(data), seed, max(4, limit)), name=f"qa/seed {seed}"),
        solver=generate(),
        scorer=as_known(),
        config=GenerateConfig(temperature=0.0, max_tokens=_MOST_TOKENS),
    )


def qa_samples(data: Path, seed: int, limit: int) -> list[Sample]:
    import random

    from evals.questions.alone import SYSTEM_PROMPT, alone_prompt, asks_the_timeline
    from evals.registry import TaskOptions
    from evals.runs import Run
    from evals.tasks.qa import annotated, asked_items

    absent_n = limit // 4
    rng = random.Random(seed)
    _, timelines = annotated(TaskOptions(data_dir=data, seed=seed), Run(None), rng, limit)
    # More than are wanted: those about raw samples are left out, for the model is shown none.
    present, absent = asked_items(timelines, rng, 2 * limit, absent_n)
    chosen = [item for item in present if asks_the_timeline(item)][: limit - absent_n]
    by_id = {timeline.recording.id: timeline for timeline, _ in timelines}
    return [
        Sample(
            id=f"{part}-{number:04d}",
            input=[
                ChatMessageSystem(content=SYSTEM_PROMPT),
                ChatMessageUser(content=alone_prompt(by_id[item.recording_id], item.question)),
            ],
            target=str(item.expected),
            metadata={"part": part, "template": item.template, "item": _plain(item)},
        )
        for part, items in (("present", chosen), ("absent", absent))
        for number, item in enumerate(items)
    ]


def _plain(item: Item) -> dict[str, Any]:
    """An item as JSON; tuples come back from an Inspect log as lists."""
    return asdict(item)


def _item(found: dict[str, Any]) -> Item:
    expected = found["expected"]
    if isinstance(expected, (list, tuple)):
        expected = tuple(tuple(x) if isinstance(x, (list, tuple)) else x for x in expected)
    return Item(**{**found, "expected": expected})


@scorer(metrics=[grouped(accuracy(), "part"), stderr()])
def as_known() -> Scorer:
    """What is there: the words state the truth. What is not there: they state nothing but that."""
    from evals.questions.alone import made_up, told

    async def graded(state: TaskState, target: Target) -> Score:
        item, said = _item(state.metadata["item"]), state.output.completion
        absent = state.metadata["part"] == "absent"
        right = not made_up(item, said) if absent else told(item, said)
        return Score(value=CORRECT if right else INCORRECT, answer=" ".join(said.split())[:200])

    return graded


@task
def captions(
    data: str = "../shared/data", dataset: str = "hapt", segments: int = 20, lengths: str = "5-30", seed: int = 0
) -> Task:
    """Trend texts of random segments of held-out people: the model is shown the numbers and one example with its exact text.

    dataset: usc_had, hapt, motionsense or wisdm. lengths: SHORTEST-LONGEST in samples.
    """
    found = caption_samples(Path(data), dataset, segments, lengths, seed)
    return Task(
        dataset=MemoryDataset(found, name=f"captions/{dataset}/{lengths}"),
        solver=generate(),
        scorer=structure_told(),
        config=GenerateConfig(temperature=0.0, max_tokens=_MOST_CAPTION_TOKENS),
    )


def caption_samples(data: Path, name: str, segments: int, lengths: str, seed: int) -> list[Sample]:
    from evals.tasks.captions.language_models import SYSTEM, user_text
    from evals.tasks.captions.segments import example_segment, lengths_of, test_segments
    from models.sensorllm.data import MOTION_SETS

    if name not in MOTION_SETS:
        raise UserError("captions", expected=f"one of {', '.join(MOTION_SETS)}", found=name, cure="name one")
    example = example_segment(name, data, seed)
    return [
        Sample(
            id=s.id,
            input=[ChatMessageSystem(content=SYSTEM), ChatMessageUser(content=user_text(s, example))],
            target=s.answer,
            metadata={"samples": len(s.series), "rate_hz": s.rate_hz, "subject": s.subject},
        )
        for s in test_segments(name, data, lengths_of(lengths), segments, seed)
    ]


@scorer(metrics={"label_accuracy": [mean(), stderr()], "boundary_f1": [mean()], "parsed": [mean()], "bleu1": [mean()]})
def structure_told() -> Scorer:
    """The structure that the text states against the samples' own, and its words against the exact text's."""
    from evals.tasks.captions.scoring import wordings_of
    from evals.text_scores import overlap, structure, told_by
    from models.sensorllm.data import parse_trend_answer

    async def graded(state: TaskState, target: Target) -> Score:
        said = state.output.completion
        truth = parse_trend_answer(target.text)
        shape = structure(truth, told_by(said), int(state.metadata["samples"]), float(state.metadata["rate_hz"]))
        words = overlap(said, target.text, wordings_of(truth, str(state.sample_id)))
        return Score(
            value={
                "label_accuracy": shape.label_accuracy,
                "boundary_f1": shape.boundary_f1,
                "parsed": float(shape.parsed),
                "bleu1": words.bleu1,
            },
            answer=" ".join(said.split())[:200],
        )

    return graded
