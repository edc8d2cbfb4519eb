"""`NoData`: what was asked for was not recorded. An honest answer, not a mistake."""

from __future__ import annotations

from recordings import plain


class NoData(Exception):
    """The recording holds no samples for the question: an absent sensor, a span in a gap or outside, too few samples.

    where: the recording and stream asked. reason: one phrase, such as "no gyroscope was recorded".
    """

    def __init__(self, where: object, reason: str) -> None:
        self.where = plain(where)
        self.reason = plain(reason, 300)
        super().__init__(f"{self.where}: no data: {self.reason}")
