"""Which checkpoints are asked, and what each of them was kept from seeing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from evals.systems.sensor_words import training_of
from recordings import UserError

SHIPPED = "shipped"


@dataclass(frozen=True)
class Checkpoint:
    """name: as it stands in a table. path: None for the shipped one. without_*: never seen in training."""

    name: str
    path: Path | None
    without_classes: tuple[str, ...]
    without_sets: tuple[str, ...]
    subjects: frozenset[str]
    levels: tuple[str, ...] = ()


def opened(keys: tuple[str, ...]) -> list[Checkpoint]:
    """`shipped` and folders, in order; `shipped` alone for (). UserError for a folder that holds no training card."""
    found = []
    for key in keys or (SHIPPED,):
        path = None if key == SHIPPED else Path(key)
        try:
            facts = training_of(path)
        except FileNotFoundError:
            raise UserError(
                key, expected="shipped or a folder that `telltale train sensorlm` wrote", found="none", cure="train one, or name another"
            ) from None  # fmt: skip
        subjects = cast("dict[str, list[str]]", facts["train_subjects"])
        found.append(
            Checkpoint(
                "SensorLM" if path is None else f"SensorLM, {path.name}",
                path,
                tuple(cast("list[str]", facts.get("without_classes", []))),
                tuple(cast("list[str]", facts.get("without_sets", []))),
                subjects=frozenset(f"{name}/{who}" for name, people in subjects.items() for who in people),
                levels=tuple(cast("list[str]", facts.get("levels", []))),
            )
        )
    return found
