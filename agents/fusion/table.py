"""The fitted constants and what was measured when they were chosen, as a Markdown table for the documentation."""

from __future__ import annotations

from agents.fusion.fitting import FIXED_WEIGHT
from agents.fusion.weights import FusionWeights


def weights_table(weights: FusionWeights) -> str:
    """One row a pattern: episodes, people, accuracy before and after, weights, gate, and the language model's paired difference."""
    lines = [
        "| present | episodes (groups) | start: motion and sound | fused | weights neighbours / embedding / language | gate "
        f"| language model alone | its score at weight {FIXED_WEIGHT:g}: accuracy, points |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for pattern, constants in weights.patterns.items():
        said = weights.provenance[pattern]
        figures = said.figures
        stem = f"language_at_{FIXED_WEIGHT:g}_accuracy"
        difference, alone = "not measured", "not measured"
        if stem in figures:
            mean, low, high = (100 * figures[name] for name in (stem, f"{stem}_low", f"{stem}_high"))
            difference = f"{mean:+.1f} [{low:+.1f}, {high:+.1f}] ({figures['language_episodes']:.0f} episodes)"
            alone = f"{100 * figures['language_alone_accuracy']:.1f}"
        lines.append(
            f"| {pattern} | {said.episodes} ({said.groups}) | {100 * figures['accuracy_start']:.1f} "
            f"| {100 * figures['accuracy_fused']:.1f} "
            f"| {constants.neighbours:g} / {constants.embedding:g} / {constants.language:g} | {constants.gate:g} | {alone} | {difference} |"
        )
    return "\n".join(lines)
