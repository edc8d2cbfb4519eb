"""The card that a pretraining run writes beside the encoder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@dataclass(frozen=True, slots=True)
class ChronosSummary:
    """validation: on stretches drawn with another seed, the mean next-token cross-entropy (nats) beside that of uniform bins, and
    the share of rows that tell their own step, the share that tell where they are beside the first, and that of ends.
    """

    output_dir: Path
    steps: int
    seconds: float
    device: str
    parameters: int
    validation: dict[str, float]
    subjects: dict[str, list[str]]
    history: list[dict[str, Any]]


def write_card(folder: Path, summary: ChronosSummary) -> None:
    """`README.md` and `training.json` (the same numbers for a program)."""
    lines = [
        "# Time-series encoder of the Chronos architecture",
        "",
        f"The encoder half of a tiny T5 ({summary.parameters:,} parameters, 256 wide, 4 layers, 4096 tokens) with the token space of",
        "Amazon's Chronos-T5 (Ansari et al. 2024) behind an instance z-score, as SensorLLM feeds it. **These are not Amazon's",
        "weights**: they were trained here, on less and other data, with Chronos's objective (the next tokens of a series) and beside",
        "it two of our own (each row tells whether its sample rose, fell or stayed, and where it stands beside the first; the end's",
        "row tells the latter of the last sample), from bins that know their order. To use Amazon's, name `amazon/chronos-t5-tiny`",
        "(or a folder that holds it) where an encoder is asked for, and align again.",
        "",
        "## Data and licence",
        "",
        "Unlabelled acceleration and rotation channels of the training subjects, mixtures of pairs of them, and (one stretch in five)",
        "series drawn from Gaussian processes with random kernels. No sample of a held-out subject was read.",
        "",
        "| set | licence as its files say | trained on | held out |",
        "| --- | --- | --- | --- |",
    ]
    for name, who in summary.subjects.items():
        card = dataset(name).card
        held = ", ".join(sorted(HELD_OUT_SUBJECTS[name], key=lambda s: (len(s), s)))
        lines.append(f"| {card.title}: {card.citation} | {card.licence} | {', '.join(who)} | {held} |")
    found = summary.validation
    nats = ", ".join(f"{k.removeprefix('nats_')}: {v:.2f}" for k, v in found.items() if k.startswith("nats_"))
    told, placed, ends = (
        ", ".join(f"{k.removeprefix(kind)}: {100 * v:.1f}" for k, v in found.items() if k.startswith(kind))
        for kind in ("steps_", "beside_first_", "ends_")
    )
    lines += [
        "",
        "**Not for commercial use**: the second set forbids it, and the first was distributed for research.",
        "",
        "## Numbers",
        "",
        f"{summary.steps} steps on {summary.device.split(':')[0]}. Cross-entropy of the next tokens (nats) by samples of context, on freshly drawn",
        f"stretches of the same subjects: {nats} (`uniform` is what guessing costs). Rows in a hundred that tell their own step: {told};",
        f"their place beside the first: {placed}; ends that tell it of the last sample: {ends}.",
        "",
        "## Limits",
        "",
        "- A z-score forgets the level and the scale of a channel: whoever needs them must be told them beside the rows.",
        "- At most 512 samples; of a longer series the last 512 are read.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    body = {**asdict(summary), "output_dir": ""}
    del body["output_dir"], body["seconds"]
    (folder / "training.json").write_text(
        json.dumps(body, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8"
    )
