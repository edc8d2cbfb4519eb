"""Stage 1: the MLP and the channel markers learn to let a frozen language model tell the trend of a channel (§3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models.backbone import Progress, quiet_loading
from models.backbone.causal import EMBEDDED
from models.motion.predictor import pick_device
from models.sensorllm.batches import collate, encode_all
from models.sensorllm.configuration_sensorllm import SIX_CHANNELS, SensorLLMConfig
from models.sensorllm.data import (
    AlignmentCorpus,
    AlignmentOptions,
    AlignmentSample,
    split_recordings,
)
from models.sensorllm.frozen import FrozenParts, load_frozen
from models.sensorllm.modeling_sensorllm import SensorLLMModel, ends_of
from models.sensorllm.processing_sensorllm import SensorLLMProcessor
from models.sensorllm.reading import steps_of
from models.sensorllm.training.card import AlignmentSummary, write_alignment_card
from models.sensorllm.training.fit import Task, fit
from models.sensorllm.training.plans import AlignmentPlan
from models.sensorllm.training.step_start import start_from_steps
from models.sensorllm.training.trainer import Batch, Schedule
from recordings import UserError

DEFAULT_EPOCHS = 8
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


def read_alignment(
    data_dir: Path, plan: AlignmentPlan, seed: int, validation: bool, progress: Progress | None = None
) -> list[AlignmentSample]:
    """Random segments of the training (or validation) subjects, the same number of every set."""
    wanted = plan.validation_segments if validation else plan.segments
    samples: list[AlignmentSample] = []
    for number, name in enumerate(plan.sets):
        if progress:
            progress(f"reading {name}", number / len(plan.sets))
        recordings = list(split_recordings(name, data_dir, ["validation" if validation else "training"]))
        total = sum(recording.streams[0].n for recording in recordings) / recording_share(plan) * 6
        options = AlignmentOptions(
            seed=seed,
            partitions=1 if validation else 2,
            shortest=plan.shortest_samples,
            longest=plan.longest_samples,
            share=min(1.0, 2.0 * wanted / max(1.0, total * len(plan.kinds))),
            kinds=plan.kinds,
        )
        corpus = AlignmentCorpus(recordings, options)
        chosen = np.random.default_rng((seed, 3, number)).permutation(len(corpus))[:wanted]
        samples += [corpus[int(i)] for i in np.sort(chosen)]
    return samples


def recording_share(plan: AlignmentPlan) -> float:
    """Samples a random segment covers on average."""
    return (plan.shortest_samples + plan.longest_samples) / 2


def series_of(sample: AlignmentSample) -> list[npt.NDArray[np.float32]]:
    """The one channel of a sample, or the two of a pair."""
    return [sample.series] if sample.other is None else [sample.series, sample.other]


def series_rows(sample: AlignmentSample) -> list[tuple[str, int]]:
    """(channel, encoder rows) of each."""
    rows = len(sample.series) + 1
    return [(sample.channel, rows)] if sample.other is None else [(sample.channel, rows), (sample.other_channel, rows)]


class AlignmentExamples:
    """Layouts and encoder rows of samples, ready for `fit` and for measuring.

    read: whether rows are read where they stand; an example whose answer is too long is then kept for its rows alone.
    """

    def __init__(
        self,
        samples: Sequence[AlignmentSample],
        processor: SensorLLMProcessor,
        frozen: FrozenParts,
        longest_answer: int,
        read: bool = False,
    ) -> None:
        answers: list[list[int]] = []
        for first in range(0, len(samples), 2000):
            texts = [sample.answer for sample in samples[first : first + 2000]]
            answers += processor.tokenizer(texts, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        short = [len(answer) <= longest_answer for answer in answers]
        kept = [i for i in range(len(samples)) if short[i] or read]
        self.samples = [samples[i] for i in kept]
        self.layouts = [
            processor.alignment(series_rows(s), s.system, s.question, answers[i])
            if short[i]
            else processor.reading(series_rows(s), s.system)
            for i, s in zip(kept, self.samples, strict=True)
        ]
        self.answered = sum(short)
        self.tokens = sorted({processor.end_of_turn, *(t for i in kept if short[i] for t in answers[i])})
        self.steps = [np.concatenate([steps_of(each) for each in series_of(s)]) for s in self.samples] if read else None
        self.store = encode_all(frozen.embedder, [series_of(s) for s in self.samples])
        self.markers = 2 * len(processor.channels)
        self.lengths = [len(layout) for layout in self.layouts]

    def __len__(self) -> int:
        return len(self.samples)

    def batch(self, examples: Sequence[int]) -> Batch:
        layouts = [self.layouts[i] for i in examples]
        steps = None if self.steps is None else [self.steps[i] for i in examples]
        return collate(layouts, self.store.of(examples), self.markers, with_answers=True, steps=steps)

    @torch.inference_mode()
    def figures(self, model: SensorLLMModel, batch_size: int = 16) -> dict[str, float]:
        """validation_loss: nats a token of the answers, plus those a row by their weight; step_accuracy, whole_accuracy: rows of
        steps, and series' ends, read right."""
        model.eval()
        order = sorted(range(len(self)), key=lambda i: self.lengths[i])
        nats: list[tuple[float, int]] = []
        rows: list[tuple[float, float, float, int, int]] = []
        for first in range(0, len(order), batch_size):
            batch = {k: v.to(model.device) for k, v in self.batch(order[first : first + batch_size]).items()}
            hidden = model.hidden_states(model.embed(batch["features"], batch["input_ids"], batch["source"]))
            asked = int((batch["answers"] >= 0).sum())
            if asked:
                nats.append((float(model.answer_loss(hidden, batch["answers"])), asked))
            if "steps" in batch:
                ends = int(ends_of(batch["steps"]).sum())
                read = tuple(float(value) for value in model.step_loss(hidden, batch["steps"]))
                rows.append((read[0], read[1], read[2], int((batch["steps"] >= 0).sum()) - ends, ends))
        found = {
            "validation_loss": float(np.average([n for n, _ in nats], weights=[w for _, w in nats])) if nats else 0.0
        }
        if rows:
            loss, steps, whole, asked_steps, asked_ends = (np.array(column) for column in zip(*rows, strict=True))
            found["step_accuracy"] = float(np.average(steps, weights=asked_steps))
            found["whole_accuracy"] = float(np.average(whole, weights=asked_ends))
            found["validation_loss"] += model.config.step_weight * float(np.average(loss, weights=asked_ends))
        return {name: round(value, 5) for name, value in found.items()}


def train_alignment(
    data_dir: Path,
    output_dir: Path,
    *,
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
    plan: AlignmentPlan | None = None,
    frozen: FrozenParts | None = None,
    examples: tuple[AlignmentExamples, AlignmentExamples] | None = None,
    stop_after: int | None = None,
) -> AlignmentSummary:
    """Align, choose the step by the loss on validation subjects, and write checkpoint, card and state into `output_dir`.

    examples: training and validation examples made before (several runs share them). The checkpoint holds only what was
    trained. Raises UserError where data, backbone or encoder are missing or the folder holds another run.
    """
    plan = plan or AlignmentPlan()
    chosen = pick_device(device)
    output_dir.mkdir(parents=True, exist_ok=True)
    frozen = frozen or load_frozen(backbone, encoder, device=chosen, progress=progress)
    processor = SensorLLMProcessor(frozen.tokenizer, SIX_CHANNELS)
    if examples is None:
        made = [
            AlignmentExamples(
                read_alignment(data_dir, plan, seed, validation, progress),
                processor,
                frozen,
                plan.longest_answer,
                read=plan.step_weight > 0 and bool(processor.step_tokens()),
            )
            for validation in (False, True)
        ]
        examples = (made[0], made[1])
    training, validating = examples
    if not len(training) or not len(validating):
        raise UserError(
            data_dir,
            expected="segments of training subjects",
            found="none",
            cure="name a folder with the public data sets",
        )
    config = SensorLLMConfig(
        channels=SIX_CHANNELS,
        backbone=frozen.backbone_reference,
        backbone_revision=frozen.backbone_revision,
        backbone_size=frozen.backbone_size,
        encoder=frozen.embedder.reference,
        encoder_revision=frozen.embedder.revision,
        encoder_size=frozen.embedder.size,
        projector_sizes=plan.projector_sizes,
        stage="align",
        rates_hz=sorted({s.rate_hz for s in training.samples}),
        segment_samples=(plan.shortest_samples, plan.longest_samples),
        kinds=plan.kinds,
        answer_tokens=[] if plan.whole_vocabulary else sorted({*training.tokens, *validating.tokens}),
        step_tokens=[] if training.steps is None else processor.step_tokens(),
        step_weight=plan.step_weight,
        checkpoint_name="sensorllm-align",
        licence=LICENCE,
        subjects=_subjects(training.samples),
    )
    model = fresh_model(config, frozen, seed, chosen)
    if training.steps is not None and plan.warm_steps:
        wanted = torch.from_numpy(np.concatenate(training.steps))
        loss = start_from_steps(model, training.store.values, wanted, plan.warm_steps, seed)
        if progress:
            progress(f"rows turned towards their words: {loss:.3f} nats", 0.0)
    task = Task(
        lengths=training.lengths,
        make=training.batch,
        draw=lambda rng: np.arange(len(training)),
        validate=validating.figures,
        better=("validation_loss", False),
    )
    outcome = fit(
        model,
        task,
        output_dir,
        {"stage": "align", "plan": _plain(plan), "examples": len(training), "backbone": config.backbone_revision},
        epochs=epochs or DEFAULT_EPOCHS,
        seed=seed,
        schedule=Schedule() if batch is None else Schedule(batch=batch),
        micro_batch=micro_batch or (32 if chosen.type == "cuda" else 4),
        budget_minutes=budget_minutes,
        resume=resume,
        progress=progress,
        stop_after=stop_after,
    )
    summary = AlignmentSummary(
        output_dir,
        str(chosen),
        sum(p.numel() for p in model.parameters()),
        len(training),
        validating.figures(model),
        config.subjects,
        outcome,
    )
    model.config.revision_name = f"{config.checkpoint_name}-s{seed}-n{outcome.best_step}"
    save_trained(model, output_dir)
    write_alignment_card(output_dir, model.config, summary)
    return summary


def fresh_model(config: SensorLLMConfig, frozen: FrozenParts, seed: int, device: torch.device) -> SensorLLMModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SensorLLMModel(config)
    return model.attach(frozen.backbone, fresh=True).to(device)


def save_trained(model: SensorLLMModel, folder: Path) -> None:
    """config.json and model.safetensors with the trained parts alone."""
    with quiet_loading():
        model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)


def _subjects(samples: Sequence[AlignmentSample]) -> dict[str, list[str]]:
    who: dict[str, set[str]] = {}
    for sample in samples:
        who.setdefault(sample.dataset, set()).add(sample.subject)
    return {name: sorted(found, key=lambda s: (len(s), s)) for name, found in who.items()}


def _plain(plan: AlignmentPlan) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(plan).items()}
