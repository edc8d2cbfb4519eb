"""The recipe of a segment network; the same settings, data and seed give the same weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """width: of every hidden layer. cells: moments ahead at which activities are told. seeds: networks whose answers are
    averaged. shortest, longest: the observed shares that training draws from. noise: the largest rate of training segments
    whose activity is replaced by a random one, drawn anew for each example, so that wrong labels are nothing new."""

    width: int = 96
    cells: int = 50
    layers: int = 1
    dropout: float = 0.3
    steps: int = 800
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    seeds: int = 3
    first_seed: int = 0
    shortest: float = 0.12
    longest: float = 0.45
    stretch: float = 0.15
    noise: float = 0.0
