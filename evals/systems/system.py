"""What a window classifier is here: fitted on people, asked about others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from evals.systems.windows import Labels, Mask, WindowSet

if TYPE_CHECKING:
    from evals.protocols import Fold

Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Answer:
    """predicted: (n,) class numbers, −1 for no usable answer. probabilities: (n, classes), None where it states none."""

    predicted: Labels
    probabilities: Probabilities | None = None
    llm_calls: int = 0

    @classmethod
    def of(cls, probabilities: npt.NDArray[np.floating], llm_calls: int = 0) -> Answer:
        return cls(probabilities.argmax(axis=1).astype(np.int64), probabilities.astype(np.float32), llm_calls)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a system is asked: which set and protocol, which people, in which form.

    spec: the protocol. quick: the small form. llm: the language model's specification.
    """

    dataset: str
    spec: str
    fold: Fold
    quick: bool = False
    llm: str = "embedded"

    @property
    def test(self) -> frozenset[str]:
        return frozenset(self.fold.test)


@runtime_checkable
class Reporting(Protocol):
    """A window system whose fit takes minutes: it says how far it is."""

    def report_to(self, report: Callable[[str], None]) -> None: ...


class WindowSystem(Protocol):
    """A window classifier. name: as it stands in a table. learns: whether `fit` looks at labels. random: whether the seed matters."""

    name: str
    learns: bool
    random: bool

    @property
    def detail(self) -> str:
        """What was chosen in fitting, for the table's `revision`."""
        ...

    def why_not(self, setting: Setting) -> str:
        """Why it cannot be asked in this setting, "" when it can."""
        ...

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        """train: every training window. validating: (n,) those of the people who choose; the final fit takes all."""
        ...

    def predict(self, test: WindowSet) -> Answer: ...
