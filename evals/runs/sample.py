"""One answer of one system to one item: the row that every figure is computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
Status = Literal["ok", "invalid", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Sample:
    """system: who answered. part: the group that a figure is made of ("hapt/fixed/0"). id: unique inside (system, part).

    subject: the person, kitchen or source clip that intervals are clustered by. prediction: None when there was no usable
    answer (`status` says why). score: the prediction's probability, or the sample's own value where a task scores samples.
    detail: JSON, such as `probabilities` {label: p}, `recording`, `start_s`, `end_s`.
    """

    id: str
    system: str
    part: str
    subject: str
    truth: str
    prediction: str | None
    score: float | None = None
    status: Status = "ok"
    detail: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        return self.prediction == self.truth

    def line(self) -> str:
        return json.dumps({"kind": "sample", **asdict(self)}, ensure_ascii=False, sort_keys=True, allow_nan=False)

    @classmethod
    def read(cls, row: Mapping[str, object]) -> Sample:
        return cls(**{k: v for k, v in row.items() if k != "kind"})  # type: ignore[arg-type]
