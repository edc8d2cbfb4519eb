"""Networks of the literature, trained on the fold's windows: DeepConvLSTM, a PatchTST-style transformer, Chronos + MLP."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from evals.systems.sensor_language import SMALL_FORM, small_rows
from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet
from models.chronos import has_shipped_encoder

if TYPE_CHECKING:
    from models.window_networks import FittedNetwork, MeanRows

NOT_QUICK = "left out of the quick form: minutes of training a fold"


class _Network:
    """kind: a name of `models.window_networks.NETWORKS`."""

    kind = ""
    name = ""
    learns = True
    random = True

    def __init__(self) -> None:
        self._fitted: FittedNetwork | None = None
        self._detail = ""

    @property
    def detail(self) -> str:
        return self._detail

    def why_not(self, setting: Setting) -> str:
        return NOT_QUICK if setting.quick else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from models.window_networks import fit_network

        self._fitted = fit_network(
            self.kind, train.values, train.truth, validating, len(train.classes), seed=seed, encoder=self.encoder()
        )
        self._detail = f"{self._fitted.parameters:,} trained parameters, epoch {self._fitted.epoch} chosen on validation subjects, seed {seed}"

    def encoder(self) -> MeanRows | None:
        """What reads the windows first, where a network learns from rows."""
        return None

    def predict(self, test: WindowSet) -> Answer:
        assert self._fitted is not None
        return Answer.of(self._fitted.predict(test.values))


class DeepConvLSTM(_Network):
    kind, name = "deepconvlstm", "DeepConvLSTM"


class PatchTST(_Network):
    kind, name = "patchtst", "PatchTST-style transformer"


class ChronosMLP(_Network):
    """Where there is no GPU it learns from as many windows as the language-model rows do: the encoder takes most of the time."""

    kind, name = "chronos_mlp", "Chronos encoder + MLP"

    def __init__(self) -> None:
        from models.sensorllm import can_train_here

        super().__init__()
        self._small = not can_train_here()
        self.name = f"{self.name}{SMALL_FORM if self._small else ''}"

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        if self._small:
            kept = small_rows(train, validating)
            train, validating = train.take(kept), validating[kept]
        super().fit(train, validating, seed)

    def encoder(self) -> MeanRows:
        return _mean_rows()

    def why_not(self, setting: Setting) -> str:
        return super().why_not(setting) or ("" if has_shipped_encoder() else "no time-series encoder is shipped")


@cache
def _mean_rows() -> MeanRows:
    """Of the whole process: the seeds of a fold learn from the same windows, and what encodes them is frozen."""
    from models.chronos import ChronosEmbedder
    from models.motion.predictor import pick_device
    from models.window_networks import MeanRows

    return MeanRows(ChronosEmbedder.from_pretrained(device=pick_device("auto")))
