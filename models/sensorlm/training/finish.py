"""The end of a run: figures on the validation subjects, what a match is, checkpoint and card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax, softmax

from models.motion.beside import Judged, motion_shares, weight_beside, window_stream
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.corpus import Corpus
from models.sensorlm.captions import LEVELS, window_caption
from models.sensorlm.reader import SensorReader
from models.sensorlm.training.card import SensorLMTraining, write_card
from models.sensorlm.training.learner import Learner
from models.sensorlm.training.pairs import LABELS, relation
from models.sensorlm.training.plan import CaptionPlan, Recipe
from recordings.datasets import HELD_OUT_SUBJECTS

Floats = npt.NDArray[np.float32]
SECONDS = {"wisdm_watch": 5.0, "wisdm_phone": 5.0, "usc_had": 2.0}
USUAL_S = 2.56
MOST_WINDOWS = 400
# Fixed on forty phrases of everyday speech (docs/sensorlm.md): what lies further from all words of training is not searched for.
FAMILIAR = 0.57
MOST_JUDGED = 300
SCALES = tuple(round(float(s), 3) for s in np.geomspace(0.2, 5.0, 25))
MARGINS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 100.0)


@dataclass(frozen=True)
class Checked:
    """Validation windows of one source: values (n, 6, samples), labels (n,) rows of `LABELS`."""

    source: str
    placement: str
    values: Floats
    labels: npt.NDArray[np.int64]


def validation_windows(corpus: Corpus, rate_hz: float) -> list[Checked]:
    """Windows side by side in the labelled runs of the validation subjects, by source."""
    values: dict[str, list[Floats]] = defaultdict(list)
    labels: dict[str, list[int]] = defaultdict(list)
    places: dict[str, str] = {}
    for stream in corpus.only(VALIDATION_SUBJECTS).streams:
        assert stream.subject not in HELD_OUT_SUBJECTS[stream.dataset]
        length = round(SECONDS.get(stream.source, USUAL_S) * rate_hz)
        places[stream.source] = stream.position
        for run in stream.runs:
            for first in range(run.start, run.end - length + 1, length):
                values[stream.source].append(stream.samples[:, first : first + length])
                labels[stream.source].append(LABELS.index(run.label))
    return [
        Checked(name, places[name], np.stack(values[name]).astype(np.float32), np.array(labels[name]))
        for name in sorted(values)
    ]


def figures_of(reader: SensorReader, checked: Sequence[Checked]) -> tuple[dict[str, float], dict[str, float]]:
    """(figures, matching): macro AUROC and F1 by words, retrieval of captions; and which log-odds best tells a match."""
    from sklearn.metrics import f1_score, roc_auc_score

    relations, figures = relation(), {}
    odds_all, behind_all, truth_all = [], [], []
    for part in checked:
        vectors = reader.vectors(part.values, part.placement)
        present = np.unique(part.labels)
        odds = reader.log_odds(vectors, reader.labels([LABELS[i] for i in present]))
        one_hot = part.labels[:, None] == present[None, :]
        figures[f"auroc/{part.source}"] = float(np.mean([roc_auc_score(one_hot[:, i], odds[:, i]) for i in range(len(present))]))  # fmt: skip
        figures[f"macro_f1/{part.source}"] = float(f1_score(part.labels, present[odds.argmax(axis=1)], average="macro"))
        everything = reader.log_odds(vectors, reader.labels(LABELS))
        known = relations[part.labels]
        odds_all.append(everything[known != 0])
        behind_all.append((everything.max(axis=1, keepdims=True) - everything)[known != 0])
        truth_all.append(known[known != 0] > 0)
        rows = np.random.default_rng(0).permutation(len(vectors))[:MOST_WINDOWS]
        words = Random(0)
        captions = [
            window_caption(part.values[i], LEVELS, words, label=LABELS[part.labels[i]], position=part.placement).text
            for i in rows
        ]
        near = vectors[rows] @ reader.texts(captions).T
        right = np.diag(near)
        figures[f"recall_at_10/{part.source}"] = float(((near >= right[:, None]).sum(axis=1) <= 10).mean())
        figures[f"pool/{part.source}"] = float(len(rows))
    return figures, best_match(np.concatenate(odds_all), np.concatenate(behind_all), np.concatenate(truth_all))


def best_match(odds: Floats, behind: Floats, truth: npt.NDArray[np.bool_]) -> dict[str, float]:
    """The smallest log-odds, and the largest distance behind the likeliest activity, that tell matches best (F1)."""
    best: dict[str, float] = {"f1": -1.0}
    for margin in MARGINS:
        inside = behind <= margin
        order = np.flatnonzero(inside)[np.argsort(-odds[inside], kind="stable")]
        hits = np.cumsum(truth[order])
        precision, recall = hits / np.arange(1, len(order) + 1), hits / truth.sum()
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        at = int(f1.argmax())
        if f1[at] > best["f1"]:
            best = {
                "f1": float(f1[at]),
                "log_odds": float(odds[order][at]),
                "behind": margin,
                "precision": float(precision[at]),
                "recall": float(recall[at]),
                "familiar": FAMILIAR,
            }
    return best


def beside_motion(reader: SensorReader, checked: Sequence[Checked]) -> tuple[float, float]:
    """(label_scale, fusion_weight): how sure the shares among a source's labels may be, and what they count beside the motion
    classifier's."""
    rate_hz, odds_of, truth_of, motion_of = float(reader.model.config.rate_hz), [], [], []
    for part in checked:
        rows = np.random.default_rng(0).permutation(len(part.values))[:MOST_JUDGED]
        present = np.unique(part.labels)
        labels = [LABELS[i] for i in present]
        vectors = reader.vectors(part.values[rows], part.placement)
        odds_of.append(reader.log_odds(vectors, reader.labels(labels)).astype(np.float64))
        truth_of.append(np.searchsorted(present, part.labels[rows]))
        streams = (window_stream(part.values[i], rate_hz, part.placement) for i in rows)
        motion_of.append(motion_shares(streams, labels))
    costs = [
        np.mean(
            [
                -log_softmax(scale * o, axis=1)[np.arange(len(t)), t].mean()
                for o, t in zip(odds_of, truth_of, strict=True)
            ]
        )
        for scale in SCALES
    ]
    scale = SCALES[int(np.argmin(costs))]
    judged = [Judged(softmax(scale * o, axis=1), m, t) for o, m, t in zip(odds_of, motion_of, truth_of, strict=True)]
    return scale, weight_beside(judged)


def finish(
    learner: Learner, corpus: Corpus, plan: CaptionPlan, recipe: Recipe, summary: SensorLMTraining, seed: int
) -> SensorLMTraining:
    """Checkpoint and card in the run's folder."""
    model = learner.averaged()
    model.config.revision_name = f"sensorlm-s{seed}-e{summary.epochs}"
    reader = SensorReader(model, "", learner.device)
    # What the run has embedded need not be embedded again.
    reader.processor = learner.processor
    reader.remember()
    checked = validation_windows(corpus, float(model.config.rate_hz))
    figures, matching = figures_of(reader, checked)
    model.config.matching = {name: round(value, 4) for name, value in matching.items()}
    model.config.label_scale, model.config.fusion_weight = beside_motion(reader, checked)
    model.save_pretrained(summary.output_dir)
    (summary.output_dir / "model.safetensors").chmod(0o644)
    done = replace(summary, validation={name: round(value, 4) for name, value in figures.items()})
    write_card(done, plan, recipe, model.config)
    return done
