"""When the next activity starts and how long it lasts, with intervals that were calibrated on groups left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from agents.anticipation.intervals import COVERAGE, Central, calibrated, off_centre
from agents.anticipation.lasting import Lasting
from agents.anticipation.moments import Moment

By = Literal["everything", "activity", "activity and hour"]
_FOLDS = 5
_EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Told:
    """Seconds: the middle, and an interval that holds the truth with probability `coverage` of the `Timing`."""

    middle_s: float
    low_s: float
    high_s: float


@dataclass(slots=True)
class Timing:
    """The wait until the next activity starts, from the moment of asking, and the length of a next activity.

    by: what lengths are told apart by. While the current activity goes on, only what lasted longer counts; once it is over, the
    pauses that followed such activities. Calibrated by leaving out groups in turn.
    """

    by: By = "activity"
    hour_width: float = 2.0
    coverage: float = COVERAGE
    onset_central: Central = field(default_factory=Central)
    length_central: Central = field(default_factory=Central)
    _waits: Lasting = field(default_factory=Lasting, repr=False)
    _pauses: Lasting = field(default_factory=Lasting, repr=False)
    _lengths: Lasting = field(default_factory=Lasting, repr=False)

    def fit(self, moments: Sequence[Moment], asked: Sequence[Moment] | None = None, calibrate: bool = True) -> None:
        """moments: one for each activity, over, so that its whole length is known. asked: the training people's questions as
        they will be asked, for the calibration; by default the moments themselves."""
        width = self.hour_width if self.by == "activity and hour" else None
        self._waits, self._pauses, self._lengths = (Lasting(hour_width=width) for _ in range(3))
        for m in moments:
            began = (m.hour - m.lasted_s / 3600) % 24
            if not math.isnan(m.wait_s):
                self._waits.learn(self._key(m.past[-1]), m.wait_s, hour=began)
                self._pauses.learn(self._key(m.past[-1]), m.wait_s - m.lasted_s, hour=m.hour)
            if not math.isnan(m.length_s):
                self._lengths.learn(self._key(m.next), m.length_s, hour=m.hour)
        if calibrate:
            self._calibrate(moments, moments if asked is None else asked)

    def onset(self, m: Moment) -> Told:
        """From the moment of asking."""
        low, high = self.onset_central.quantiles
        if m.over:
            told = self._pauses.remaining_s(self._key(m.past[-1]), 0.0, (low, 0.5, high), m.hour)
        else:
            began = (m.hour - m.lasted_s / 3600) % 24
            told = self._waits.remaining_s(self._key(m.past[-1]), m.lasted_s, (low, 0.5, high), began)
        return Told(told[1], told[0], told[2])

    def length(self, m: Moment, following: str) -> Told:
        """How long the next activity lasts if it is `following`."""
        low, high = self.length_central.quantiles
        told = self._lengths.remaining_s(self._key(following), 0.0, (low, 0.5, high), m.hour)
        return Told(told[1], told[0], told[2])

    def _key(self, activity: str) -> str:
        return _EVERYTHING if self.by == "everything" else activity

    def _off(self, m: Moment) -> tuple[float, float]:
        """How far off centre the truth lay: of the onset, of the length; NaN where the record does not say."""
        onset = length = math.nan
        if not math.isnan(m.wait_s):
            if m.over:
                share = self._pauses.share_within(self._key(m.past[-1]), m.wait_s - m.lasted_s, 0.0, m.hour)
            else:
                began = (m.hour - m.lasted_s / 3600) % 24
                share = self._waits.share_within(self._key(m.past[-1]), m.wait_s - m.lasted_s, m.lasted_s, began)
            onset = off_centre(share)
        if not math.isnan(m.length_s):
            length = off_centre(self._lengths.share_within(self._key(m.next), m.length_s, 0.0, m.hour))
        return onset, length

    def _calibrate(self, moments: Sequence[Moment], asked: Sequence[Moment]) -> None:
        groups = sorted({m.group for m in moments})
        rows: list[tuple[str, float, float]] = []
        for fold in range(min(_FOLDS, len(groups))):
            apart = set(groups[fold::_FOLDS])
            other = replace(self)
            other.fit([m for m in moments if m.group not in apart], calibrate=False)
            rows += [(m.group, *other._off(m)) for m in asked if m.group in apart]
        found = []
        for column in (1, 2):
            kept = [(row[0], float(row[column])) for row in rows if not math.isnan(float(row[column]))]
            found.append(calibrated([off for _, off in kept], [who for who, _ in kept], self.coverage))
        self.onset_central, self.length_central = found
