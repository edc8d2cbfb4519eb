"""The one exception for mistakes that the user can cure."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def plain(text: object, limit: int = 160) -> str:
    """`text` on one line, without control or direction characters, at most `limit` long.

    File names, labels and column names are the user's data: they are shown, never executed, and never allowed to
    move the cursor of a terminal or break a line of a log.
    """
    line = _CONTROL.sub(" ", str(text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


class UserError(Exception):
    """A mistake of the user's, printed as one line: where, what was expected, what was found, how to cure it.

    Anything that is not a `UserError` is a bug of ours and keeps its traceback.
    """

    def __init__(self, where: object, *, expected: str, found: object, cure: str) -> None:
        self.where = plain(where)
        self.expected = plain(expected, 300)
        self.found = plain(found, 300)
        self.cure = plain(cure, 300)
        super().__init__(str(self))

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}; {self.cure}"
