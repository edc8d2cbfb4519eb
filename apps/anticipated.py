"""An answer to "what comes next?", whatever was asked about: for a person at a terminal and for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from recordings import plain

if TYPE_CHECKING:
    from rich.console import Console

    from agents.anticipation.explaining import Reason
    from agents.timeline import ForecastRecord

CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Anticipation:
    """engine: who spoke. forecast: empty where it cannot be told. reason: sentences that the verifier passed. notes: lines after the forecast.
    more: further JSON."""

    source: str
    engine: str
    forecast: Sequence[ForecastRecord]
    heading: str = ""
    reason: Reason | None = None
    start: datetime | None = None
    notes: Sequence[str] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return "answered" if self.forecast else CANNOT_TELL

    def as_json(self) -> dict[str, object]:
        return {
            "source": self.source,
            "status": self.status,
            "engine": self.engine,
            **self.more,
            "forecast": [one.model_dump(mode="json") for one in self.forecast],
            "reason": [s.model_dump(mode="json") for s in self.reason.sentences] if self.reason else [],
            "evidence": [e.model_dump(mode="json") for e in self.reason.evidence] if self.reason else [],
        }

    def print(self, console: Console) -> None:
        from rich.text import Text

        from apps.timeline_text import print_forecast

        if self.heading:
            console.print(Text(plain(self.heading, 400), style="bold"))
        print_forecast(console, self.forecast, self.start)
        for note in self.notes:
            console.print(Text(f"  {plain(note, 300)}"))
        for sentence in self.reason.sentences if self.reason else ():
            console.print(Text(f"  {plain(sentence.sentence, 600)}", style="dim"))
