"""epic-kitchens: what is done now, what comes next, with and without sound; every kitchen answered by models of other kitchens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from agents.language import Embedder, LanguageModel, SentenceEmbedder, open_language_model
from evals.registry import TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.tasks.late_fusion.asking import ask
from evals.tasks.late_fusion.audit import kitchens_material
from evals.tasks.late_fusion.choosing import log_softmax
from evals.tasks.late_fusion.collecting import answer_store
from evals.tasks.late_fusion.kitchen_models import FOLDS, cosines, fold_of, logistic, markov, most_frequent
from evals.tasks.late_fusion.kitchen_prompts import asked_moments, kitchen_free, kitchen_job, shown_verbs
from evals.tasks.late_fusion.kitchens import QUESTIONS, Moment, Question, moments
from evals.tasks.late_fusion.store import ScoreStore
from recordings import UserError

Floats = npt.NDArray[np.float64]
Model = Callable[[Sequence[Moment], Sequence[Moment], Sequence[str]], Floats]
PART = "epic-kitchens"
TRAINED: dict[str, Model] = {
    "most frequent": most_frequent,
    "Markov-1": markov,
    "logistic, history": lambda known, asked, verbs: logistic(known, asked, verbs, history=True, sound=False),
    "logistic, sound": lambda known, asked, verbs: logistic(known, asked, verbs, history=False, sound=True),
    "logistic, history + sound": lambda known, asked, verbs: logistic(known, asked, verbs, history=True, sound=True),
}
BESIDE = {
    "logistic, history": "Markov-1",
    "logistic, history + sound": "logistic, history",
    "logistic, sound": "most frequent",
    "pool of history and sound": "logistic, history",
    "MiniLM, history + sound": "MiniLM, history",
    "language model, history + sound": "language model, history",
    "logistic, history + sound + language model": "logistic, history + sound",
    "logistic, history + language model": "logistic, history",
}
# A z-score's weight, as in label-paired-12: stated, not fitted.
_HALF = 0.5


def collect_kitchens(options: TaskOptions, run: Run) -> None:
    if options.data_dir is None:
        raise UserError("eval late_fusion", expected="the public data sets", found="none named", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    embedder = SentenceEmbedder()
    llm = None if options.llm in ("", "none") else open_language_model(options.llm)
    noted: dict[str, JsonValue] = {}
    for question in QUESTIONS:
        rows = moments(options.data_dir, question)
        verbs = sorted({moment.truth for moment in rows})
        noted[question] = {
            "moments": len(rows),
            "verbs": len(verbs),
            "participants": len({m.participant for m in rows}),
            "with_sound": round(float(np.mean([bool(m.sounds) for m in rows])), 4),
        }
        for fold in range(FOLDS):
            run.audit(kitchens_material(rows, fold), f"{_part(question)}/fold {fold}")
        told = _trained(run, question, rows, verbs)
        _embedded(run, question, rows, verbs, told, embedder, quick)
        if llm is not None:
            store = answer_store(run, llm)
            _spoken(run, question, rows, verbs, told, llm, store, quick)
    run.note(PART, cast("JsonValue", noted))


def _part(question: Question) -> str:
    return f"{PART}/{question}"


def _trained(run: Run, question: Question, rows: Sequence[Moment], verbs: Sequence[str]) -> Mapping[str, Floats]:
    """(rows, verbs) shares of each trained model, every participant told by models of other folds."""
    part = _part(question)
    found: dict[str, Floats] = {}
    for i, (name, model) in enumerate(TRAINED.items()):
        run.progress(f"late_fusion: kitchens, {question}", i, len(TRAINED))
        started = time.perf_counter()
        shares = np.zeros((len(rows), len(verbs)))
        for fold in range(FOLDS):
            asked = [n for n, m in enumerate(rows) if fold_of(m.participant) == fold]
            known = [m for m in rows if fold_of(m.participant) != fold]
            shares[asked] = model(known, [rows[n] for n in asked], verbs)
        found[name] = shares
        _keep(run, name, part, rows, verbs, shares, seconds=round(time.perf_counter() - started, 1))
    # Both sources independent given the verb: p(history) · p(sound) / p.
    pool = np.log(found["logistic, history"]) + np.log(found["logistic, sound"]) - np.log(found["most frequent"])
    found["pool of history and sound"] = np.exp(log_softmax(pool))
    _keep(run, "pool of history and sound", part, rows, verbs, found["pool of history and sound"])
    return found


def _embedded(
    run: Run,
    question: Question,
    rows: Sequence[Moment],
    verbs: Sequence[str],
    told: Mapping[str, Floats],
    embedder: Embedder,
    quick: bool,
) -> None:
    """The sentence embedding, on the moments that the language model is asked about too, with the trained models beside it."""
    part = f"{_part(question)}/asked"
    chosen = asked_moments(rows, quick)
    some = [rows[i] for i in chosen]
    for name in ("logistic, history", "logistic, history + sound"):
        _keep(run, name, part, some, verbs, told[name][chosen])
    for name, sound in (("MiniLM, history", False), ("MiniLM, history + sound", True)):
        if not run.finished(name, part):
            _keep(run, name, part, some, verbs, cosines(some, verbs, embedder, True, sound))


def _spoken(
    run: Run,
    question: Question,
    rows: Sequence[Moment],
    verbs: Sequence[str],
    told: Mapping[str, Floats],
    llm: LanguageModel,
    store: ScoreStore,
    quick: bool,
) -> None:
    """The language model chooses among the verbs that are frequent enough to be shown; its scores are then pooled."""
    part = f"{_part(question)}/asked"
    chosen = asked_moments(rows, quick)
    shown = shown_verbs(rows)
    jobs = [kitchen_job(rows[i], question, shown, s) for i in chosen for s in (False, True)]
    free = {s: kitchen_free(question, shown, s) for s in (False, True)}
    ask(llm, [*jobs, *free[False], *free[True]], store, run.progress)
    some = [rows[i] for i in chosen]
    column = [list(verbs).index(verb) for verb in shown]
    for sound in (False, True):
        kind = "history + sound" if sound else "history"
        base = np.mean([store.scores(job) for job in free[sound]], axis=0)
        scores = np.stack([store.scores(kitchen_job(m, question, shown, sound)) for m in some]) - base
        alone = np.full((len(some), len(verbs)), scores.min() - 1.0)
        alone[:, column] = scores
        facts: dict[str, JsonValue] = {"revision": f"{llm.name} {llm.revision}", "llm_calls": llm.calls}
        _keep(run, f"language model, {kind}", part, some, verbs, alone, **facts)
        z = np.zeros_like(alone)
        z[:, column] = _by_other_folds(scores, some)
        pooled = np.exp(log_softmax(np.log(told[f"logistic, {kind}"][chosen]) + _HALF * z))
        _keep(run, f"logistic, {kind} + language model", part, some, verbs, pooled, **facts)


def _by_other_folds(scores: Floats, rows: Sequence[Moment]) -> Floats:
    """z with the mean and spread of the other folds' kitchens."""
    fold = np.array([fold_of(moment.participant) for moment in rows])
    z = np.zeros_like(scores)
    for held in range(FOLDS):
        others = scores[fold != held]
        if len(others):
            z[fold == held] = (scores[fold == held] - others.mean()) / max(float(others.std()), 1e-9)
    return z


def _keep(
    run: Run, name: str, part: str, rows: Sequence[Moment], verbs: Sequence[str], values: Floats, **facts: JsonValue
) -> None:
    if run.finished(name, part):
        return

    def every() -> Iterator[Sample]:
        for moment, row in zip(rows, values, strict=True):
            best = int(row.argmax())
            detail: dict[str, JsonValue] = {
                "start_s": moment.start_s,
                "end_s": moment.end_s,
                "recording": moment.video,
                "gap_s": round(moment.gap_s, 2),
                "heard": len(moment.sounds),
            }
            share = float(row[best]) if 0 <= float(row[best]) <= 1 else None
            yield Sample(
                moment.id,
                name,
                part,
                moment.participant,
                moment.truth,
                verbs[best],
                None if share is None else round(share, 4),
                detail=detail,
            )

    run.add_all(every())
    run.finish(
        name, part, beside=BESIDE.get(name), revision=str(facts.pop("revision", "5 folds by participant")), **facts
    )
