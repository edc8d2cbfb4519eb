"""Stage 2: all channels of a window, its statistics and a question; the MLP and a class head learn the activity (§3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from torch import Tensor

from models.backbone import Progress
from models.backbone.causal import EMBEDDED
from models.motion.beside import Judged, motion_shares, weight_beside, window_stream
from models.motion.predictor import pick_device
from models.sensorllm.batches import FeatureStore, collate, encode_all
from models.sensorllm.configuration_sensorllm import SIX_CHANNELS, SensorLLMConfig
from models.sensorllm.data import (
    WINDOW_PROTOCOLS,
    SplitName,
    ValueKind,
    WindowSample,
    split_recordings,
    values_of,
    window_samples,
)
from models.sensorllm.frozen import FrozenParts, load_frozen
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import SensorLLMProcessor, rows_of
from models.sensorllm.training.alignment import DEFAULT_EPOCHS, LICENCE, fresh_model, save_trained
from models.sensorllm.training.beside import check_beside, windows_beside
from models.sensorllm.training.card import TuningSummary, write_tuning_card
from models.sensorllm.training.class_start import start_from_classes
from models.sensorllm.training.drawing import evenly_beside
from models.sensorllm.training.fit import Task, fit
from models.sensorllm.training.plans import TuningPlan
from models.sensorllm.training.trainer import Batch, Schedule
from models.sensorllm.training.turned import turned
from recordings import UserError

# Windows are laid out and encoded this many at a time when only answers are wanted.
WINDOWS_AT_ONCE = 512


def read_windows(data_dir: Path, dataset: str, split: SplitName, seed: int = 0) -> list[WindowSample]:
    """Every window of a split of a set, by the set's protocol."""
    return list(window_samples(split_recordings(dataset, data_dir, [split]), seed))


def people_of(samples: Sequence[WindowSample]) -> dict[str, list[str]]:
    """Set → its people of whom there are windows."""
    found: dict[str, set[str]] = {}
    for sample in samples:
        found.setdefault(sample.dataset, set()).add(sample.subject)
    return {name: sorted(people, key=lambda who: (len(who), who)) for name, people in sorted(found.items())}


class WindowExamples:
    """Layouts and encoder rows of windows. store: their rows where they were encoded before."""

    def __init__(
        self,
        samples: Sequence[WindowSample],
        processor: SensorLLMProcessor,
        frozen: FrozenParts,
        labels: Sequence[str],
        text: bool,
        pooled_rows: int = 1,
        store: FeatureStore | None = None,
        value_kinds: Sequence[ValueKind] = ("statistics",),
    ) -> None:
        self.samples = list(samples)
        self.layouts = [
            processor.window(
                dict.fromkeys(s.channels, rows_of(s.series.shape[1], pooled_rows)),
                s.statistics if text else "",
                s.question if text else "",
            )
            for s in self.samples
        ]
        self.store = store or encode_all(frozen.embedder, [list(s.series) for s in self.samples])
        rate_hz = self.samples[0].rate_hz if self.samples else 0.0
        self.levels = torch.from_numpy(values_of([s.series for s in self.samples], rate_hz, value_kinds))
        self.markers = 2 * len(processor.channels)
        self.lengths = [len(layout) for layout in self.layouts]
        self.targets = [list(labels).index(s.label) for s in self.samples]

    def __len__(self) -> int:
        return len(self.samples)

    def batch(self, examples: Sequence[int]) -> Batch:
        layouts = [self.layouts[i] for i in examples]
        targets = [self.targets[i] for i in examples]
        levels = self.levels[list(examples)]
        return collate(layouts, self.store.of(examples), self.markers, targets=targets, levels=levels)

    @torch.inference_mode()
    def logits(self, model: SensorLLMModel, batch_size: int = 32) -> npt.NDArray[np.float64]:
        """(n, labels) in the order of the samples."""
        model.eval()
        out: list[Tensor] = []
        for first in range(0, len(self), batch_size):
            batch = self.batch(range(first, min(first + batch_size, len(self))))
            out.append(model(**{k: v.to(model.device) for k, v in batch.items()}).logits.double().cpu())
        return torch.cat(out).numpy()


def class_weights(targets: Sequence[int], classes: int) -> Tensor:
    """(classes,) inverse training frequency, summing to one (as SensorLLM's code weighs its loss)."""
    counts = np.bincount(np.asarray(targets), minlength=classes).astype(np.float64)
    inverse = np.where(counts > 0, 1.0 / np.maximum(counts, 1.0), 0.0)
    return torch.tensor(inverse / inverse.sum(), dtype=torch.float32)


def figures(logits: npt.NDArray[np.float64], targets: Sequence[int]) -> dict[str, float]:
    from sklearn.metrics import f1_score

    found = logits.argmax(axis=1)
    truth = np.asarray(targets)
    return {
        "macro_f1": round(float(f1_score(truth, found, average="macro")), 5),
        "accuracy": round(float((found == truth).mean()), 5),
    }


def fit_temperature(logits: npt.NDArray[np.float64], targets: Sequence[int]) -> float:
    """The divisor of the logits with the smallest cross-entropy, on a grid of a fortieth of a decade."""
    from scipy.special import log_softmax

    truth = np.asarray(targets)
    grid = np.logspace(-0.6, 1.2, 73)
    costs = [-log_softmax(logits / t, axis=1)[np.arange(len(truth)), truth].mean() for t in grid]
    return float(round(grid[int(np.argmin(costs))], 4))


def train_tuning(
    data_dir: Path,
    output_dir: Path,
    *,
    dataset: str,
    aligned: Path | None,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    backbone: str = EMBEDDED,
    encoder: str | None = None,
    micro_batch: int | None = None,
    batch: int | None = None,
    projector_sizes: Sequence[int] = (512,),
    plan: TuningPlan | None = None,
    frozen: FrozenParts | None = None,
    examples: tuple[WindowExamples, WindowExamples] | None = None,
    stop_after: int | None = None,
) -> TuningSummary:
    """Tune on the training subjects of `dataset`, choose by macro-F1 on its validation subjects, write into `output_dir`.

    aligned: the checkpoint of stage 1 whose MLP and markers are the start; None starts afresh (the task-only ablation, with
    `projector_sizes`). Only MLP and head learn: the markers keep what stage 1 gave them. Raises UserError as alignment does,
    and for a checkpoint of another backbone or encoder.
    """
    from models.sensorllm.checkpoints import load_trained

    plan = plan or TuningPlan()
    check_beside(dataset, plan.beside)
    chosen = pick_device(device)
    output_dir.mkdir(parents=True, exist_ok=True)
    start = load_trained(aligned) if aligned is not None else None
    if frozen is None:
        names = (backbone, encoder) if start is None else (start.config.backbone, start.config.encoder)
        frozen = load_frozen(*names, device=chosen, progress=progress)
    protocol = WINDOW_PROTOCOLS[dataset]
    processor = SensorLLMProcessor(frozen.tokenizer, SIX_CHANNELS)
    if examples is None:
        examples = tuning_examples(data_dir, dataset, plan, processor, frozen, seed)
    training, validating = examples
    if not len(training) or not len(validating):
        raise UserError(
            data_dir, expected=f"windows of {dataset}", found="none", cure="name a folder with the data sets"
        )
    most = len(getattr(frozen.backbone.base_model, "layers", ()))
    if plan.backbone_layers > most:
        raise UserError(
            "--layers", expected=f"at most the backbone's {most} layers", found=plan.backbone_layers, cure="name fewer"
        )
    config = SensorLLMConfig(
        channels=SIX_CHANNELS,
        backbone=frozen.backbone_reference,
        backbone_revision=frozen.backbone_revision,
        backbone_size=frozen.backbone_size,
        encoder=frozen.embedder.reference,
        encoder_revision=frozen.embedder.revision,
        encoder_size=frozen.embedder.size,
        projector_sizes=start.config.projector_sizes if start else projector_sizes,
        stage="tune",
        rates_hz=start.config.rates_hz if start else [],
        segment_samples=start.config.segment_samples if start else [],
        rate_hz=training.samples[0].rate_hz,
        window_samples=training.samples[0].series.shape[1],
        labels=protocol.classes,
        position=protocol.position,
        dataset=dataset,
        text=plan.text,
        pooled_rows=plan.pooled_rows,
        backbone_layers=plan.backbone_layers,
        by_value=plan.by_value,
        value_kinds=plan.value_kinds,
        turned_deg=plan.turned_deg,
        kinds=start.config.kinds if start else [],
        checkpoint_name=f"sensorllm-{dataset}",
        licence=LICENCE,
        subjects=people_of(training.samples),
    )
    model = fresh_model(config, frozen, seed, chosen)
    if start is not None:
        model.projector.load_state_dict(start.projector.state_dict())
        model.markers.load_state_dict(start.markers.state_dict())
    model.markers.requires_grad_(False)
    # As often as a class is met in this set: other sets' windows say nothing about that.
    own = [number for number, s in zip(training.targets, training.samples, strict=True) if s.dataset == dataset]
    model.class_weights = class_weights(own, len(config.labels))
    if plan.warm_steps:
        loss = start_from_classes(
            model, processor, training.store.values, training.levels, training.targets, plan.warm_steps, seed
        )
        if progress:
            progress(f"rows turned towards their classes: {loss:.3f} nats", 0.0)
    truth, sets = [s.label for s in training.samples], [s.dataset for s in training.samples]
    task = Task(
        lengths=training.lengths,
        make=training.batch,
        draw=lambda rng: evenly_beside(truth, sets, dataset, plan.windows_per_epoch, rng),
        validate=lambda network: figures(validating.logits(network), validating.targets),
        better=("macro_f1", True),
    )
    outcome = fit(
        model,
        task,
        output_dir,
        {
            "stage": "tune",
            "dataset": dataset,
            "plan": {**asdict(plan), "value_kinds": list(plan.value_kinds), "beside": list(plan.beside)},
            "aligned": start.config.revision_name if start else "none",
            "backbone": config.backbone_revision,
        },
        epochs=epochs or DEFAULT_EPOCHS,
        seed=seed,
        schedule=Schedule() if batch is None else Schedule(batch=batch),
        micro_batch=micro_batch or (16 if chosen.type == "cuda" else 4),
        budget_minutes=budget_minutes,
        resume=resume,
        progress=progress,
        stop_after=stop_after,
    )
    logits = validating.logits(model)
    model.config.logit_divisor = fit_temperature(logits, validating.targets)
    motion = motion_shares(
        (window_stream(sample.series, sample.rate_hz, protocol.position) for sample in validating.samples),
        config.labels,
    )
    own = softmax(logits / model.config.logit_divisor, axis=1)
    model.config.fusion_weight = weight_beside([Judged(own, motion, validating.targets)])
    model.config.revision_name = f"{config.checkpoint_name}-s{seed}-n{outcome.best_step}"
    summary = TuningSummary(
        output_dir,
        dataset,
        str(chosen),
        sum(p.numel() for p in model.parameters() if p.requires_grad),
        len(training),
        figures(logits, validating.targets),
        model.config.logit_divisor,
        model.config.fusion_weight,
        config.subjects,
        outcome,
    )
    save_trained(model, output_dir)
    write_tuning_card(output_dir, model.config, summary, plan)
    return summary


def can_train_here() -> bool:
    """Whether there is a device on which the second stage takes minutes."""
    return torch.cuda.is_available()


def tuning_examples(
    data_dir: Path, dataset: str, plan: TuningPlan, processor: SensorLLMProcessor, frozen: FrozenParts, seed: int
) -> tuple[WindowExamples, WindowExamples]:
    """Training pool and validation windows of a set."""
    labels = WINDOW_PROTOCOLS[dataset].classes
    made = []
    for split, wanted, number in (("training", plan.pool, 0), ("validation", plan.validation_windows, 1)):
        found = read_windows(data_dir, dataset, "training" if split == "training" else "validation", seed)
        found += windows_beside(dataset, plan.beside, data_dir, seed) if split == "training" else []
        rng = np.random.default_rng((seed, 5, number))
        rows = evenly_beside([s.label for s in found], [s.dataset for s in found], dataset, wanted, rng)
        kept = [found[int(i)] for i in rows]
        made.append(
            WindowExamples(
                turned(kept, plan.turned_deg, seed) if split == "training" else kept,
                processor,
                frozen,
                labels,
                plan.text,
                plan.pooled_rows,
                value_kinds=plan.value_kinds,
            )
        )
    return made[0], made[1]
