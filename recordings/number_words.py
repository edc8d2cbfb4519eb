"""English words for whole numbers below a hundred: what questions and captions are read with."""

from __future__ import annotations

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
SMALL: tuple[str, ...] = tuple(_SMALL.split())
TENS: tuple[str, ...] = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VALUES: dict[str, int] = {word: i for i, word in enumerate(SMALL)} | {w: 10 * (i + 2) for i, w in enumerate(TENS)}
