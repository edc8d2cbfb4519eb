"""What every language model can do here, how it is counted, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from models.backbone import Progress as Progress
from recordings import UserError

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
Json = dict[str, JsonValue]
Schema = Mapping[str, object]
FailureKind = Literal["down", "slow", "refused", "nonsense"]


class LanguageModelFailure(UserError):
    """A language model that could not give a usable answer. The graph may decide without it; alone it is one printed line.

    kind: `down` (no connection), `slow` (timeout), `refused` (key, quota, unknown model), `nonsense` (an answer that is
    not what was asked for, twice).
    """

    def __init__(self, where: object, kind: FailureKind, *, expected: str, found: object, cure: str) -> None:
        self.kind: FailureKind = kind
        super().__init__(where, expected=expected, found=found, cure=cure)


@dataclass(slots=True)
class Tokens:
    """Tokens read and written since the model was opened (0 where an endpoint does not tell)."""

    prompt: int = 0
    written: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.written


@runtime_checkable
class LanguageModel(Protocol):
    """A language model behind any of the specs of `open_language_model`.

    likelihoods: whether `score` returns true log-likelihoods. Where it is False (an endpoint, a script), `score` is a
    choice: 0 for the chosen option and −1 for every other one, so that a weight can be put on it all the same.
    Every method may raise `LanguageModelFailure`.
    """

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def likelihoods(self) -> bool: ...
    @property
    def calls(self) -> int: ...
    @property
    def tokens(self) -> Tokens: ...

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        """One score an option, in order: length-normalised log p(option | prompt), minus its mean under `content_free`.

        The subtraction is contextual calibration (Zhao et al., ICML 2021): an option that the model likes without any
        content gains nothing from it.
        """
        ...

    def write(self, system: str, user: str, max_tokens: int = 160) -> str:
        """Prose. Deterministic (greedy, or seeded where an endpoint allows)."""
        ...

    def choose(self, system: str, user: str, options: Sequence[str]) -> str:
        """Exactly one of `options`."""
        ...

    def structured(self, system: str, user: str, schema: Schema) -> Json:
        """An object that is valid under the JSON `schema`."""
        ...


def check_options(options: Sequence[str]) -> None:
    """ValueError (a bug, not the user's mistake) unless there is a choice between distinct, non-empty options."""
    if not options or any(not option.strip() for option in options) or len(set(options)) != len(options):
        raise ValueError(f"options must be distinct and not empty, got {list(options)}")
