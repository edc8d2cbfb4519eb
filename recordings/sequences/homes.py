"""Days of two smart homes: activities of daily living with the time of day (Ordóñez et al., Sensors 2013)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recordings.errors import UserError
from recordings.recording import Step
from recordings.sequences.benchmark import rows_of

HOMES = ("A", "B")


@dataclass(frozen=True, slots=True)
class HomeActivity:
    """One activity, in local time."""

    activity: str
    start: datetime
    end: datetime

    @property
    def duration_s(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class HomeSensor:
    """A sensor that was on, in local time: its location ("Basin") and place ("Bathroom")."""

    location: str
    place: str
    start: datetime
    end: datetime


def read_home(home: str, data_dir: Path) -> tuple[tuple[HomeActivity, ...], tuple[Step, ...]]:
    """The activities of home A or B in time order, and what was done to them.

    An activity that ends before it starts (three typing errors of home A) is left out and said so, since neither of its
    times can be trusted. Overlaps (home B: a nap before the television) are kept: order is by start.
    """
    if home not in HOMES:
        raise UserError("home", expected="A or B", found=repr(home), cure="choose one of them")
    path = data_dir / "anticipation" / "ordonez_adl" / f"user{home}_adls.csv"
    found: list[HomeActivity] = []
    backwards: list[int] = []
    for number, row in enumerate(rows_of(path), start=2):
        try:
            start, end = (datetime.fromisoformat(row[column]) for column in ("start", "end"))
        except ValueError:
            raise UserError(
                f"{path}, line {number}", expected="two times such as 2011-11-28 02:27:59", found="something else",
                cure="correct that line",
            ) from None  # fmt: skip
        if end < start:
            backwards.append(number)
        else:
            found.append(HomeActivity(row["activity"], start, end))
    found.sort(key=lambda a: (a.start, a.end))
    history = [Step(f"read {path.name}", "activities with times", after=f"{len(found)} activities")]
    if backwards:
        lines = ", ".join(map(str, backwards))
        history.append(Step(f"left out lines {lines}", "they end before they start", warning=True))
    return tuple(found), tuple(history)


def read_home_sensors(home: str, data_dir: Path) -> tuple[HomeSensor, ...]:
    """What the sensors of home A or B told, by the time each went off."""
    path = data_dir / "anticipation" / "ordonez_adl" / f"user{home}_sensors.csv"
    found: list[HomeSensor] = []
    for number, row in enumerate(rows_of(path), start=2):
        try:
            start, end = (datetime.fromisoformat(row[column]) for column in ("start", "end"))
        except ValueError:
            raise UserError(
                f"{path}, line {number}", expected="two times such as 2011-11-28 02:27:59", found="something else",
                cure="correct that line",
            ) from None  # fmt: skip
        found.append(HomeSensor(row["location"], row["place"], start, end))
    return tuple(sorted(found, key=lambda s: (s.end, s.start, s.location)))
