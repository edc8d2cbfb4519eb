"""The model card that a training run writes beside its weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from models.motion.subjects import VALIDATION_SUBJECTS
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.training.plan import CaptionPlan, Recipe
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@dataclass(frozen=True, slots=True)
class SensorLMTraining:
    """The outcome, as it goes into the card. validation: figures on the validation subjects, who never train."""

    output_dir: Path
    epochs: int
    windows_seen: int
    seconds: float
    device: str
    parameters: int
    loss: float
    validation: dict[str, float]
    train_subjects: dict[str, list[str]]
    hours: float
    without_classes: tuple[str, ...] = ()
    without_sets: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _people(names: object) -> str:
    return ", ".join(sorted(map(str, names), key=lambda s: (len(s), s)))  # type: ignore[call-overload]


def write_card(summary: SensorLMTraining, plan: CaptionPlan, recipe: Recipe, config: SensorLMConfig) -> None:
    """`README.md` and `training.json` (the same numbers for a program)."""
    tower = (
        "a transformer over sentences: each is a frozen all-MiniLM-L6-v2 vector of its words (not part of these weights) beside its numbers by value"
        if config.text_tower == "sentences"
        else "a transformer over the captions' words, trained from scratch"
    )
    measured = []
    if config.measures:
        sums, timed = config.detail_sizes
        measured = [
            f"- Of a vector, {config.embedding_size} numbers are what is done and {sums} + {timed} what is measured (sums, and when something rises, falls, stays, peaks or",
            "  drops): a deviation, learnt as a choice among a batch's texts with numbers. Labels and searches ask what is done.",
        ]  # fmt: skip
    lines = [
        "# SensorLM for short motion windows",
        "",
        f"Windows and sentences in one space of {config.vector_size} numbers ({summary.parameters:,} parameters), after SensorLM",
        "(Zhang et al., 2025) at small scale. How it works and what it is measured at: `docs/sensorlm.md`.",
        "",
        f"- Sensor tower: a vision transformer over 50 Hz × {config.columns} signals, patches of {config.patch_rows} samples × {config.patch_columns} signals,",
        f"  width {config.width}, depth {config.depth}, attention pooling. Deviation: a token of window statistics and one of the placement.",
        f"- Text tower: {tower}.",
        *measured,
        f"- Objective: {config.objective}, scale {config.initial_scale:g} and bias {config.initial_bias:g} at the start. Deviation: a caption that is true of",
        "  several windows of a batch is a match for all of them.",
        f"- {summary.windows_seen:,} windows drawn from {summary.hours:g} labelled hours, captions written anew for each; batch {recipe.batch_size}, AdamW,",
        f"  peak rate {recipe.peak_rate:g}, {summary.epochs} epochs of {recipe.epoch_windows:,} windows, last mean loss {summary.loss:.3f}.",
        f"- Captions: {plan.detailed:.0%} with numbers, {plan.of_a_run} windows from one run (" + ", ".join(f"{'+'.join(levels)} {weight:.0%}" for levels, weight in plan.mix) + "), the others semantic.",
        f"- Words for activities: {len(config.known_phrases)}. Left out: classes {', '.join(plan.without_classes) or 'none'}; sets {', '.join(plan.without_sets) or 'none'}.",
        "",
        "## Data and licence",
        "",
        _row("set", "licence as its files say", "trained on", "validation", "held out"),
        _row(*["---"] * 5),
    ]  # fmt: skip
    for name, who in summary.train_subjects.items():
        card = dataset(name).card
        lines.append(
            _row(
                f"{card.title}: {card.citation}",
                card.licence,
                ", ".join(who),
                _people(VALIDATION_SUBJECTS[name]),
                _people(HELD_OUT_SUBJECTS[name]),
            )
        )
    lines += [
        "",
        "**Not for commercial use**: one set forbids it, another was distributed for research. No sample of a held-out subject was read.",
        "",
        "## Numbers on the validation subjects",
        "",
        "Labels by their words alone among the labels of the set; a window's own caption of all levels among those of the others.",
        "",
        _row("source", "macro AUROC", "macro-F1", "R@10", "pool"),
        _row(*["---"] * 5),
    ]
    v = summary.validation
    for name in sorted(key.partition("/")[2] for key in v if key.startswith("auroc/")):
        lines.append(
            _row(name, f"{v[f'auroc/{name}']:.3f}", f"{v[f'macro_f1/{name}']:.3f}", f"{v[f'recall_at_10/{name}']:.3f}", f"{v[f'pool/{name}']:.0f}")
        )  # fmt: skip
    m = config.matching
    lines += [
        "",
        f"A sentence counts as found from log-odds {m.get('log_odds', 0):.2f}, at most {m.get('behind', 0):g} behind the likeliest activity (precision {m.get('precision', 0):.2f}, recall {m.get('recall', 0):.2f} on these windows, all labels asked).",
        "",
    ]
    folder = summary.output_dir
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    body = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(summary).items() if k != "output_dir"}
    (folder / "training.json").write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
