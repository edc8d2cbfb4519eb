"""Telltale's language-model tasks as Inspect tasks: `inspect eval evals/inspect_tasks.py@late_fusion --model … -T data=DIR`.

The prompts, options and truths are those of `telltale eval`; Inspect brings the model, the log and its own viewer.
"""

from __future__ import annotations

import re
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, grouped, scorer, stderr
from inspect_ai.solver import TaskState, generate

from recordings import UserError

INVALID = "invalid"
_MOST_TOKENS = 48


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
