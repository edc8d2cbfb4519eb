"""The card of a trained LLaSA: from what, how long, and what the validation subjects say."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from models.limubert.card import by_number
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.training.recipe import Recipe
from models.llasa.training.validation import Validation
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@dataclass(slots=True)
class LlasaSummary:
    """What goes into the card. texts: digest of the folder whose questions and answers were learnt, None for the grammar's own."""

    output_dir: Path
    stage: str
    steps: dict[str, int]
    seconds: float
    device: str
    trained_parameters: int
    exchanges: int
    further: int
    windows: int
    tokens: int
    tokens_per_s: float
    warm_accuracy: float
    recipe: Recipe
    validation: Validation | None = None
    subjects: dict[str, list[str]] = field(default_factory=dict)
    start: str | None = None
    texts: str | None = None


def card(config: LlasaConfig, summary: LlasaSummary) -> str:
    recipe = summary.recipe
    token = (
        "every row of the encoder is a token" if recipe.pool == 1 else f"{recipe.pool} rows of the encoder make a token"
    )
    lines = [
        "# LLaSA",
        "",
        f"Encoder (LIMU-BERT), projector and {'low-rank adapter' if summary.stage == 'tune' else 'an untouched adapter'} after Imran et",
        f"al. (arXiv 2406.14498), {summary.trained_parameters:,} trained parameters. The language model is not in this folder: it is",
        f"`{config.backbone}`, revision `{config.backbone_revision}`.",
        "",
        f"Licence: {config.licence}.",
        "",
        "| set | licence as its files say | learnt from | held out |",
        "| --- | --- | --- | --- |",
    ]
    for name, who in summary.subjects.items():
        about = dataset(name).card
        held = ", ".join(by_number(HELD_OUT_SUBJECTS[name]))
        lines.append(f"| {about.title} | {about.licence} | {', '.join(by_number(set(who)))} | {held} |")
    steps = ", ".join(f"{name} {count}" for name, count in summary.steps.items())
    lines += [
        "",
        f"Texts are generated from the samples of {summary.windows:,} windows ({summary.exchanges:,} exchanges, {summary.further:,} further texts)",
        f"{_by_whom(summary.texts)}. Steps: {steps}; {summary.tokens:,} tokens through the language model at",
        f"{summary.tokens_per_s:.0f} a second on {summary.device}, {summary.seconds / 60:.0f} minutes in all. {token.capitalize()};",
        f"rank {recipe.rank}, alpha {recipe.alpha}; rates {recipe.adapter_rate:g} (adapter), {recipe.projector_rate:g} (projector).",
        *(
            [
                "Means and deviations of the axes, and gravity's view of the window with its power in bands, are told by value beside "
                "the rows (not in the publication).",
                "",
            ]
            if config.by_value
            else []
        ),
        *([f"It went on from {summary.start}, encoder, projector and adapter.", ""] if summary.start else []),
        *(
            []
            if "warm" not in summary.steps
            else [
                f"The projector{' and the encoder' if recipe.warm_encoder else ''} began with {summary.steps['warm']} steps of "
                f"{recipe.warm_batch} labelled windows towards the word vectors of the activities (not in the publication).",
                "",
            ]
        ),
        *(
            [
                f"In the second stage the same loss, of {recipe.warm_batch} labelled windows a step, stands beside the language "
                f"model's with weight {recipe.beside_weight:g}, and teaches the projector (not in the publication).",
                "",
            ]
            if recipe.beside_weight and "tune" in summary.steps
            else []
        ),
        "Validation subjects, closed set of each protocol's classes, labels scored after the short question:",
        "",
        "| protocol | windows | accuracy | macro-F1 | weighted F1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    if summary.validation is not None:
        for name, row in summary.validation.protocols.items():
            lines.append(
                f"| {name} | {row['n']:.0f} | {row['accuracy']:.3f} | {row['macro_f1']:.3f} | {row['weighted_f1']:.3f} |"
            )
        lines += ["", f"Temperature of the label scores: {summary.validation.temperature:.2f}. Weight beside the motion classifier: "
                  f"{summary.validation.fusion_weight:g}."]  # fmt: skip
    return "\n".join([*lines, ""])


def _by_whom(texts: str | None) -> str:
    return (
        "and template-made; no endpoint wrote any"
        if texts is None
        else f"and template-made, but for the open questions and answers of a folder of texts (digest {texts})"
    )


def write_card(config: LlasaConfig, summary: LlasaSummary) -> None:
    folder = summary.output_dir
    (folder / "README.md").write_text(card(config, summary), encoding="utf-8")
    facts = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(summary).items() if k != "output_dir"}
    (folder / "training.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
