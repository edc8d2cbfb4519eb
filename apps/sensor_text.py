"""`telltale train sensorlm`: the options of the command line as a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from recordings import UserError


def train(
    data: Path,
    output: Path,
    *,
    seed: int,
    epochs: int | None,
    budget_minutes: float | None,
    resume: bool,
    device: str,
    objective: str,
    text_tower: str,
    levels: str,
    without_classes: tuple[str, ...],
    without_sets: tuple[str, ...],
    progress: Callable[[str, float], None],
) -> dict[str, object]:
    """The summary of `train_sensorlm`. UserError for a class or a set that is none of the training's."""
    from models.motion import GROUPS, LEAVES
    from models.sensorlm.training import LEVEL_PLANS, SETS, default_config, train_sensorlm

    for option, found, known in (
        ("--without-class", without_classes, (*LEAVES, *GROUPS)),
        ("--without-set", without_sets, SETS),
    ):
        unknown = [name for name in found if name not in known]
        if unknown:
            raise UserError(option, expected=f"of {', '.join(known)}", found=", ".join(unknown), cure="name known ones")
    plan = dataclasses.replace(LEVEL_PLANS[levels], without_classes=without_classes, without_sets=without_sets)
    summary = train_sensorlm(
        data,
        output,
        seed=seed,
        epochs=epochs,
        budget_minutes=budget_minutes,
        resume=resume,
        progress=progress,
        device=device,
        config=default_config(objective, text_tower),
        plan=plan,
    )
    return dataclasses.asdict(summary)
