"""Kitchen videos: what is done in the half of the video after its first fifth or three tenths, from labels of what was done."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agents.anticipation.engines import CELLS, Balance, Cleaning, Engine, believe_about
from evals.leaks import Item, Material
from evals.registry import TaskOptions
from evals.runs import Run, Sample
from evals.tasks.anticipation.ablations import ABLATIONS, GROUP
from evals.tasks.anticipation.choosing import Choice, asked_of, choose, inner_beliefs, one_view, ordered
from evals.tasks.anticipation.figures import draw_fold
from evals.tasks.anticipation.mean_over_classes import HORIZON, OBSERVED, Floats, Numbers, expanded, runs, window
from evals.tasks.anticipation.noise import METHOD, Wrong
from evals.tasks.anticipation.systems import BLEND, BLEND_WITH_NETWORK, NETWORK, ONLY_NAMED, POOLED, Entrant, entrants
from recordings import UserError, plain
from recordings.sequences import SegmentSequence, SequenceFold, SequenceSet, read_benchmark

ORACLE = "oracle"
NOISE = {"noisy-10": 0.1, "noisy-20": 0.2, "noisy-30": 0.3}
INPUTS = (ORACLE, *NOISE)
BALANCED, PRIOR = "+balance", "+prior^0.5"
# Asked under noise too: the rest differ from these in nothing that noise would show.
DENOISED = "+denoised"
UNDER_NOISE = ("repeat_last", "markov_6", "remembering+balance", "prefix_neighbours+balance", "blend+balance", "blend_with_network+balance", *(name + rule for name in ONLY_NAMED for rule in ("", PRIOR)))  # fmt: skip
QUICK_EVERY = 4
# Choices on inner folds look at one view of every third trial of Breakfast: hundreds are enough to choose between quarters.
INNER_EVERY = {"breakfast": 3}


@dataclass(slots=True)
class Fitted:
    """One fold's engines, and how each named system turns a belief into labels."""

    engines: dict[str, Engine]
    fit_s: dict[str, float]
    systems: dict[str, Mapping[str, float]]
    balances: dict[str, Balance | Floats]
    choices: dict[str, Choice]
    wrong: dict[str, Wrong]
    cleaning: Cleaning
    # kind of input → system → weights, balance, choice: what is asked after the histories were weighed.
    denoised: dict[str, dict[str, tuple[Mapping[str, float], Balance, Choice]]]
    asked_s: dict[str, float] = field(default_factory=dict)
    denoised_s: dict[str, float] = field(default_factory=dict)
    asked: int = 0


def collect_videos(options: TaskOptions, run: Run, name: str, protocol: str, only: str = "") -> None:
    """Every fold of a set, every input, every system; a finished fold is not begun again. only: the name of the one fold asked,
    or of several, `1+2`."""
    if options.data_dir is None:
        raise ValueError("no data")
    known = read_benchmark(name, options.data_dir, protocol)
    run.note(f"vocabulary/{name}", list(known.vocabulary))
    run.note("noise", METHOD)
    folds = known.folds[:1] if options.quick and name == "breakfast" else known.folds
    if only:
        folds = tuple(fold for fold in known.folds if fold.name in only.split("+"))
        if len(folds) < len(set(only.split("+"))):
            raise UserError(
                f"--protocol {name}/{only}", expected=f"a fold of {', '.join(f.name for f in known.folds)}", found=only,
                cure="name one of them",
            )  # fmt: skip
    for number, fold in enumerate(folds):
        run.progress(f"anticipation: {name}", number, len(folds))
        parts = {kind: f"{name}/{known.protocol}/{kind}/{fold.name}" for kind in INPUTS}
        if all(run.finished("fold", part) for part in parts.values()):
            draw_fold(run, parts[ORACLE], known.vocabulary)
            continue
        run.audit(material(fold), part=f"{name}/{fold.name}")
        every = (options.limit or QUICK_EVERY) if name == "breakfast" and (options.quick or options.limit) else 1
        fitted = _fitted(known, fold, options, max(every, INNER_EVERY.get(name, 1)))
        test = one_view(fold.test)[::every] if every > 1 else list(fold.test)
        for kind, part in parts.items():
            run.add_all(_answers(known, fitted, test, kind, part, options.seed))
            _finish(run, fitted, part, kind, options)
        draw_fold(run, parts[ORACLE], known.vocabulary)
    run.progress(f"anticipation: {name}", len(folds), len(folds))


def _fitted(known: SequenceSet, fold: SequenceFold, options: TaskOptions, every: int) -> Fitted:
    asked = _asked(options)
    engines: dict[str, Engine] = {}
    seconds: dict[str, float] = {}
    for entrant in asked.values():
        began = time.process_time()
        engines[entrant.name] = entrant.make()
        engines[entrant.name].fit(fold.train)
        seconds[entrant.name] = time.process_time() - began
    uncertain = [e for e in asked.values() if not e.says_one]
    makers = {e.name: e.inner or e.make for e in uncertain if not e.only_named}
    pooled = [name for name in (*POOLED, NETWORK) if name in makers]
    wrong = {
        kind: Wrong(rate, known.vocabulary, options.seed).measure(fold.train) for kind, rate in NOISE.items() if pooled
    }
    cleaning = Cleaning(0.0)
    if wrong:
        cleaning.fit(fold.train)
    fitted = Fitted(engines, seconds, {}, {}, {}, wrong, cleaning, {kind: {} for kind in wrong})
    inners = inner_beliefs(makers, fold.train, every, wrong=wrong) if makers else {}
    inner = inners.get("")
    plain = np.ones((CELLS, len(known.vocabulary)))
    prior = _prior(fold.train, known.vocabulary)
    for entrant in asked.values():
        fitted.systems[entrant.name], fitted.balances[entrant.name] = {entrant.name: 1.0}, plain
        if entrant.says_one:
            continue
        fitted.systems[entrant.name + PRIOR], fitted.balances[entrant.name + PRIOR] = {entrant.name: 1.0}, prior
        if inner is not None and entrant.name in makers:
            _add(fitted, entrant.name + BALANCED, choose(inner, [entrant.name]), fold)
    members = [name for name in POOLED if name in makers]
    blends = {BLEND: members, BLEND_WITH_NETWORK: [*members, NETWORK] if NETWORK in makers else []}
    for name, pooled in blends.items():
        if inner is not None and len(pooled) > 1:
            chosen = choose(inner, pooled)
            _add(fitted, name + BALANCED, chosen, fold)
            fitted.systems[name], fitted.balances[name] = chosen.weights, plain
    for kind in wrong:
        for name, of in {**{name: [name] for name in pooled}, **blends}.items():
            if of and (name in makers or len(of) > 1):
                found = choose(inners[kind], of)
                balance = Balance(found.power, found.floor)
                balance.fit(fold.train)
                fitted.denoised[kind][name + DENOISED + BALANCED] = (found.weights, balance, found)
    return fitted


def _asked(options: TaskOptions) -> Mapping[str, Entrant]:
    """The engines that the wanted systems need; slow ones only where they are named, or in the full form."""
    known = entrants(options.seeds, llm=options.llm)
    wanted = {system.split("+")[0] for system in options.systems}
    strange = sorted(wanted - {GROUP, BLEND, BLEND_WITH_NETWORK, *known})
    if strange:
        raise UserError(
            "--systems", expected=f"some of {', '.join([*known, BLEND, BLEND_WITH_NETWORK, GROUP])}",
            found=", ".join(plain(name, 60) for name in strange), cure="correct the name",
        )  # fmt: skip
    if GROUP in wanted:
        wanted |= set(ABLATIONS)
    if wanted & {BLEND, BLEND_WITH_NETWORK}:
        wanted |= {*POOLED, NETWORK} if BLEND_WITH_NETWORK in wanted else set(POOLED)
    if not wanted:
        return {name: e for name, e in known.items() if not (e.only_named or (e.slow and options.quick))}
    return {name: e for name, e in known.items() if name in wanted}


def _add(fitted: Fitted, system: str, choice: Choice, fold: SequenceFold) -> None:
    balance = Balance(choice.power, choice.floor)
    balance.fit(fold.train)
    fitted.systems[system], fitted.balances[system], fitted.choices[system] = choice.weights, balance, choice


def _prior(sequences: Sequence[SegmentSequence], vocabulary: Sequence[str], power: float = 0.5) -> Floats:
    """(CELLS, classes): 1 / (share of the training time)^power, the same for every cell."""
    seconds = dict.fromkeys(vocabulary, 0.0)
    for sequence in sequences:
        for segment in sequence.segments:
            seconds[segment.activity] += segment.duration_s
    times = np.array([seconds[name] for name in vocabulary])
    return np.tile(np.maximum(times / times.sum(), 1e-6) ** -power, (CELLS, 1))


def _answers(
    known: SequenceSet, fitted: Fitted, test: Sequence[SegmentSequence], kind: str, part: str, seed: int
) -> Iterable[Sample]:
    fitted.asked_s, fitted.asked = dict.fromkeys(fitted.engines, 0.0), 0
    fitted.denoised_s = dict.fromkeys((*fitted.engines, DENOISED), 0.0)
    systems = [s for s in fitted.systems if kind == ORACLE or s in UNDER_NOISE]
    number = {name: i for i, name in enumerate(known.vocabulary)}
    for sequence in test:
        labels = np.array([number[name] for name in sequence.labels()])
        for share in OBSERVED:
            question = asked_of(sequence, share)
            if kind in NOISE:
                question = Wrong(NOISE[kind], known.vocabulary, seed).corrupt(question, sequence.name, share)
            fitted.asked += 1
            beliefs: dict[str, Floats] = {}
            for name, engine in fitted.engines.items():
                began = time.process_time()
                beliefs[name] = ordered(engine.believe(question), known.vocabulary)
                fitted.asked_s[name] += time.process_time() - began
            for system in systems:
                weights, balance = fitted.systems[system], fitted.balances[system]
                cells = _decided(beliefs, weights, balance, known, share)
                yield sample_of(known, sequence, share, labels, cells, system, part)
            if not fitted.denoised.get(kind):
                continue
            began = time.process_time()
            histories = replace(fitted.cleaning, rate=fitted.wrong[kind].measured).histories(question)
            cleaned_s = time.process_time() - began
            about: dict[str, Floats] = {}
            for name in dict.fromkeys(name for weights, _, _ in fitted.denoised[kind].values() for name in weights):
                began = time.process_time()
                about[name] = ordered(believe_about(fitted.engines[name], histories), known.vocabulary)
                fitted.denoised_s[name] += time.process_time() - began
            fitted.denoised_s[DENOISED] += cleaned_s
            for system, (weights, balance, _) in fitted.denoised[kind].items():
                cells = _decided(about, weights, balance, known, share)
                yield sample_of(known, sequence, share, labels, cells, system, part)


def _decided(
    beliefs: Mapping[str, Floats],
    weights: Mapping[str, float],
    balance: Balance | Floats,
    known: SequenceSet,
    share: float,
) -> Numbers:
    """(CELLS,) the activity that is worth most by the pooled belief."""
    pooled = sum(weight * beliefs[name] for name, weight in weights.items())
    worth = balance.weights(known.vocabulary, share, HORIZON) if isinstance(balance, Balance) else balance
    return np.asarray(np.asarray(pooled * worth).argmax(axis=1), dtype=np.int64)


def sample_of(
    known: SequenceSet, sequence: SegmentSequence, share: float, labels: Numbers, cells: Numbers, system: str, part: str
) -> Sample:
    start, end = window(len(labels), share, HORIZON)
    truth = labels[start:end]
    said = expanded(cells, int(HORIZON * len(labels)))[: len(truth)]
    current = int(labels[max(start - 1, 0)])
    return Sample(
        id=f"{sequence.name}@{share:g}",
        system=system,
        part=part,
        subject=sequence.subject or sequence.name,
        truth=_next(known, truth, current),
        prediction=_next(known, said, current),
        score=round(float((truth == said).mean()), 6) if len(truth) else None,
        detail={
            "observed": share,
            "steps": len(labels),
            "rate_hz": sequence.rate_hz,
            "truth": [list(r) for r in runs(truth)],
            "prediction": [list(r) for r in runs(said)],
        },
    )


def _next(known: SequenceSet, labels: Numbers, current: int) -> str:
    """The first activity ahead that is another than the current one."""
    other = labels[labels != current]
    return known.vocabulary[int(other[0])] if len(other) else "(none)"


def _finish(run: Run, fitted: Fitted, part: str, kind: str, options: TaskOptions) -> None:
    for system, weights in fitted.systems.items():
        _finish_one(run, fitted, part, system, weights, fitted.asked_s, fitted.choices.get(system), options)
    for system, (weights, _, choice) in fitted.denoised.get(kind, {}).items():
        _finish_one(run, fitted, part, system, weights, fitted.denoised_s, choice, options)
    run.finish("fold", part, asked=fitted.asked)


def _finish_one(
    run: Run,
    fitted: Fitted,
    part: str,
    system: str,
    weights: Mapping[str, float],
    asked_s: Mapping[str, float],
    choice: Choice | None,
    options: TaskOptions,
) -> None:
    asking_s = sum(asked_s[name] for name in weights)
    parameters = sum(fitted.engines[name].parameters for name in weights)
    if DENOISED in system:
        asking_s += asked_s[DENOISED]
        parameters += fitted.cleaning.parameters
    run.finish(
        system,
        part,
        seconds=round(asking_s + sum(fitted.fit_s[name] for name in weights), 3),
        fit_s=round(sum(fitted.fit_s[name] for name in weights), 3),
        seconds_per_video=round(asking_s / max(fitted.asked, 1), 5),
        parameters=parameters,
        choice=choice.as_json() if choice else None,
        seeds=options.seeds if NETWORK in weights else 1,
    )


def material(fold: SequenceFold) -> Material:
    def items(sequences: Sequence[SegmentSequence]) -> list[Item]:
        # A view is a recording of its own: the field scores each; that views of a trial lie on one side is asked of the group.
        return [Item(s.name, s.subject or "", s.name, s.start_s, s.end_s, group=s.trial) for s in sequences]

    train = {s.subject or s.name for s in fold.train}
    return Material(
        train=items(fold.train),
        test=items(fold.test),
        fitted_on={"selection": sorted(train)},
        shown=frozenset({"order", "duration_s"}),
    )
