"""What a kitchen's history and sounds say about a verb: counts, logistic regressions, and sentences for embeddings."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from agents.language import Embedder
from evals.tasks.late_fusion.kitchens import Moment

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
FOLDS = 5
_SMOOTH = 0.5


def fold_of(participant: str) -> int:
    return int(hashlib.sha256(f"kitchen/{participant}".encode()).hexdigest(), 16) % FOLDS


def most_frequent(known: Sequence[Moment], asked: Sequence[Moment], verbs: Sequence[str]) -> Floats:
    """(asked, verbs) the same shares for everybody."""
    counts = Counter(moment.truth for moment in known)
    row = np.array([counts[verb] + _SMOOTH for verb in verbs])
    return np.tile(row / row.sum(), (len(asked), 1))


def markov(known: Sequence[Moment], asked: Sequence[Moment], verbs: Sequence[str]) -> Floats:
    """P(verb | the verb before), backed off to the shares of all."""
    follow: dict[str, Counter[str]] = defaultdict(Counter)
    for moment in known:
        follow[moment.history[-1][0]][moment.truth] += 1
    base = most_frequent(known, asked[:1], verbs)[0]
    rows = {}
    for verb in {moment.history[-1][0] for moment in asked}:
        counts = np.array([follow[verb][other] for other in verbs], dtype=np.float64)
        rows[verb] = (counts + 5 * base) / (counts.sum() + 5)
    return np.stack([rows[moment.history[-1][0]] for moment in asked])


def features(moment: Moment, history: bool, sound: bool) -> dict[str, float]:
    """Names → values. Sounds: whether heard, and the share of the time; how long nothing was heard says something too."""
    found: dict[str, float] = {}
    if history:
        for back, (verb, noun) in enumerate(reversed(moment.history), start=1):
            found[f"verb-{back}={verb}"] = 1.0
            if back <= 2:
                found[f"noun-{back}={noun}"] = 1.0
        verb, noun = moment.history[-1]
        found[f"both={verb} {noun}"] = 1.0
        found["gap"] = float(np.clip(moment.gap_s, -5, 20)) / 5
        found["last"] = float(np.log1p(moment.last_s)) / 3
    if sound:
        total = sum(moment.sounds.values())
        for name, seconds in moment.sounds.items():
            found[f"heard={name}"] = 1.0
            found[f"share={name}"] = seconds / total
            found[f"long={name}"] = float(np.log1p(seconds)) / 2
        if not moment.sounds:
            found["silence"] = 1.0
    return found


def logistic(
    known: Sequence[Moment],
    asked: Sequence[Moment],
    verbs: Sequence[str],
    *,
    history: bool,
    sound: bool,
    strength: float = 0.3,
) -> Floats:
    """Multinomial logistic regression. strength: scikit-learn's C."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = DictVectorizer()
    x: csr_matrix = vectorizer.fit_transform([features(m, history, sound) for m in known])
    model = LogisticRegression(C=strength, max_iter=200).fit(x, [m.truth for m in known])
    told = model.predict_proba(vectorizer.transform([features(m, history, sound) for m in asked]))
    shares = np.full((len(asked), len(verbs)), 1e-6)
    shares[:, [list(verbs).index(name) for name in model.classes_]] = np.maximum(told, 1e-6)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def sentence(moment: Moment, history: bool, sound: bool) -> str:
    """The evidence in one line, the way the language model reads it too."""
    parts = []
    if history:
        parts.append(
            "Before: "
            + ", ".join(f"{verb.replace('-', ' ')} {noun.replace(':', ' ')}" for verb, noun in moment.history)
            + "."
        )
    if sound:
        ranked = sorted(moment.sounds.items(), key=lambda pair: (-pair[1], pair[0]))[:4]
        parts.append("Sounds: " + (", ".join(name for name, _ in ranked) or "nothing") + ".")
    return " ".join(parts)


def cosines(asked: Sequence[Moment], verbs: Sequence[str], embedder: Embedder, history: bool, sound: bool) -> Floats:
    """(asked, verbs) cosine of the evidence with "In a kitchen, a person … something." """
    said = embedder.embed([sentence(moment, history, sound) for moment in asked])
    named = embedder.embed([f"In a kitchen, a person does this: {verb.replace('-', ' ')}." for verb in verbs])
    return np.asarray(said @ named.T, dtype=np.float64)
