"""The card of a pretrained LIMU-BERT: what it read, who was left out, what it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.limubert.windows import LabelledWindow
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


def set_of(window: LabelledWindow) -> str:
    """The data set of a window's protocol (`wisdm_watch` → `wisdm`)."""
    return "wisdm" if window.dataset.startswith("wisdm") else window.dataset


def by_number(subjects: set[str] | frozenset[str]) -> list[str]:
    return sorted(subjects, key=lambda s: (len(s), s))


def card(facts: Mapping[str, Any], sides: Mapping[str, Sequence[LabelledWindow]]) -> str:
    """facts: of `Pretraining`. sides: train, validation and test windows (the last only measured)."""
    lines = [
        "# LIMU-BERT",
        "",
        f"The encoder of Xu et al. (SenSys 2021) at full size ({facts['parameters']:,} parameters with its reconstruction head),",
        "pretrained without labels. It reads 6 s at 20 Hz: acceleration divided by 9.8, rotation in rad/s.",
        "",
        "| set | licence as its files say | pretrained on | validation | held out |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in sorted({set_of(w) for w in sides["train"]}):
        about = dataset(name).card
        who = [
            ", ".join(by_number({w.subject for w in sides[s] if set_of(w) == name})) for s in ("train", "validation")
        ]
        lines.append(
            f"| {about.title} | {about.licence} | {who[0]} | {who[1]} | {', '.join(by_number(HELD_OUT_SUBJECTS[name]))} |"
        )
    lines += [
        "",
        f"{facts['steps']:,} steps of {facts['batch_size']} windows, {facts['epochs']:.1f} passes over"
        f" {facts['train_windows']:,} windows with half overlap, seed {facts['seed']}, {facts['seconds'] / 60:.1f} minutes on"
        f" {facts['device']}; masked MSE in training {facts['train_mse']:.4f}. The original ran 3,200 epochs on four other sets",
        "and split windows at random; here people are disjoint.",
        "",
        "Mean squared error on hidden samples (15 % of each window in spans; g² and (rad/s)² together), and a logistic",
        "regression on the mean and deviation over time of the frozen rows, fitted on the training subjects. No figure of the",
        "held-out subjects chose anything.",
        "",
        "| windows of | n | LIMU-BERT | straight line | window's mean | probe: accuracy | probe: macro-F1 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in facts["figures"].items():
        probe = row.get("probe")
        read = f"{probe['accuracy']:.3f} | {probe['macro_f1']:.3f}" if probe else "– | –"
        fill = row["filling_in"]
        lines.append(
            f"| {name} | {fill['windows']} | {fill['model']:.4f} | {fill['line']:.4f} | {fill['mean']:.4f} | {read} |"
        )
    return "\n".join([*lines, ""])


def write_card(folder: Path, facts: Mapping[str, Any], sides: Mapping[str, Sequence[LabelledWindow]]) -> None:
    (folder / "README.md").write_text(card(facts, sides), encoding="utf-8")
