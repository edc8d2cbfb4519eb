"""Tuning on windows at hand, encoded once for several tunings: what an evaluation's rows of one fold share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.backbone import Progress
from models.sensorllm.batches import FeatureStore, encode_all
from models.sensorllm.configuration_sensorllm import SIX_CHANNELS
from models.sensorllm.data import WINDOW_PROTOCOLS, WindowSample
from models.sensorllm.frozen import FrozenParts
from models.sensorllm.processing_sensorllm import SensorLLMProcessor
from models.sensorllm.training.card import TuningSummary
from models.sensorllm.training.drawing import evenly_beside
from models.sensorllm.training.plans import TuningPlan
from models.sensorllm.training.trainer import Schedule
from models.sensorllm.training.tuning import WindowExamples, train_tuning
from models.sensorllm.training.turned import turned


@dataclass(frozen=True, slots=True)
class EncodedPool:
    """Windows to learn from and to choose by, with the encoder's rows of each: what several tunings share."""

    training: list[WindowSample]
    validation: list[WindowSample]
    stores: tuple[FeatureStore, FeatureStore]


def drawn_rows(labels: Sequence[str], sets: Sequence[str], own: str, wanted: int, side: int) -> npt.NDArray[np.int64]:
    """Which windows a pool keeps of those to learn from (side 0) or to choose by (1), of set `own` at most so many (`evenly_beside`)."""
    return evenly_beside(labels, sets, own, wanted, np.random.default_rng((5, side)))


def encode_pool(
    training: Sequence[WindowSample],
    validation: Sequence[WindowSample],
    own: str,
    plan: TuningPlan,
    frozen: FrozenParts,
) -> EncodedPool:
    """As many of the windows of set `own` as the plan keeps, others' on top, those to learn from turned by its degrees.

    Minutes for some thousands.
    """
    kept = []
    for samples, wanted, number in ((training, plan.pool, 0), (validation, plan.validation_windows, 1)):
        rows = drawn_rows([s.label for s in samples], [s.dataset for s in samples], own, wanted, number)
        kept.append([samples[int(i)] for i in rows])
    kept[0] = turned(kept[0], plan.turned_deg)
    stores = [encode_all(frozen.embedder, [list(s.series) for s in chosen]) for chosen in kept]
    return EncodedPool(kept[0], kept[1], (stores[0], stores[1]))


def tune_on_windows(
    pool: EncodedPool,
    labels: Sequence[str],
    output_dir: Path,
    *,
    aligned: Path | None,
    plan: TuningPlan,
    frozen: FrozenParts,
    steps: int | None = None,
    batch: int | None = None,
    micro_batch: int | None = None,
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
) -> TuningSummary:
    """`train_tuning` on windows at hand of one of the four sets, which `labels` tells. steps: about so many, whole epochs."""
    name = next(key for key, protocol in WINDOW_PROTOCOLS.items() if set(protocol.classes) == set(labels))
    processor = SensorLLMProcessor(frozen.tokenizer, SIX_CHANNELS)
    names = WINDOW_PROTOCOLS[name].classes
    made = [
        WindowExamples(samples, processor, frozen, names, plan.text, plan.pooled_rows, store, plan.value_kinds)
        for samples, store in zip((pool.training, pool.validation), pool.stores, strict=True)
    ]
    drawn = min(plan.windows_per_epoch, len(made[0]))
    return train_tuning(
        Path(),
        output_dir,
        dataset=name,
        aligned=aligned,
        seed=seed,
        epochs=None if steps is None else max(1, round(steps * (batch or Schedule().batch) / drawn)),
        device=device,
        micro_batch=micro_batch,
        batch=batch,
        plan=plan,
        frozen=frozen,
        examples=(made[0], made[1]),
        progress=progress,
    )
