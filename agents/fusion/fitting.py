"""Fitting the fusion's constants on development groups, and measuring on left-out groups what each source adds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from agents.fusion.development import FOLDS, Labelled, fold_of
from agents.fusion.fuser import ASKED_OPTIONS, language_scores
from agents.fusion.terms import ranking, source_terms
from agents.fusion.vocabulary import ActivityVocabulary
from agents.fusion.weights import PatternWeights, Provenance
from agents.fusion.wording import evidence_sentence
from agents.language import Embedder, LanguageModel
from models.motion import GROUPS

Floats = npt.NDArray[np.float64]
SOURCES = ("motion", "sound", "neighbours", "embedding", "language")
GRID: dict[str, tuple[float, ...]] = {
    "sound": (0.5, 1.0, 1.5, 2.0, 3.0),
    "neighbours": (0.0, 0.25, 0.5, 1.0),
    "embedding": (0.0, 0.25, 0.5, 1.0),
    "language": (0.0, 0.25, 0.5, 1.0),
}
GATE_PRECISION = 0.98
FIXED_WEIGHT = 0.25
# A few dozen clips would justify any sharpness: confidences are raised by no more than a temperature of 0.7.
SHARPEST = (float(np.log(0.7)), 1.6)
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled episode as numbers: source → (candidates,) values; where the truth stands (−1: no candidate)."""

    values: dict[str, Floats]
    truth: tuple[int, ...]
    group: str


@dataclass(frozen=True, slots=True)
class Scales:
    """Mean and standard deviation of the raw cosines and language scores over the development episodes."""

    embedding: tuple[float, float]
    language: tuple[float, float]


def rows_of(
    items: Sequence[Labelled],
    vocabulary: ActivityVocabulary,
    embedder: Embedder,
    llm: LanguageModel | None,
    most_asked: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Row], Scales]:
    """Every item's terms, z-scored over the items.

    The language model is asked about the same few options as in use, and about at most `most_asked` items, drawn with a
    fixed seed: its scores are the costly part.
    """
    asked = set(range(len(items)))
    if most_asked is not None and most_asked < len(items):
        asked = {int(i) for i in np.random.default_rng(0).choice(len(items), most_asked, replace=False)}
    unit = PatternWeights(
        motion=1.0, sound=1.0, neighbours=0.5, embedding=0.0, language=0.0, embedding_mean=0.0, embedding_sd=1.0,
        language_mean=0.0, language_sd=1.0, temperature=1.0, gate=1.0,
    )  # fmt: skip
    sums = [source_terms(item.given, vocabulary, unit) for item in items]
    sentences = [evidence_sentence(item.given) for item in items]
    names = sorted({name for total in sums for name in total.candidates})
    cosine = embedder.embed(sentences) @ embedder.embed([vocabulary.description(name) for name in names]).T
    column = {name: i for i, name in enumerate(names)}
    rows: list[Row] = []
    for i, (item, total) in enumerate(zip(items, sums, strict=True)):
        values = {name: term.values for name, term in total.terms.items()}
        values["embedding"] = np.array([cosine[i, column[name]] for name in total.candidates], dtype=np.float64)
        if llm is not None and i in asked:
            chosen = sorted(ranking(total.probabilities())[:ASKED_OPTIONS])
            scores = language_scores(llm, item.given, [vocabulary.phrase(total.candidates[j]) for j in chosen])
            language = np.full(len(total.candidates), min(scores))
            language[chosen] = scores
            values["language"] = language
        accepted = {item.truth, *GROUPS.get(item.truth, ())}
        rows.append(Row(values, tuple(j for j, n in enumerate(total.candidates) if n in accepted), item.group))
        if progress is not None:
            progress(i + 1, len(items))
    scales = Scales(_scale(rows, "embedding"), _scale(rows, "language"))
    return [_standardised(row, scales) for row in rows], scales


def _scale(rows: Sequence[Row], name: str) -> tuple[float, float]:
    every = [row.values[name] for row in rows if name in row.values]
    if not every:
        return 0.0, 1.0
    joined = np.concatenate(every)
    return float(joined.mean()), float(max(joined.std(), 1e-6))


def _standardised(row: Row, scales: Scales) -> Row:
    values = dict(row.values)
    for name, (mean, sd) in (("embedding", scales.embedding), ("language", scales.language)):
        if name in values:
            values[name] = (values[name] - mean) / sd
    return replace(row, values=values)


def log_probabilities(row: Row, weights: dict[str, float], temperature: float) -> Floats:
    total = (
        sum(
            (weights.get(name, 0.0) * values for name, values in row.values.items()),
            np.zeros_like(next(iter(row.values.values()))),
        )
        / temperature
    )
    return np.asarray(total - np.logaddexp.reduce(total))


def losses(rows: Sequence[Row], weights: dict[str, float], temperature: float) -> tuple[Floats, Floats]:
    """(n,) negative log-likelihood of the truth (floored at 1e-4), and (n,) whether the favourite is true."""
    nll, right = np.empty(len(rows)), np.empty(len(rows))
    for i, row in enumerate(rows):
        p = np.exp(log_probabilities(row, weights, temperature))
        nll[i] = -np.log(max(sum(p[j] for j in row.truth), 1e-4))
        right[i] = float(int(p.argmax()) in row.truth)
    return nll, right


def temperature_of(rows: Sequence[Row], weights: dict[str, float]) -> float:
    found = minimize_scalar(
        lambda log_t: losses(rows, weights, float(np.exp(log_t)))[0].mean(), bounds=SHARPEST, method="bounded"
    )
    return float(np.exp(found.x))


def chosen_weights(rows: Sequence[Row], sources: Sequence[str]) -> tuple[dict[str, float], float]:
    """The grid's weights (and temperature) with the lowest loss whose accuracy is not below the first source's alone."""
    first = "motion" if any("motion" in row.values for row in rows) else "sound"
    floor = losses(rows, {first: 1.0}, 1.0)[1].mean()
    best: tuple[float, dict[str, float], float] | None = None
    free = [name for name in sources if name != first and any(name in row.values for row in rows)]
    for point in itertools.product(*(GRID[name] for name in free)):
        weights = {first: 1.0, **dict(zip(free, point, strict=True))}
        temperature = temperature_of(rows, weights)
        nll, right = losses(rows, weights, temperature)
        if right.mean() >= floor and (best is None or nll.mean() < best[0] - 1e-4):
            best = (float(nll.mean()), weights, temperature)
    if best is None:
        return {first: 1.0}, temperature_of(rows, {first: 1.0})
    return best[1], best[2]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Losses on folds that chose no constant. nll, right: (n,)."""

    nll: Floats
    right: Floats


def left_out(rows: Sequence[Row], sources: Sequence[str]) -> LeftOut:
    """Each fold scored with the constants that the other folds choose."""
    nll, right = np.zeros(len(rows)), np.zeros(len(rows))
    fold = np.array([fold_of(row.group) for row in rows])
    for held in range(FOLDS):
        test = np.flatnonzero(fold == held)
        if len(test):
            weights, temperature = chosen_weights([rows[i] for i in np.flatnonzero(fold != held)], sources)
            nll[test], right[test] = losses([rows[i] for i in test], weights, temperature)
    return LeftOut(nll, right)


def paired(rows: Sequence[Row], before: Floats, after: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Mean of after − before with a 95 % interval, bootstrapped over groups."""
    groups = sorted({row.group for row in rows})
    index = np.array([groups.index(row.group) for row in rows])
    sums = np.bincount(index, weights=after - before, minlength=len(groups))
    counts = np.bincount(index, minlength=len(groups))
    drawn = np.random.default_rng(seed).integers(0, len(groups), (_DRAWS, len(groups)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float((after - before).mean()), float(low), float(high)


def fit_pattern(
    rows: Sequence[Row], scales: Scales, *, data: str, language_model: str
) -> tuple[PatternWeights, Provenance]:
    """Constants for one pattern. A source keeps a weight only where left-out folds say, with 95 % confidence, that it helps.

    Sources are admitted in the order neighbours (with the sound's weight), embedding, language model: each has to lower the
    left-out loss of those before it, and must not lower the left-out accuracy.
    """
    figures: dict[str, float] = {}
    first = [name for name in ("motion", "sound") if any(name in row.values for row in rows)]
    admitted, current = list(first), left_out(rows, first)
    for single in first:
        figures[f"accuracy_{single}_alone"] = float(losses(rows, {single: 1.0}, 1.0)[1].mean())
    figures["accuracy_start"], figures["nll_start"] = float(current.right.mean()), float(current.nll.mean())
    for name in ("neighbours", "embedding"):
        if any(name in row.values for row in rows):
            trial = left_out(rows, [*admitted, name])
            if _helps(name, rows, current, trial, figures):
                admitted, current = [*admitted, name], trial
    spoken = [row for row in rows if "language" in row.values]
    if spoken:
        figures["language_episodes"] = float(len(spoken))
        before, trial = left_out(spoken, admitted), left_out(spoken, [*admitted, "language"])
        figures |= _at_fixed_weight(spoken, chosen_weights(rows, admitted)[0])
        if _helps("language", spoken, before, trial, figures):
            admitted, rows, current = [*admitted, "language"], spoken, trial
    weights, temperature = chosen_weights(rows, admitted)
    figures["accuracy_fused"], figures["nll_fused"] = float(current.right.mean()), float(current.nll.mean())
    figures["gate_share_asked"], gate = gate_of(
        rows, {k: v for k, v in weights.items() if k != "language"}, temperature
    )
    constants = PatternWeights(
        motion=weights.get("motion", 1.0),
        sound=weights.get("sound", 1.0),
        neighbours=weights.get("neighbours", 0.0),
        embedding=weights.get("embedding", 0.0),
        language=weights.get("language", 0.0),
        embedding_mean=round(scales.embedding[0], 4),
        embedding_sd=round(scales.embedding[1], 4),
        language_mean=round(scales.language[0], 4),
        language_sd=round(scales.language[1], 4),
        temperature=round(temperature, 4),
        gate=gate,
    )
    method = f"grid over weights, temperature by maximum likelihood, {FOLDS} folds by subject; gate at {GATE_PRECISION:.0%} accuracy"
    return constants, Provenance(
        method=method,
        data=data,
        language_model=language_model,
        groups=len({row.group for row in rows}),
        episodes=len(rows),
        figures={name: round(value, 4) for name, value in figures.items()},
    )


def _at_fixed_weight(rows: Sequence[Row], weights: dict[str, float]) -> dict[str, float]:
    """What the language model's score would do at a weight that was not chosen: said even where the choice is 0."""
    base = losses(rows, weights, temperature_of(rows, weights))
    louder = {**weights, "language": FIXED_WEIGHT}
    other = losses(rows, louder, temperature_of(rows, louder))
    found = {"language_alone_accuracy": float(losses(rows, {"language": 1.0}, 1.0)[1].mean())}
    for label, before, after in (("nll", base[0], other[0]), ("accuracy", base[1], other[1])):
        mean, low, high = paired(rows, before, after)
        stem = f"language_at_{FIXED_WEIGHT:g}_{label}"
        found |= {stem: mean, f"{stem}_low": low, f"{stem}_high": high}
    return found


def _helps(name: str, rows: Sequence[Row], before: LeftOut, after: LeftOut, figures: dict[str, float]) -> bool:
    """Whether a source lowers the left-out loss beyond doubt without losing accuracy; the figures are kept either way."""
    gain = paired(rows, before.nll, after.nll)
    better = paired(rows, before.right, after.right)
    for label, (mean, low, high) in (("nll", gain), ("accuracy", better)):
        figures |= {f"{name}_{label}": mean, f"{name}_{label}_low": low, f"{name}_{label}_high": high}
    return gain[2] < 0 and better[0] >= 0


def gate_of(rows: Sequence[Row], weights: dict[str, float], temperature: float) -> tuple[float, float]:
    """(share of episodes below the gate, gate): the lowest confidence above which the pool is right 98 % of the time."""
    p = [np.exp(log_probabilities(row, weights, temperature)) for row in rows]
    confidence = np.array([float(q.max()) for q in p])
    right = np.array([float(int(q.argmax()) in row.truth) for q, row in zip(p, rows, strict=True)])
    gate = 0.99
    for threshold in np.arange(0.99, 0.3, -0.01):
        above = confidence >= threshold
        if above.sum() >= 20 and right[above].mean() < GATE_PRECISION:
            break
        gate = round(float(threshold), 2)
    return float((confidence < gate).mean()), gate
