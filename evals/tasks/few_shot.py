"""`telltale eval few_shot`: what k labelled windows a class bring, from other people, or (optimistic) from the person tested."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run
from evals.systems import Answer, WindowSet, thinned_rows
from evals.systems.by_words import LanguageModelAlone, SentenceCosine
from evals.systems.evidence import evidence_sentences
from evals.systems.on_embeddings import embeddings
from evals.systems.on_features import logistic, spread
from evals.systems.telltale_motion import TelltaleMotion, shipped
from evals.systems.windows import Rows
from evals.tasks.har import describe, leave_out, rounds_of, splits_of, whole_set
from evals.versions import versions
from evals.window_collect import material, samples_of
from evals.window_scores import facts, figures, gathered
from recordings import UserError

SHOTS = (0, 1, 2, 5, 10, 50)
QUICK_SHOTS = (0, 1, 5, 50)
SETS, QUICK_SETS = ("usc_had", "hapt", "wisdm_watch"), ("usc_had", "wisdm_watch")
SOURCES = {"other": "shots from other people", "same": "shots from the person tested: optimistic"}
TEST, QUICK_TEST = 1500, 400
# A prompt of more exemplars than this a class does not fit the context, and takes seconds a window.
PROMPT_SHOTS = (0, 1)
PROMPT_WINDOWS, QUICK_PROMPT_WINDOWS = 60, 12
PENALTY = 0.1
NEIGHBOURS = 5
LEARNT = (
    "the embedding's network has learnt from every labelled window of the other people: what is few is only the shots"
)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Learner:
    """answer: (shots, test) → answers. at: the only k at which it can be asked, () for every k > 0. slow: on a sample."""

    name: str
    detail: Callable[[], str]
    answer: Callable[[WindowSet, WindowSet], Answer]
    at: tuple[int, ...] = ()
    slow: bool = False


def _vote(numbers: Callable[[WindowSet], Floats]) -> Callable[[WindowSet, WindowSet], Answer]:
    """The nearest shots vote, weighted by distance; never more of them than there are shots a class."""

    def answer(shots: WindowSet, test: WindowSet) -> Answer:
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        fewest = int(np.bincount(shots.truth)[np.unique(shots.truth)].max())
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(min(NEIGHBOURS, fewest), weights="distance"))
        model.fit(numbers(shots), shots.truth)
        return Answer.of(spread(model.predict_proba(numbers(test)), model[-1].classes_, len(test.classes)))

    return answer


def _line(numbers: Callable[[WindowSet], Floats]) -> Callable[[WindowSet, WindowSet], Answer]:
    def answer(shots: WindowSet, test: WindowSet) -> Answer:
        model = logistic(PENALTY, numbers(shots), shots.truth)
        return Answer.of(spread(model.predict_proba(numbers(test)), model[-1].classes_, len(test.classes)))

    return answer


def _features(windows: WindowSet) -> Floats:
    return windows.features


def _prompted(model: LanguageModelAlone) -> Callable[[WindowSet, WindowSet], Answer]:
    """Each shot is a line, its evidence sentence and its label; then the question."""

    def answer(shots: WindowSet, test: WindowSet) -> Answer:
        lines = [
            f"{said} The person is {shots.classes[int(label)].replace('_', ' ')}.\n"
            for said, label in zip(evidence_sentences(shots), shots.truth, strict=True)
        ]
        return model.predict(test, "".join(lines))

    return answer


def _learners(llm: str) -> list[Learner]:
    prompt, cosine = LanguageModelAlone(llm), SentenceCosine()

    def embedded() -> str:
        return f"embeddings of {shipped().revision}; {LEARNT}"

    return [
        Learner("retrieval vote, embeddings", embedded, _vote(embeddings)),
        Learner("linear probe, embeddings", embedded, _line(embeddings)),
        Learner("nearest neighbours, features", lambda: "z-scored features", _vote(_features)),
        Learner("logistic, features", lambda: f"z-scored features, C {PENALTY:g}", _line(_features)),
        Learner("prompt, language model", lambda: prompt.detail, _prompted(prompt), PROMPT_SHOTS, slow=True),
        Learner("MiniLM cosine", lambda: cosine.detail, lambda shots, test: cosine.predict(test), (0,)),
    ]


def collect(options: TaskOptions, run: Run) -> None:
    """Every (set, source, k, seed, learner) that the run has not finished yet."""
    if options.data_dir is None:
        raise UserError("eval few_shot", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    for name in QUICK_SETS if quick else SETS:
        _collect_set(options, run, name, quick)
    whole_set.cache_clear()


def _collect_set(options: TaskOptions, run: Run, name: str, quick: bool) -> None:
    (fold,) = rounds_of("fixed", name, cast("Path", options.data_dir))
    shots = QUICK_SHOTS if quick else SHOTS
    # What needs no pool at all is finished last, so a finished reference means a finished set.
    if run.finished("telltale motion, all windows", f"{name}/other:all/0"):
        return
    whole = whole_set(name, (), cast("Path", options.data_dir))
    others, own = whole.of(fold.training), whole.of(fold.test)
    pool, test = halves(own)
    test = test.take(thinned_rows(test, QUICK_TEST if quick else TEST, options.seed))
    few = test.take(thinned_rows(test, QUICK_PROMPT_WINDOWS if quick else PROMPT_WINDOWS, options.seed))
    describe(run, "few_shot", name, fold, others, test)
    for seed in range(options.seed, options.seed + options.seeds):
        rng = np.random.default_rng(seed)
        from_others = drawn(others, max(shots), rng)
        from_same = {who: drawn(pool.of([who]), max(shots), rng) for who in sorted(set(test.subjects.tolist()))}
        if seed == options.seed:
            audited = _shots(others, from_others, max(shots))
            run.audit(material(audited, np.zeros(len(audited), dtype=np.bool_), test), f"{name}/few_shot/0")
        for k in shots:
            run.progress(f"few_shot: {name}: {k} a class, seed {seed}", shots.index(k), len(shots))
            for source in SOURCES:
                part = f"{name}/{source}:{k}/0" + (f"/{seed - options.seed}" if seed > options.seed else "")
                for learner in _learners(options.llm):
                    if _asked(learner, k, seed - options.seed, source, name) and not run.finished(learner.name, part):
                        began = time.perf_counter()
                        asked = few if learner.slow else test
                        if source == "other" or k == 0:
                            answer = learner.answer(_shots(others, from_others, k), asked)
                        else:
                            answer = _per_person(learner, pool, from_same, k, asked)
                        run.add_all(samples_of(learner.name, part, asked, answer, brief=True))
                        spent = round(time.perf_counter() - began, 2)
                        run.finish(
                            learner.name,
                            part,
                            revision=learner.detail(),
                            seconds=spent,
                            seed=seed,
                            llm_calls=answer.llm_calls,
                        )
    reference, part = TelltaleMotion(), f"{name}/other:all/0"
    run.add_all(samples_of("telltale motion, all windows", part, test, reference.predict(test), brief=True))
    run.finish("telltale motion, all windows", part, revision=reference.detail, seed=options.seed)
    leave_out(
        run,
        "prompt, language model",
        name,
        f"asked at k = {', '.join(map(str, PROMPT_SHOTS))} only: more shots pass the context and take seconds a window",
    )
    leave_out(run, "MiniLM cosine", name, "it cannot learn from shots: k = 0 only")


def _asked(learner: Learner, k: int, number: int, source: str, name: str) -> bool:
    if learner.at and (k not in learner.at or source != "other"):
        return False
    # The prompt's shots are re-drawn too, but a language model on a small machine is asked once.
    return not (learner.slow and number) and (k > 0 or (bool(learner.at) and number == 0))


def halves(own: WindowSet) -> tuple[WindowSet, WindowSet]:
    """Each person's windows of each class in order of time: the first half may be shots, the second is tested.

    Windows of the second half that share samples with the first are left out.
    """
    first: list[int] = []
    second: list[int] = []
    order = np.lexsort((own.starts_s, own.recordings))
    for who in np.unique(own.subjects):
        for c in np.unique(own.truth):
            rows = [i for i in order.tolist() if own.subjects[i] == who and own.truth[i] == c]
            cut = len(rows) // 2
            first += rows[:cut]
            last = rows[cut - 1] if cut else None
            second += [
                i
                for i in rows[cut:]
                if last is None
                or own.recordings[i] != own.recordings[last]
                or own.starts_s[i] >= own.starts_s[last] + own.window_s - 1e-6
            ]
    return own.take(np.array(sorted(first))), own.take(np.array(sorted(second)))


def drawn(windows: WindowSet, most: int, rng: np.random.Generator) -> list[Rows]:
    """For each class, up to `most` rows in random order: the first k of them are the k shots, so that more shots include fewer."""
    return [rng.permutation(np.flatnonzero(windows.truth == c))[:most] for c in np.unique(windows.truth)]


def _shots(windows: WindowSet, rows: Sequence[Rows], k: int) -> WindowSet:
    return windows.take(np.sort(np.concatenate([r[:k] for r in rows])).astype(np.intp))


def _per_person(
    learner: Learner, pool: WindowSet, rows: Mapping[str, Sequence[Rows]], k: int, test: WindowSet
) -> Answer:
    """Each person's windows answered from that person's own shots."""
    predicted = np.full(len(test), -1, dtype=np.int64)
    probabilities = np.zeros((len(test), len(test.classes)), dtype=np.float32)
    for who, drawn_rows in rows.items():
        here = test.subjects == who
        if here.any():
            found = learner.answer(_shots(pool.of([who]), drawn_rows, k), test.take(here))
            predicted[here], probabilities[here] = found.predicted, cast("Floats", found.probabilities)
    return Answer(predicted, probabilities)


def score(run: Run) -> Result:
    """A pure function of the run's rows: macro-F1 by set, source, k and learner, averaged over the draws."""
    classes = {split["set"]: split["classes"] for split in splits_of(run).values()}
    labels = {part: classes[part.split("/")[0]] for part in {"/".join(p.split("/")[:2]) for p in run.parts()}}
    rows: list[dict[str, Any]] = []
    for group, answers in gathered(run, labels).items():
        name, source = group.split("/")
        kind, k = source.split(":")
        for mine in answers:
            rows.append(
                {"name": mine.system, "part": group, "split": name, "shots_from": SOURCES[kind], "k": k}
                | figures(mine)
                | facts(run, mine)
            )
    order = {learner: i for i, learner in enumerate(dict.fromkeys(str(r["name"]) for r in rows))}
    rows.sort(key=lambda r: (r["split"], r["shots_from"], order[r["name"]], 10**6 if r["k"] == "all" else int(r["k"])))
    quick = bool(run.header.get("quick"))
    return {
        "task": "few_shot",
        "protocol": {
            "name": "k labelled windows a class, fixed held-out subjects, the later half of each person's windows is tested",
            "source": "Telltale",
            "split": "shots from other people are subject-disjoint; shots from the person tested are named optimistic",
            "splits": splits_of(run),
            "caveat": LEARNT,
        },
        "data": {
            "name": ", ".join(sorted(classes)),
            "provenance": "real",
            "quick": quick,
            "sample": f"at most {QUICK_TEST if quick else TEST} test windows a set; the prompt {QUICK_PROMPT_WINDOWS if quick else PROMPT_WINDOWS}",
        },
        "systems": rows,
        "left_out": run.header.get("left_out", []),
        "published": _published(),
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": sorted({int(str(run.facts(s, p).get("seed", 0))) for s, p in run.units()}),
        "command": "telltale eval few_shot --data DIR" + (" --quick" if quick else ""),
        "versions": versions("torch", "transformers", "scikit-learn", "numpy"),
    }


def _published() -> list[dict[str, object]]:
    """The project's earlier measurements with library models, five draws: all test windows, so not the same ones."""
    rows = (
        ("usc_had logistic on features, other people, k 1 / 5 / 10", (29, 46, 47)),
        ("usc_had neighbours on features, other people, k 1 / 5 / 10", (25, 40, 43)),
        ("wisdm_watch logistic on features, other people, k 1 / 5 / 10", (43, 62, 68)),
        ("usc_had logistic on features, same person, k 1 / 5 / 10", (65, 79, 82)),
    )
    return [
        {
            "system": system,
            "value": [v / 100 for v in values],
            "source": "the project's earlier run of library models",
            "comparable": "no",
            "why": "all test windows there, the later half of each person's here",
        }
        for system, values in rows
    ]


def run(options: TaskOptions) -> Result:
    return measure("few_shot", options, collect, score)
