"""Batches of windows with captions written for them there and then, and which caption is true of which window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.motion.taxonomy import GROUPS, LEAVES, leaves_of
from models.motion.training.augment import augmented
from models.motion.training.corpus import (
    Corpus,
    Progress,
    TrainingStream,
    assemble,
    training_recordings,
    training_stream,
)
from models.motion.training.sampling import WindowSampler
from models.sensorlm.axes import AT_TRUNK, TRUNK, upright
from models.sensorlm.captions import window_caption, window_semantic
from models.sensorlm.configuration_sensorlm import PLACEMENTS
from models.sensorlm.modeling_sensorlm import SensorBatch
from models.sensorlm.training.plan import CaptionPlan

LABELS: tuple[str, ...] = (*LEAVES, *GROUPS)
# A set that knows no turns calls a curve "walking" too, and one that knows them calls the straight "walking".
_CURVES = ("walking_left", "walking_right")


def relation() -> npt.NDArray[np.int8]:
    """(window's label, text's label): +1 the text is true of the window, −1 it is not, 0 nobody can tell."""
    out = np.full((len(LABELS), len(LABELS)), -1, dtype=np.int8)
    for w, window in enumerate(LABELS):
        for t, text in enumerate(LABELS):
            if set(leaves_of(window)) <= set(leaves_of(text)) or (text == "walking" and window in _CURVES):
                out[w, t] = 1
            elif set(leaves_of(window)) & set(leaves_of(text)) or (window == "walking" and text in _CURVES):
                out[w, t] = 0
    return out


_RELATION = relation()


def is_true(label: str, said: str) -> bool:
    """Whether an activity that a text names is one that a window of `label` shows."""
    return bool(_RELATION[LABELS.index(label), LABELS.index(said)] > 0)


def read_streams(data_dir: Path, rate_hz: float, plan: CaptionPlan, progress: Progress | None = None) -> Corpus:
    """The plan's sets without held-out subjects, left-out sets and runs of left-out classes, pockets turned upright.

    A left-out set is not even opened: where gravity points at its placement is not learnt either.
    """
    streams = []
    names = [name for name in plan.sets if name not in plan.without_sets]
    for i, name in enumerate(names):
        if progress:
            progress(f"reading {name}", i / len(names))
        streams += [training_stream(recording, rate_hz) for recording in training_recordings(name, data_dir)]
    corpus = assemble(streams, rate_hz)
    return replace(corpus, streams=tuple(s for s in (_left(s, plan) for s in corpus.streams) if s.runs))


def _left(stream: TrainingStream, plan: CaptionPlan) -> TrainingStream:
    gone = {leaf for label in plan.without_classes for leaf in leaves_of(label)}
    runs = tuple(run for run in stream.runs if not gone & set(leaves_of(run.label)))
    return replace(stream, runs=runs, samples=upright(stream.samples, stream.position))


@dataclass(frozen=True, slots=True)
class Pairs:
    """batch: windows; texts: as many captions; truth: (windows, texts) +1, −1, 0.

    written: (level, text) that a decoder learns to write of each window: of a caption of several levels, one.
    """

    batch: SensorBatch
    texts: list[str]
    truth: Tensor
    written: list[tuple[str, str]]


def labels_of(target: Tensor) -> npt.NDArray[np.int64]:
    """(n, leaves) bool → (n,) rows of `LABELS`."""
    marks = target.cpu().numpy()
    table = np.zeros((len(LABELS), len(LEAVES)), dtype=np.bool_)
    for i, label in enumerate(LABELS):
        table[i, [LEAVES.index(leaf) for leaf in leaves_of(label)]] = True
    return np.asarray((marks[:, None, :] == table[None]).all(axis=2).argmax(axis=1))


def draw_pairs(
    sampler: WindowSampler,
    plan: CaptionPlan,
    rng: np.random.Generator,
    draws: torch.Generator,
    words: Random,
    size: int,
) -> Pairs:
    """A batch of one window length. All randomness comes from the three generators."""
    detailed = round(plan.detailed * size)
    drawn = sampler.draw(rng, draws, size, alike=detailed, of_a_run=plan.of_a_run)
    labels = labels_of(drawn.target)
    windows, placement, has_gyro = augmented(
        drawn.windows[detailed:], drawn.position[detailed:], drawn.native_20_hz[detailed:], plan.augmentation, draws
    )
    raw = drawn.windows[:detailed]
    windows = torch.cat([raw, windows])
    placement = torch.cat([drawn.position[:detailed], placement])
    has_gyro = torch.cat([torch.ones(detailed, dtype=torch.bool, device=has_gyro.device), has_gyro])
    at_trunk = torch.isin(placement, torch.tensor([PLACEMENTS.index(p) for p in AT_TRUNK], device=placement.device))
    vague = torch.rand(size, generator=draws, device=placement.device) < plan.trunk
    placement = torch.where(at_trunk & vague, torch.full_like(placement, TRUNK), placement)

    texts, written, placed = _texts(raw.cpu().numpy(), labels, placement.tolist(), plan, words)
    truth = torch.from_numpy(truth_of(labels, placement.cpu().numpy(), placed, detailed)).to(windows.device)
    return Pairs(SensorBatch(windows, placement, has_gyro), texts, truth, written)


def _texts(
    raw: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    placement: Sequence[int],
    plan: CaptionPlan,
    words: Random,
) -> tuple[list[str], list[tuple[str, str]], npt.NDArray[np.bool_]]:
    """One caption a window, one level of it, and whether a semantic one says where the sensor was."""
    texts: list[str] = []
    written: list[tuple[str, str]] = []
    placed = np.zeros(len(labels), dtype=np.bool_)
    kinds, weights = [levels for levels, _ in plan.mix], [weight for _, weight in plan.mix]
    for row, label in enumerate(labels.tolist()):
        position = PLACEMENTS[placement[row]]
        if row < len(raw):
            levels = words.choices(kinds, weights)[0]
            parts = [
                window_caption(raw[row], (level,), words, label=LABELS[label], position=position).text
                for level in levels
            ]
            texts.append("\n".join(part for part in parts if part))
            # In turn, not drawn: a draw more would change every batch after it.
            written.append((levels[row % len(levels)], parts[row % len(levels)]))
        else:
            line, placed[row] = window_semantic(LABELS[label], position, words)
            texts.append(line.text)
            written.append(("semantic", line.text))
    return texts, written, placed


def truth_of(
    labels: npt.NDArray[np.int64],
    placement: npt.NDArray[np.int64],
    placed: npt.NDArray[np.bool_],
    detailed: int,
) -> npt.NDArray[np.int8]:
    """(windows, texts). The first `detailed` texts hold numbers: true of their own windows, and of others of the same activity nobody
    can say, as far as what is done goes; what is measured tells those apart."""
    n = len(labels)
    truth = _RELATION[labels][:, labels].copy()
    told = np.array([PLACEMENTS[p] not in ("unknown", "trunk") for p in placement])
    same = placement[:, None] == placement[None, :]
    # A text that names a place is false at another known place; where the window's is not told, nobody can say.
    truth[:, placed] = np.where(
        same[:, placed], truth[:, placed], np.where(told[:, None], -1, np.minimum(truth[:, placed], 0))
    )
    truth[:, :detailed] = np.minimum(truth[:, :detailed], 0)
    truth[np.arange(n), np.arange(n)] = 1
    return truth
