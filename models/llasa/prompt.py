"""How a question reaches the model, in training and in use alike: the backbone's chat layout, 120 sensor rows first.

Token layout: opening | 120 rows | newline, question, closing of the turn | answer, end. The rows stand at the same place in
every sequence. The plain form of the first stage has rows and answer only (facts of LLaSA §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ROWS = 120
USER, ASSISTANT, END = "<|im_start|>user\n", "<|im_start|>assistant\n", "<|im_end|>"
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Layout:
    """Token ids around a question. placeholder: stands where a row will be. rows: sensor tokens of a window."""

    opening: tuple[int, ...]
    newline: tuple[int, ...]
    turn: tuple[int, ...]
    end: int
    placeholder: int
    rows: int = ROWS

    @property
    def first(self) -> int:
        """Where the sensor rows begin."""
        return len(self.opening)


def layout_of(tokenizer: Any, rows: int = ROWS) -> Layout:
    def ids(text: str) -> tuple[int, ...]:
        return tuple(tokenizer.encode(text, add_special_tokens=False))

    (end,) = ids(END)
    return Layout(ids(USER), ids("\n"), ids(f"{END}\n{ASSISTANT}"), end, end, rows)


def question_ids(layout: Layout, tokenizer: Any, question: str, *, sensor: bool = True) -> list[int]:
    """Everything before the answer."""
    rows = [layout.placeholder] * layout.rows if sensor else []
    asked = tokenizer.encode(question, add_special_tokens=False)
    return [*layout.opening, *rows, *(layout.newline if sensor else ()), *asked, *layout.turn]


def sequence(
    layout: Layout, tokenizer: Any, question: str, answer: str, *, plain: bool = False, sensor: bool = True
) -> tuple[list[int], list[int]]:
    """(input ids, next-token targets) of one exchange; targets only for the answer and the end of its turn."""
    said = [*tokenizer.encode(answer, add_special_tokens=False), layout.end]
    if plain:
        before = [*layout.opening, *[layout.placeholder] * layout.rows, *layout.turn]
    else:
        before = question_ids(layout, tokenizer, question, sensor=sensor)
    ids = [*before, *said]
    targets = [IGNORED] * (len(before) - 1) + [*said, IGNORED]
    return ids, targets
