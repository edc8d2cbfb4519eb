"""All terms on one draw of pairs: measured ones, the sentence embedding's, the language model's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from agents.fusion.tag_words import Described, likeness_to
from agents.fusion.wording import evidence_sentence
from evals.tasks.late_fusion.choosing import Draw
from evals.tasks.late_fusion.classes import CLASSES, NAMES
from evals.tasks.late_fusion.draws import Pair, draw_pairs
from evals.tasks.late_fusion.evidence import Evidence
from evals.tasks.late_fusion.fields import fusion_input
from evals.tasks.late_fusion.prompts import FORMS, Form, terse
from evals.tasks.late_fusion.store import Job, ScoreStore

Floats = npt.NDArray[np.float64]
DEVELOPMENT_SEED = 1000


@dataclass(frozen=True, slots=True)
class Draws:
    """development, test: one `Draw` a seed, with their terms. scales: term → (mean, sd) over the development pairs."""

    development: tuple[Draw, ...]
    test: tuple[Draw, ...]
    scales: Mapping[str, tuple[float, float]]


def measured(given: Evidence, draws: int) -> Draws:
    """Every term but the language model's."""
    raw = [[Draw(pairs, _measured_terms(given, pairs)) for pairs in side] for side in paired(given, draws)]
    return _scaled(Draws(tuple(raw[0]), tuple(raw[1]), {}), ("minilm",))


def paired(given: Evidence, draws: int) -> list[list[list[Pair]]]:
    """[development, test] → one list of pairs a seed."""
    moved, heard = given.moved.windows, given.heard
    return [
        [draw_pairs(heard, moved, [int(i) for i in rows], held, first + n) for n in range(draws)]
        for rows, held, first in ((given.development, False, DEVELOPMENT_SEED), (given.test, True, 0))
    ]


def _measured_terms(given: Evidence, pairs: Sequence[Pair]) -> dict[str, Floats]:
    clips = np.array([-1 if p.clip is None else p.clip for p in pairs])
    windows = np.array([-1 if p.movement is None else p.movement for p in pairs])
    found = {name: np.where(clips[:, None] >= 0, values[clips], 0.0) for name, values in given.sound.items()}
    found["motion"] = np.where(windows[:, None] >= 0, given.motion[windows], 0.0)
    said = [evidence_sentence(fusion_input(given, pair)) for pair in pairs]
    described = [Described(item.short, item.sounds) for item in CLASSES]
    vectors = np.asarray(given.embedder.embed(said), dtype=np.float64)
    found["minilm"] = likeness_to(vectors, described, given.embedder)
    return found


def with_language(given: Evidence, draws: Draws, store: ScoreStore, forms: Sequence[Form] = FORMS) -> Draws:
    """The same draws with `llm: FORM` and `llm: FORM, calibrated` terms, where the store has every answer of a form."""
    scored = []
    names: dict[str, None] = {}
    for side in (draws.development, draws.test):
        found = []
        for draw in side:
            terms = dict(draw.terms)
            for form in forms:
                for name, values in _language_terms(given, draw.pairs, store, form).items():
                    terms[name] = values
                    # A control: the same scores, dealt out to other samples of the draw.
                    terms[f"shuffled {name}"] = np.random.default_rng(len(values)).permutation(values)
                    names |= {name: None, f"shuffled {name}": None}
            found.append(replace(draw, terms=terms))
        scored.append(tuple(found))
    return _scaled(Draws(scored[0], scored[1], draws.scales), tuple(names))


def _language_terms(given: Evidence, pairs: Sequence[Pair], store: ScoreStore, form: Form) -> dict[str, Floats]:
    raw = np.zeros((len(pairs), len(NAMES)))
    free = np.zeros_like(raw)
    for i, pair in enumerate(pairs):
        question = terse(given, pair, form)
        raw[i] = store.scores(question.job)
        if question.free:
            free[i] = np.mean([store.scores(job) for job in question.free], axis=0)
    if form == "nearest":
        return {f"llm: {form}": raw}
    return {f"llm: {form}": raw, f"llm: {form}, calibrated": raw - free}


def terse_jobs(given: Evidence, draws: Sequence[Draw], forms: Sequence[Form] = FORMS) -> list[Job]:
    jobs: list[Job] = []
    for draw in draws:
        for pair in draw.pairs:
            for form in forms:
                question = terse(given, pair, form)
                jobs += [question.job, *question.free]
    return jobs


def _scaled(draws: Draws, names: Sequence[str]) -> Draws:
    """Each named term as z over all its development values: never over those that are tested."""
    scales = dict(draws.scales)
    for name in names:
        values = np.concatenate([draw.terms[name].ravel() for draw in draws.development])
        scales[name] = (float(values.mean()), max(float(values.std()), 1e-9))

    def z(draw: Draw) -> Draw:
        return replace(
            draw,
            terms={n: (v - scales[n][0]) / scales[n][1] if n in names else v for n, v in draw.terms.items()},
        )

    return Draws(tuple(z(d) for d in draws.development), tuple(z(d) for d in draws.test), scales)
