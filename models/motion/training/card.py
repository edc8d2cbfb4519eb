"""The model card that a training run writes beside its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What goes into the card. validation: protocol → macro_f1, accuracy, ece, n out of fold."""

    output_dir: Path
    epochs: int
    seconds: float
    device: str
    parameters: int
    validation: dict[str, dict[str, float]]
    temperatures: dict[str, float]
    train_subjects: dict[str, list[str]]
    folds: int
    history: dict[str, list[float]]


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def write_card(folder: Path, summary: TrainingSummary, outcome: Mapping[str, Any]) -> None:
    """`README.md` and `training.json` (the same numbers for a program)."""
    lines = [
        "# Motion classifier",
        "",
        f"Compact 1-D convolutional classifiers and regressions, pooled ({summary.parameters:,} numbers in all), for",
        "three-axis acceleration, with or without a gyroscope, worn at the hip, in a trouser pocket, at the waist or on the",
        "wrist. How it works: `docs/models.md`.",
        "",
        "## Data and licence",
        "",
        _row("set", "licence as its files say", "trained on", "held out"),
        _row(*["---"] * 4),
    ]
    for name, who in summary.train_subjects.items():
        card = dataset(name).card
        held = sorted(HELD_OUT_SUBJECTS[name], key=lambda s: (len(s), s))
        lines.append(_row(f"{card.title}: {card.citation}", card.licence, ", ".join(who), ", ".join(held)))
    lines += [
        "",
        "**Not for commercial use**: the second set forbids it, and the first was distributed for research. No sample of a",
        "held-out subject was read.",
        "",
        "## Numbers on people that the answering networks had not seen",
        "",
        f"Closed-set windows of each set's protocol, all training subjects in {summary.folds} folds: each fold answered by networks",
        "and regressions trained like the final ones on the other folds (what reads no label was learnt from all: the rule that",
        "turns a stream's axes, the convolutions' biases). These answers chose the weights of the pool, four numbers for each kind",
        "of stream, so its figures are a little optimistic. ECE: expected calibration error of the top class, 15 bins. By the",
        "side: the networks alone, and regressions on window statistics, on random convolutions, on what no turning changes.",
        "Unknown position: every window turned at random and not named; networks alone.",
        "",
        _row(
            "protocol",
            "windows",
            "macro-F1",
            "by fold",
            "accuracy",
            "ECE",
            "macro-F1, networks alone",
            *outcome["experts"],
            "unknown position",
        ),
        _row(*["---"] * (8 + len(outcome["experts"]))),
    ]
    for name, row in summary.validation.items():
        parts = (outcome["networks"], *outcome["experts"].values(), outcome["unknown_position"])
        alone = [table[name]["macro_f1"] for table in parts]
        folds = [f"{100 * fold[name]['macro_f1']:.1f}" for fold in outcome["by_fold"] if name in fold]
        lines.append(
            _row(
                name,
                int(row["n"]),
                f"{100 * row['macro_f1']:.1f}",
                ", ".join(folds),
                f"{100 * row['accuracy']:.1f}",
                f"{100 * row['ece']:.1f}",
                *(f"{100 * value:.1f}" for value in alone),
            )
        )
    lines += [
        "",
        "Weights of the logits of the networks, "
        + ", ".join(outcome["experts"])
        + ": "
        + "; ".join(f"{k} {', '.join(f'{w:.2f}' for w in weights)}" for k, weights in outcome["pool"].items())
        + ". Without a gyroscope the",
        "networks answer alone, divided by their temperatures: "
        + "; ".join(f"{k} {v:g}" for k, v in summary.temperatures.items())
        + ".",
        "The numbers on the held-out subjects, beside library models: `telltale eval har`.",
        "",
        "## Limits",
        "",
        "- Young, healthy adults following a script; ten subjects stand for every wrist. A closed set: what is none of the",
        "  labels is still given one, with whatever confidence is left.",
        "- A pocket phone hardly sees what hands do. Stairs up and down, sitting and standing, and the four eating labels",
        "  are confused with each other most; elevators in two seconds of samples are close to standing.",
        "- Only `stairs` is known at the wrist. Left and right turns come from one set of fourteen people.",
        "- With the position unknown, posture is told poorly: gravity's direction is what tells it.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    body = {
        "epochs": summary.epochs,
        "folds": summary.folds,
        "parameters": summary.parameters,
        "validation": summary.validation,
        **outcome,
        "temperatures": summary.temperatures,
        "train_subjects": summary.train_subjects,
        "losses": summary.history,
    }
    (folder / "training.json").write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
