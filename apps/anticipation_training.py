"""The options of `telltale train actionllm`: a fold of a benchmark, or the user's own table of segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recordings import UserError

if TYPE_CHECKING:
    from apps.console import Report


@dataclass(frozen=True, slots=True)
class AnticipationRun:
    """One run. sequences: a CSV of segments instead of a benchmark's fold. changes: NAME=VALUE settings of model or training."""

    data: Path | None
    output: Path
    dataset: str | None
    fold: str
    protocol: str
    sequences: Path | None
    features: Path | None
    layers: int | None
    backbone: str
    changes: Sequence[str]
    seed: int
    epochs: int | None
    budget_minutes: float | None
    resume: bool
    device: str

    def run(self, progress: Report) -> dict[str, Any]:
        """The facts of the finished run. UserError for a set, a fold or a setting that there is not."""
        from models.actionllm import train_actionllm, train_on_sequences
        from recordings.sequences import BENCHMARKS, read_sequences

        how: dict[str, Any] = {
            "features": self.features,
            "settings": self.settings(),
            "seed": self.seed,
            "epochs": self.epochs,
            "budget_minutes": self.budget_minutes,
            "resume": self.resume,
            "device": self.device,
            "progress": progress,
        }
        if self.sequences is not None:
            known = read_sequences(self.sequences)
            return dataclasses.asdict(train_on_sequences(known, self.output, learnt_from=self.sequences.name, **how))
        dataset = self.dataset or next(iter(BENCHMARKS))
        if dataset not in BENCHMARKS:
            raise UserError("--dataset", expected=", ".join(BENCHMARKS), found=dataset, cure="name one of them")
        if self.data is None:
            raise UserError(
                "train actionllm", expected="a folder with the public data sets, or --sequences CSV", found="neither",
                cure="add --data DIR (or TELLTALE_DATA)",
            )  # fmt: skip
        summary = train_actionllm(
            self.data, self.output, dataset=dataset, fold=self.fold, protocol=self.protocol, **how
        )
        return dataclasses.asdict(summary)

    def settings(self) -> dict[str, str | int]:
        """What --set, --layers and --backbone change."""
        found: dict[str, str | int] = {}
        for change in self.changes:
            name, sign, value = change.partition("=")
            if not sign or not name.strip() or not value.strip():
                raise UserError(
                    "--set", expected="NAME=VALUE, such as interaction=self", found=repr(change), cure="correct it"
                )
            found[name.strip()] = value.strip()
        if self.layers is not None:
            found["layers"] = self.layers
        if self.backbone != "embedded":
            found["backbone"] = self.backbone
        return found
