"""label-paired-12: every system's answer to every pair of every draw, into the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from agents.language import LanguageModel, SentenceEmbedder, open_language_model
from evals.registry import TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.tasks.late_fusion.asking import ask
from evals.tasks.late_fusion.audit import pairs_material
from evals.tasks.late_fusion.choosing import Draw, probabilities
from evals.tasks.late_fusion.classes import NAMES
from evals.tasks.late_fusion.draws import Pair, counts
from evals.tasks.late_fusion.evidence import Evidence, evidence
from evals.tasks.late_fusion.fields import fixed_exemplars, nearest_exemplars
from evals.tasks.late_fusion.grid import collect_grid, grid_jobs
from evals.tasks.late_fusion.kitchen_prompts import kitchen_jobs
from evals.tasks.late_fusion.movements import movements
from evals.tasks.late_fusion.prompts import FORMS, Form
from evals.tasks.late_fusion.sounds import heard_clips
from evals.tasks.late_fusion.store import Job, ScoreStore, kept_answers
from evals.tasks.late_fusion.systems import Summed, summed_systems
from evals.tasks.late_fusion.terms import Draws, measured, paired, terse_jobs, with_language
from recordings import UserError

Floats = npt.NDArray[np.float64]
PART = "label-paired-12"
DRAWS = 5
# The quick form asks the language model with one form of prompt.
QUICK_FORMS: tuple[Form, ...] = ("fixed",)


@dataclass(frozen=True, slots=True)
class Setup:
    """given: all evidence. draws: the pairs and the measured terms. asked: the draws that the language model is asked about."""

    given: Evidence
    draws: Draws
    forms: tuple[Form, ...]
    quick: bool


def setup(data_dir: Path, quick: bool, run: Run | None = None) -> Setup:
    progress = run.progress if run is not None else None
    heard = heard_clips(data_dir, progress)
    moved = movements(data_dir, 0, progress)
    given = evidence(heard, moved, data_dir, SentenceEmbedder())
    draws = measured(given, DRAWS)
    return Setup(given, draws, QUICK_FORMS if quick else FORMS, quick)


def spoken_draws(quick: bool) -> int:
    """How many draws the language model is asked about: all on a GPU, the first on processor cores, where all would take a day."""
    from agents.language.batched import on_gpu

    return DRAWS if on_gpu() and not quick else 1


def asked_draws(all_of: Setup) -> Draws:
    draws, most = all_of.draws, spoken_draws(all_of.quick)
    return Draws(draws.development[:most], draws.test[:most], draws.scales)


def all_jobs(data_dir: Path, quick: bool) -> list[Job]:
    """Every question of the run; no term is computed for it."""
    given = evidence(heard_clips(data_dir), movements(data_dir), data_dir, SentenceEmbedder(), terms=False)
    development, test = ([Draw(pairs, {}) for pairs in side[: 1 if quick else None]] for side in paired(given, DRAWS))
    return [
        *terse_jobs(given, [*development, *test], QUICK_FORMS if quick else FORMS),
        *kitchen_jobs(data_dir, quick),
        *grid_jobs(given, test, quick),
    ]


def collect_pairs(options: TaskOptions, run: Run) -> Callable[[], None] | None:
    """Everything but the grid. Returns what asks the grid (None without a language model): hours on processor cores, so it is last."""
    if options.data_dir is None:
        raise UserError("eval late_fusion", expected="the public data sets", found="none named", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    ready = setup(options.data_dir, quick, run)
    given, draws = ready.given, ready.draws
    _note(run, ready)
    audited = pairs_material(
        given, options.data_dir, *([p for draw in side for p in draw.pairs] for side in (draws.development, draws.test))
    )
    run.audit(audited, PART)
    _baselines(run, ready)
    _summed(run, draws, summed_systems(draws.development))
    llm = None if options.llm in ("", "none") else open_language_model(options.llm)
    if llm is None:
        return None
    store = answer_store(run, llm)
    asked = asked_draws(ready)
    ask(llm, terse_jobs(given, [*asked.development, *asked.test], ready.forms), store, run.progress)
    spoken = with_language(given, asked, store, ready.forms)
    names = [name for name in spoken.development[0].terms if name.startswith("llm: ")]
    rows = [
        s
        for s in summed_systems(draws.development, names, spoken.development)
        if any("llm: " in term for term in s.weights)
    ]
    _summed(run, spoken, rows, f"{llm.name} {llm.revision}", llm.calls)
    return partial(collect_grid, run, given, asked.test, llm, store, quick, given.embedder)


def answer_store(run: Run, llm: LanguageModel) -> ScoreStore:
    """Answers beside the run's samples; those asked elsewhere are read from the user's folder."""
    return ScoreStore(run.folder, f"{llm.name} {llm.revision}", [kept_answers()])


def _note(run: Run, ready: Setup) -> None:
    given, draws = ready.given, ready.draws
    heard, moved = given.heard, given.moved
    clips = {
        part: {name: sum(heard.clips[i].activity == name for i in rows) for name in NAMES}
        for part, rows in (("development", given.development), ("test", given.test))
    }
    groups = {
        part: len({heard.clips[i].group for i in rows})
        for part, rows in (("development", given.development), ("test", given.test))
    }
    held = {window.subject for window in moved.windows if window.held_out}
    found: dict[str, object] = {
        "draws": len(draws.test),
        "quick": ready.quick,
        "counts": counts(draws.test[0].pairs),
        "samples": [len(draw.pairs) for draw in draws.test],
        "clips": clips,
        "source_recordings": groups,
        "watch_subjects": {"test": sorted(held), "development": len({w.subject for w in moved.windows}) - len(held)},
        "sound_model": f"yamnet {heard.revision}",
        "motion_model": moved.recipe,
        "exemplars_one_shot": [pair.truth for pair in fixed_exemplars(given)],
    }
    run.note(PART, cast("JsonValue", found))


def sample(system: str, pair: Pair, said: str | None, shares: Floats | None = None, **more: JsonValue) -> Sample:
    detail: dict[str, JsonValue] = {"pattern": pair.pattern, **more}
    if shares is not None:
        detail["probabilities"] = {name: round(float(p), 4) for name, p in zip(NAMES, shares, strict=True)}
    score = None if shares is None or said is None else round(float(shares[NAMES.index(said)]), 4)
    return Sample(pair.id, system, PART, pair.group, pair.truth, said, score, detail=detail)


def guesses(pair: Pair, salt: str = "") -> str:
    """A seeded guess where a system is given nothing."""
    import random

    return random.Random(f"guess/{salt}/{pair.id}").choice(NAMES)


def _baselines(run: Run, ready: Setup) -> None:
    """Systems that are no sums: counts, the pattern alone, the oracle, the nearest exemplar's label."""
    given, draws = ready.given, ready.draws
    development = [pair for draw in draws.development for pair in draw.pairs]
    commonest = max(NAMES, key=lambda name: sum(pair.truth == name for pair in development))
    by_pattern = {
        pattern: max(NAMES, key=lambda name: sum(p.truth == name and p.pattern == pattern for p in development))
        for pattern in ("both", "sound", "motion")
    }

    def everybody() -> Iterator[Sample]:
        for draw in draws.test:
            for i, pair in enumerate(draw.pairs):
                yield sample("majority", pair, commonest)
                yield sample("random", pair, guesses(pair, "random"))
                yield sample("presence pattern alone (never fed)", pair, by_pattern[pair.pattern])
                near = nearest_exemplars(given, pair, 1)
                yield sample("nearest exemplar's label", pair, near[-1].truth if near else guesses(pair))
                for name, term in (("words", "words"), ("exemplars", "exemplars")):
                    alone = {
                        NAMES[int(draw.terms[t][i].argmax())]
                        for t, there in ((term, pair.clip), ("motion", pair.movement))
                        if there is not None
                    }
                    right = pair.truth if pair.truth in alone else sorted(alone)[0]
                    yield sample(f"oracle modality, {name} or motion", pair, right)

    run.add_all(everybody())
    for system in ("majority", "random", "presence pattern alone (never fed)", "nearest exemplar's label"):
        run.finish(system, PART, revision="baseline")
    for name in ("words", "exemplars"):
        run.finish(f"oracle modality, {name} or motion", PART, revision="oracle: the truth picks the modality")


def _summed(run: Run, draws: Draws, systems: Sequence[Summed], revision: str = "", calls: int = 0) -> None:
    for system in systems:
        if run.finished(system.name, PART):
            continue
        started = time.perf_counter()
        run.add_all(answer for draw in draws.test for answer in _answers(system, draw))
        weights: Mapping[str, float] = {name: round(value, 4) for name, value in system.weights.items()}
        run.finish(
            system.name,
            PART,
            weights=cast("JsonValue", dict(weights)),
            beside=system.beside,
            note=system.note,
            temperatures=cast("JsonValue", {k: round(v, 3) for k, v in system.heat.items()}),
            revision=revision or "sum of log ratios",
            seconds=round(time.perf_counter() - started, 2),
            llm_calls=calls,
        )


def _answers(system: Summed, draw: Draw) -> Iterator[Sample]:
    shares = probabilities(draw, system.weights, system.heat)
    for pair, row in zip(draw.pairs, shares, strict=True):
        blind = float(row.max() - row.min()) < 1e-9
        yield sample(system.name, pair, guesses(pair) if blind else NAMES[int(row.argmax())], row, guessed=blind)
