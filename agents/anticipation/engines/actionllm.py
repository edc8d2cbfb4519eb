"""ActionLLM as an engine: trained when it is fitted, or read from a checkpoint that was trained on the same sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agents.anticipation.engines.engine import CELLS, Belief, Observed, vocabulary_of
from recordings import UserError
from recordings.sequences import SegmentSequence

if TYPE_CHECKING:
    from models.actionllm import ActionLLMForecaster, Slots
    from models.backbone import Progress

# Of the whole: the window that the model's slots fill (`models.actionllm.examples.WINDOW`).
_WINDOW = 0.5


@dataclass(slots=True)
class ActionLLMEngine:
    """`fit` reads `checkpoint` where one is named (it is not trained again, and must know every activity that is learnt from).
    Otherwise it trains, for minutes: into a folder of its own below `keep` (the user's cache by default), resumable, and found
    again by the digest of sequences and settings.

    settings: of `models.actionllm.split_settings`. It needs the whole length: without it, twice what was observed and asked
    about together is taken.
    """

    checkpoint: Path | None = None
    keep: Path | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    budget_minutes: float | None = None
    seed: int = 0
    device: str = "auto"
    progress: Progress | None = None
    name: str = "actionllm"
    _model: ActionLLMForecaster | None = field(default=None, repr=False)

    @property
    def parameters(self) -> int:
        return 0 if self._model is None else self._model.model.trained_parameters

    @property
    def people(self) -> tuple[str, ...]:
        """Whose sequences the model was trained on."""
        return () if self._model is None else tuple(self._model.config.people)

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        from models.backbone import default_cache

        if self.checkpoint is not None:
            self._read(self.checkpoint, sequences)
        else:
            self._trained(sequences, self.keep or default_cache() / "actionllm")

    def slots(self, observed: Observed) -> Slots:
        """What the model says itself, before it is spread over time."""
        if self._model is None:
            raise ValueError("fit the engine first")
        return self._model.slots([observed.segments], [_whole_s(observed)])[0]

    def believe(self, observed: Observed) -> Belief:
        from models.actionllm import probabilities

        told = self.slots(observed)
        assert self._model is not None
        config = self._model.config
        at = observed.cell_times_s() / (_WINDOW * _whole_s(observed))
        found = probabilities(told, at, config.boundary_blur)
        assert found.shape == (CELLS, len(config.activities))
        return Belief(tuple(config.activities), found / found.sum(axis=1, keepdims=True))

    def _read(self, folder: Path, sequences: Sequence[SegmentSequence]) -> None:
        from models.actionllm import ActionLLMForecaster

        model = ActionLLMForecaster.load(folder, device=self.device, progress=self.progress)
        missing = sorted(set(vocabulary_of(sequences)) - set(model.config.activities))
        if missing:
            raise UserError(
                folder, expected="a checkpoint that knows every activity", found=f"none for {', '.join(missing[:3])}",
                cure="train one on these sequences, or leave --model out",
            )  # fmt: skip
        if model.config.stream == "files":
            raise UserError(
                folder, expected="a checkpoint that reads labels alone", found="one trained on feature files",
                cure="train one without --features",
            )  # fmt: skip
        self._model = model

    def _trained(self, sequences: Sequence[SegmentSequence], keep: Path) -> None:
        from models.actionllm import ActionLLMForecaster, train_on_sequences

        self._model = ActionLLMForecaster.load(
            train_on_sequences(
                sequences,
                keep,
                settings=self.settings,
                seed=self.seed,
                budget_minutes=self.budget_minutes,
                progress=self.progress,
                device=self.device,
                folder_by_digest=True,
            ).output_dir,
            device=self.device,
        )


def _whole_s(observed: Observed) -> float:
    return observed.total_s or 2.0 * (observed.now_s - observed.start_s + observed.horizon_s)
