"""The options of `telltale train sensorllm`, checked and put to the stage that they are for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from recordings import UserError

if TYPE_CHECKING:
    from apps.console import Report


@dataclass(frozen=True, slots=True)
class SensorLanguageRun:
    """One run of either stage. examples: segments a set, or windows; None is the stage's own number."""

    data: Path
    output: Path
    seed: int
    epochs: int | None
    budget_minutes: float | None
    resume: bool
    device: str
    dataset: str | None
    aligned: Path | None
    backbone: str
    encoder: str | None
    examples: int | None
    longest_samples: int
    kinds: tuple[str, ...]
    text: bool
    micro_batch: int | None

    def run(self, stage: Literal["align", "tune"], progress: Report) -> dict[str, Any]:
        """The facts of the finished run. UserError for a set or a kind of text that there is not."""
        return self._align(progress) if stage == "align" else self._tune(progress)

    def _align(self, progress: Report) -> dict[str, Any]:
        from models.sensorllm import AlignmentPlan, train_alignment
        from models.sensorllm.data import KINDS, MOTION_SETS, Kind

        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown or not self.kinds:
            raise UserError(
                "--kinds", expected=", ".join(KINDS), found=", ".join(unknown) or "none", cure="name some of them"
            )
        sets = MOTION_SETS if self.dataset is None else (self._known(self.dataset),)
        plan = AlignmentPlan(
            sets=sets, longest_samples=self.longest_samples, kinds=cast("tuple[Kind, ...]", self.kinds)
        )
        if self.examples is not None:
            plan = dataclasses.replace(
                plan, segments=self.examples, validation_segments=min(plan.validation_segments, self.examples)
            )
        summary = train_alignment(
            self.data,
            self.output,
            seed=self.seed,
            epochs=self.epochs,
            budget_minutes=self.budget_minutes,
            resume=self.resume,
            progress=progress,
            device=self.device,
            backbone=self.backbone,
            encoder=self.encoder,
            micro_batch=self.micro_batch,
            plan=plan,
        )
        return dataclasses.asdict(summary)

    def _tune(self, progress: Report) -> dict[str, Any]:
        from models.sensorllm import TuningPlan, train_tuning

        if self.dataset is None:
            raise UserError(
                "--dataset", expected="the set to tune on", found="none", cure="add --dataset hapt, for example"
            )
        plan = TuningPlan(text=self.text)
        if self.examples is not None:
            plan = dataclasses.replace(
                plan,
                pool=self.examples,
                windows_per_epoch=min(plan.windows_per_epoch, self.examples),
                validation_windows=min(plan.validation_windows, self.examples),
            )
        summary = train_tuning(
            self.data,
            self.output,
            dataset=self._known(self.dataset),
            aligned=self.aligned,
            seed=self.seed,
            epochs=self.epochs,
            budget_minutes=self.budget_minutes,
            resume=self.resume,
            progress=progress,
            device=self.device,
            backbone=self.backbone,
            encoder=self.encoder,
            micro_batch=self.micro_batch,
            plan=plan,
        )
        return dataclasses.asdict(summary)

    @staticmethod
    def _known(name: str) -> str:
        from models.sensorllm.data import MOTION_SETS

        if name not in MOTION_SETS:
            raise UserError("--dataset", expected=", ".join(MOTION_SETS), found=name, cure="name one of them")
        return name
