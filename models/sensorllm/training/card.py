"""The cards that both stages write beside their weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.sensorllm.configuration_sensorllm import SensorLLMConfig
from models.sensorllm.training.fit import FitOutcome
from models.sensorllm.training.plans import TuningPlan
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@dataclass(frozen=True, slots=True)
class AlignmentSummary:
    """What goes into the card."""

    output_dir: Path
    device: str
    parameters: int
    examples: int
    validation: dict[str, float]
    train_subjects: dict[str, list[str]]
    fit: FitOutcome


@dataclass(frozen=True, slots=True)
class TuningSummary:
    """validation: macro_f1, accuracy and calibration error of the kept parameters on the validation subjects' windows."""

    output_dir: Path
    dataset: str
    device: str
    parameters: int
    windows: int
    validation: dict[str, float]
    temperature: float
    fusion_weight: float
    train_subjects: dict[str, list[str]]
    fit: FitOutcome


def _data(subjects: Mapping[str, Sequence[str]]) -> list[str]:
    lines = ["| set | licence as its files say | trained on | held out |", "| --- | --- | --- | --- |"]
    for name, who in subjects.items():
        card = dataset(name).card
        held = ", ".join(sorted(HELD_OUT_SUBJECTS[name], key=lambda s: (len(s), s)))
        lines.append(f"| {card.title}: {card.citation} | {card.licence} | {', '.join(who)} | {held} |")
    return [
        "## Data and licence",
        "",
        *lines,
        "",
        "**Not for commercial use**: one of the sets forbids it, and another was distributed for research. No sample of a held-out",
        "subject was read; the validation subjects chose the step, and no test subject chose anything.",
        "",
    ]


def _parts(config: SensorLLMConfig) -> list[str]:
    return [
        "Only what was trained is stored here. Frozen and found by name: the language model"
        f" `{config.backbone}` (revision {config.backbone_revision})",
        f"and the time-series encoder `{config.encoder}` (revision {config.encoder_revision}; not Amazon's weights unless it says so).",
        "",
    ]


def write_alignment_card(folder: Path, config: SensorLLMConfig, summary: AlignmentSummary) -> None:
    low, high = config.segment_samples
    lines = [
        "# SensorLLM, aligned (stage 1)",
        "",
        f"An alignment MLP ({' → '.join(map(str, [config.encoder_size, *config.projector_sizes, config.backbone_size]))}) and two marker rows a channel",
        f"({summary.parameters:,} parameters), after Li et al., SensorLLM, EMNLP 2025. It lets a language model tell the trend of one",
        "channel of acceleration or rotation in words.",
        "",
        *_parts(config),
        *_data(summary.train_subjects),
        "## Numbers on the validation subjects",
        "",
        f"{summary.examples:,} segments of {low} to {high} samples, {summary.fit.steps} steps of {summary.fit.batch}, step {summary.fit.best_step} kept.",
        f"Cross-entropy of the answers{' and, by its weight, of the rows' if config.step_tokens else ''}: {summary.validation['validation_loss']:.3f} nats (the wording is drawn at random, so it cannot reach 0).",
        *_read(summary),
        "What the sentences are worth on the held-out subjects: `telltale eval captions`.",
        "",
        "## Limits",
        "",
        "- What it says is a guess until it is checked against the samples; `describe_trend` does that.",
        f"- Segments shorter than {low} or longer than {high} samples, and rates other than {', '.join(f'{r:g}' for r in config.rates_hz)} Hz, were never seen.",
        "",
    ]
    _write(folder, lines, asdict(summary))


def _read(summary: AlignmentSummary) -> list[str]:
    """What reading rows where they stand reaches, where it was taught."""
    share = summary.validation.get("step_accuracy")
    whole = summary.validation.get("whole_accuracy")
    if share is None:
        return []
    ends = "" if whole is None else f"; series' ends whose next word names the overall trend: {100 * whole:.1f}"
    return [f"Rows whose next word names their step: {100 * share:.1f} in a hundred{ends}."]


def _cuts(config: SensorLLMConfig, plan: TuningPlan) -> list[str]:
    """What differs from the paper's form."""
    cuts = [f"{config.pooled_rows} neighbouring rows averaged after the MLP"] if config.pooled_rows > 1 else []
    if config.backbone_layers:
        cuts.append(f"the head reads the state after the backbone's first {config.backbone_layers} layers")
    if config.by_value:
        cuts.append(
            f"{', '.join(config.value_kinds)} of the channels reach the rows by value, through a layer {config.by_value} wide"
        )
    if plan.turned_deg:
        cuts.append(f"training windows turned by up to {plan.turned_deg:g} degrees")
    if plan.beside:
        cuts.append(f"windows of {' and '.join(plan.beside)} in the pool beside the set's own, in its form")
    if plan.warm_steps:
        cuts.append(f"first, {plan.warm_steps} steps of the MLP alone turned rows towards the names of classes")
    return [f"Not as in the paper: {'; '.join(cuts)}.", ""] if cuts else []


def write_tuning_card(folder: Path, config: SensorLLMConfig, summary: TuningSummary, plan: TuningPlan) -> None:
    start = "the aligned MLP and markers" if config.segment_samples else "a fresh MLP (the task-only ablation)"
    lines = [
        f"# SensorLLM, tuned on {dataset(config.dataset).card.title} (stage 2)",
        "",
        f"{len(config.channels)} channels, windows of {config.window_samples} samples at {config.rate_hz:g} Hz, {len(config.labels)} activities, worn at the {config.position};",
        f"{summary.parameters:,} parameters trained, from {start}; {'statistics and a question in the text' if config.text else 'no text'}.",
        "",
        *_cuts(config, plan),
        *_parts(config),
        *_data(config.subjects),
        "## Numbers on the validation subjects",
        "",
        f"Macro-F1 {100 * summary.validation['macro_f1']:.1f}, accuracy {100 * summary.validation['accuracy']:.1f}; {summary.windows} training windows,",
        f"{summary.fit.steps} steps of {summary.fit.batch}, step {summary.fit.best_step} kept; temperature {summary.temperature:g}.",
        f"Weight beside the motion classifier when both are asked: {summary.fusion_weight:g} (0: it changed nothing for the better).",
        "The numbers on the held-out subjects, beside every baseline: `telltale eval sensorllm`.",
        "",
        "## Limits",
        "",
        "- A closed set of one place on the body and one rate; what is none of the labels is still given one.",
        "- A window costs a pass of the language model over all its samples: in the paper's form about a second on two processor cores.",
        "",
    ]
    _write(folder, lines, asdict(summary))


def _write(folder: Path, lines: Sequence[str], body: dict[str, Any]) -> None:
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    body.pop("output_dir")
    text = json.dumps(body, indent=1, sort_keys=True, default=str)
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")
