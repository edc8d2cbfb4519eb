"""The card that is written beside the weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.examples import ActionLLMPlan
from models.actionllm.training.fit import FitOutcome


@dataclass(frozen=True, slots=True)
class ActionLLMSummary:
    """What was trained. digest: of the training sequences and settings."""

    output_dir: Path
    learnt_from: str
    sequences: int
    activities: int
    device: str
    parameters: int
    layers: int
    lm_layers: int
    digest: str
    fit: FitOutcome


def write_card(folder: Path, config: ActionLLMConfig, plan: ActionLLMPlan, summary: ActionLLMSummary) -> None:
    """README.md and training.json."""
    stream = (
        "statistics of the observed labels (a stand-in: no picture was seen)"
        if config.stream == "label_statistics"
        else "rows of feature files"
    )
    losses = summary.fit.history[-1]["losses"] if summary.fit.history else []
    shares = (
        f"from {min(plan.shares):g} to {max(plan.shares):g}"
        if plan.spread
        else ", ".join(f"{s:g}" for s in plan.shares)
    )
    lines = [
        f"# ActionLLM, {config.learnt_from}",
        "",
        f"What is done next, as up to {config.queries} activities with durations and an end, from the names of what was done and",
        f"{stream}. {summary.parameters:,} trained parameters; after ActionLLM (action anticipation with a frozen language model).",
        "",
        f"Frozen and found by name: the first {summary.layers} of {summary.lm_layers} layers of `{config.backbone}` (revision {config.backbone_revision},",
        f"{config.lm_weights} weights), read in both directions.",
        "",
        "## Training",
        "",
        f"- {summary.sequences} sequences of {len(config.people)} people: {', '.join(config.people)}. Nobody else's were read; no test sequence chose anything.",
        f"- Observed shares {shares}; the window is always half the whole; {plan.noise:.0%} of the observed segments told wrongly, evenly;",
        f"  durations stretched with a standard deviation of {plan.stretch:g}; one token a {'segment' if config.sampling == 'segments' else f'step of {config.step_s:.3g} s'}.",
        f"- {summary.fit.steps} steps of {plan.batch} examples; the last parameters are kept, not the best ones. Losses at the end",
        f"  (past text, past features, action, duration): {', '.join(f'{v:.3f}' for v in losses)}.",
        f"- Interaction {config.interaction}, attentions joined by {config.joining}, positions {config.positions}, heads {'frozen' if config.frozen_heads else 'trained'}.",
        "",
        "## Limits",
        "",
        "- Activities other than those it was trained on can be read as text, never forecast.",
        "- It was given labels. Figures from it do not stand beside figures of papers that see images.",
        f"- Licence: {config.licence}.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    facts = {**asdict(summary), "output_dir": summary.output_dir.name, "plan": asdict(plan)}
    (folder / "training.json").write_text(json.dumps(facts, indent=1, default=str) + "\n", encoding="utf-8")
