"""Text, markers and places for encoder rows: how an example is laid out for the language model (SensorLLM §3.2–3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import ProcessorMixin

Ids = npt.NDArray[np.int32]
ROW = -1
# What a row may be read as, in the order of a step's sign.
STEP_WORDS = ("falling", "steady", "rising")


def rows_of(samples: int, pooled: int = 1) -> int:
    """Encoder rows that a channel of so many samples has in a prompt: one each and the end's, or one for `pooled` of them."""
    return -(-samples // pooled) + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """tokens, marks: (n,) int32. marks: 0 text, 1 … 2C marker, −1 the next encoder row. answer: first token of the answer.

    rows: encoder rows in it, the sum over its series.
    """

    tokens: Ids
    marks: Ids
    answer: int
    rows: int

    def __len__(self) -> int:
        return len(self.tokens)


class SensorLLMProcessor(ProcessorMixin):
    """Lays out prompts. channels: the order of the marker table.

    Texts are tokenised with special tokens off: what a user wrote can never open a turn of the conversation.
    """

    attributes = ("tokenizer",)
    tokenizer_class = "AutoTokenizer"

    def __init__(self, tokenizer: Any = None, channels: Sequence[str] = (), **kwargs: Any) -> None:
        self.channels = list(channels)
        self.chat_template = None
        self.tokenizer = tokenizer
        self._pieces: dict[str, list[int]] = {}

    def ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    def fixed(self, text: str, special: bool = False) -> list[int]:
        """Tokens of a text of our own, kept: it comes again in every example."""
        if text not in self._pieces:
            self._pieces[text] = (
                list(self.tokenizer(text, add_special_tokens=False)["input_ids"]) if special else self.ids(text)
            )
        return self._pieces[text]

    def text(self, token: int) -> str:
        """One token's characters."""
        return str(self.tokenizer.decode([token]))

    @property
    def end_of_turn(self) -> int:
        """The token that ends an answer: ChatML's where the tokenizer has it, else the end of text."""
        end = self.fixed("<|im_end|>", special=True)
        return end[0] if len(end) == 1 else int(self.tokenizer.eos_token_id)

    def block(self, channel: str, rows: int) -> tuple[list[int], list[int]]:
        """Start marker, `rows` places, end marker."""
        at = 1 + 2 * self.channels.index(channel)
        return [0] * (rows + 2), [at, *[ROW] * rows, at + 1]

    def alignment(
        self, series: Sequence[tuple[str, int]], system: str, question: str, answer: Sequence[int] | None = None
    ) -> Layout:
        """Stage 1, the backbone's own chat layout (ChatML): system, user (rows, question), assistant (answer, end).

        series: (channel, encoder rows), one, or two for a question about a pair. answer: its token ids; None leaves the prompt
        open for generation.
        """
        start = self.fixed("<|im_start|>", special=True)
        stop = [*self.fixed("<|im_end|>", special=True), *self.fixed("\n")]
        head = [*start, *self.fixed("system\n"), *self.ids(system), *stop, *start, *self.fixed("user\n")]
        block: list[int] = []
        marks: list[int] = []
        for channel, rows in series:
            tokens, places = self.block(channel, rows)
            block, marks = [*block, *tokens], [*marks, *places]
        ask = [*self.fixed("\n"), *self.ids(question), *stop, *start, *self.fixed("assistant\n")]
        prompt = len(head) + len(block) + len(ask)
        tail = [] if answer is None else [*answer, self.end_of_turn]
        whole = [*[0] * len(head), *marks, *[0] * (len(ask) + len(tail))]
        return Layout(
            np.array([*head, *block, *ask, *tail], np.int32),
            np.array(whole, np.int32),
            prompt,
            sum(rows for _, rows in series),
        )

    def reading(self, series: Sequence[tuple[str, int]], system: str) -> Layout:
        """The beginning of `alignment`'s prompt, up to the end of the rows: enough where rows are read and nothing is asked."""
        whole = self.alignment(series, system, "")
        last = int(np.flatnonzero(whole.marks)[-1]) + 1
        return Layout(whole.tokens[:last], whole.marks[:last], last, whole.rows)

    def step_tokens(self) -> list[int]:
        """First tokens of the words for falling, steady and rising; none where a tokenizer does not tell them apart."""
        found = [self.fixed(f" {word}")[0] for word in STEP_WORDS]
        return found if len(set(found)) == len(found) else []

    def window(self, rows: Mapping[str, int], statistics: str, question: str) -> Layout:
        """Stage 2, no chat layout: every channel's block and a newline, newline, statistics, newline, question.

        rows: channel → encoder rows, in the configuration's order. Without statistics and question the channels stand alone.
        """
        tokens: list[int] = []
        marks: list[int] = []
        line = self.fixed("\n")
        for channel, count in rows.items():
            block, places = self.block(channel, count)
            tokens += [*block, *line]
            marks += [*places, *[0] * len(line)]
        text = [*line, *self.ids(f"{statistics}\n" if statistics else ""), *self.ids(question)] if question else []
        tokens += text
        marks += [0] * len(text)
        return Layout(np.array(tokens, np.int32), np.array(marks, np.int32), len(tokens), sum(rows.values()))
