"""The paper's grid: fifteen input sets × {zero, one-shot} × {closed, open}, and its controls, answered by prompt alone."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

from agents.fusion.late import map_open_answer
from agents.language import Embedder, LanguageModel
from evals.runs import Run, Sample, Status
from evals.tasks.late_fusion.asking import INVALID, ask
from evals.tasks.late_fusion.choosing import Draw
from evals.tasks.late_fusion.classes import NAMES, PHRASES
from evals.tasks.late_fusion.draws import Pair
from evals.tasks.late_fusion.evidence import Evidence
from evals.tasks.late_fusion.fields import fixed_exemplars
from evals.tasks.late_fusion.prompts import CONTROL, GRID, QUICK_GRID, Cell, cell_job, name_of, swapped
from evals.tasks.late_fusion.store import Job, ScoreStore

PART = "label-paired-12"
# On processor cores, of the first draw: every third pair; with `--quick`, every fifth. The cells that matter most are asked in full.
_THINNED, _THINNED_QUICK = 3, 5
_IN_FULL = (("labels", "motion"),)


def asked_pairs(draws: Sequence[Draw], cell: Cell, quick: bool) -> list[Pair]:
    """The samples of a cell: all where several draws are asked (on a GPU)."""
    pairs = [pair for draw in draws for pair in draw.pairs]
    if quick:
        return pairs[::_THINNED_QUICK]
    in_full = len(draws) > 1 or (cell.mode == "closed" and cell.names in _IN_FULL)
    return pairs if in_full else pairs[::_THINNED]


def exemplar_ids(given: Evidence, exemplars: Sequence[Pair]) -> tuple[str, ...]:
    """Clips and windows that one-shot prompts quote."""
    clips = [given.heard.clips[e.clip].file for e in exemplars if e.clip is not None]
    return (*clips, *(given.moved.windows[e.movement].id for e in exemplars if e.movement is not None))


def asked_cells(draws: Sequence[Draw], quick: bool) -> list[tuple[str, Cell, list[Pair], int]]:
    """(name, cell, samples, seed of the options' order): the quick form's cells, the two controls, the rest of the grid."""
    first = [(cell.name, cell, asked_pairs(draws, cell, quick), 0) for cell in QUICK_GRID]
    pairs = asked_pairs(draws, CONTROL, True) if len(draws) == 1 else asked_pairs(draws, CONTROL, quick)
    first.append(("control: another sample's text", CONTROL, swapped(pairs), 0))
    first.append(("control: options in another order", CONTROL, pairs, 1))
    rest = [] if quick else [cell for cell in GRID if cell not in QUICK_GRID]
    return [*first, *((cell.name, cell, asked_pairs(draws, cell, quick), 0) for cell in rest)]


def grid_jobs(given: Evidence, draws: Sequence[Draw], quick: bool) -> list[Job]:
    """Every cell's and control's questions."""
    exemplars = fixed_exemplars(given)
    jobs: list[Job | None] = []
    for _, cell, pairs, seed in asked_cells(draws, quick):
        jobs += [cell_job(given, pair, cell, exemplars, seed) for pair in pairs]
    return [job for job in jobs if job is not None]


def collect_grid(
    run: Run,
    given: Evidence,
    draws: Sequence[Draw],
    llm: LanguageModel,
    store: ScoreStore,
    quick: bool,
    embedder: Embedder,
) -> None:
    """One part a cell; a finished one is not asked again."""
    exemplars = fixed_exemplars(given)
    for name, cell, shown, seed in asked_cells(draws, quick):
        part = f"{PART}/{name}"
        if run.finished(llm.name, part):
            continue
        started = time.perf_counter()
        jobs = {pair.id: cell_job(given, pair, cell, exemplars, seed) for pair in shown}
        ask(llm, [job for job in jobs.values() if job is not None], store, run.progress)
        run.add_all(_answered(llm.name, part, shown, jobs, store, embedder))
        run.finish(
            llm.name, part, revision=llm.revision, seconds=round(time.perf_counter() - started, 2), llm_calls=llm.calls
        )


def _answered(
    system: str, part: str, pairs: Sequence[Pair], jobs: dict[str, Job | None], store: ScoreStore, embedder: Embedder
) -> Iterator[Sample]:
    """A sample without any of the cell's fields gets a seeded guess, and is marked so; an invalid answer is wrong."""
    for pair in pairs:
        job = jobs[pair.id]
        if job is None:
            guess = random.Random(f"guess/grid/{pair.id}").choice(NAMES)
            yield Sample(
                pair.id, system, part, pair.group, pair.truth, guess, detail={"pattern": pair.pattern, "guessed": True}
            )
            continue
        said, words = answer_of(job, store, embedder)
        status: Status = "ok" if said is not None else "invalid"
        yield Sample(
            pair.id,
            system,
            part,
            pair.group,
            pair.truth,
            said,
            status=status,
            detail={"pattern": pair.pattern, "answer": words},
        )


def answer_of(job: Job, store: ScoreStore, embedder: Embedder) -> tuple[str | None, str]:
    """(class or None, what was said)."""
    if job.kind == "write":
        words = store.text(job)
        phrase, _ = map_open_answer(words, PHRASES, embedder)
        return (None if phrase is None else name_of(phrase)), " ".join(words.split())[:120]
    if isinstance(store.answer(job), str):
        return None, INVALID
    scores = store.scores(job)
    phrase = job.options[scores.index(max(scores))]
    return name_of(phrase), phrase
