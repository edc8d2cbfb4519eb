"""A vocabulary as a tree of characters, so that only the tokens a constraint can go on with are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from models.sensorllm.data.constraint import ConstraintState


class Decodes(Protocol):
    """The part of a tokenizer that is used."""

    def __len__(self) -> int: ...
    def decode(self, token_ids: list[int]) -> str: ...


class _Branch:
    __slots__ = ("branches", "ids")

    def __init__(self) -> None:
        self.branches: dict[str, _Branch] = {}
        self.ids: list[int] = []


class TokenTrie:
    """tokens: (id, text) of every token that may be written; special tokens left out by the caller."""

    def __init__(self, tokens: Iterable[tuple[int, str]]) -> None:
        self._root = _Branch()
        for number, text in tokens:
            branch = self._root
            for character in text:
                branch = branch.branches.setdefault(character, _Branch())
            if text:
                branch.ids.append(number)

    @classmethod
    def from_tokenizer(cls, tokenizer: Decodes, special_ids: Iterable[int] = ()) -> TokenTrie:
        """Of a transformers tokenizer. Trend answers are plain ASCII: a token with anything else can never be allowed."""
        special = set(special_ids)
        texts = ((i, tokenizer.decode([i])) for i in range(len(tokenizer)) if i not in special)
        return cls((i, text) for i, text in texts if text.isascii())

    def allowed_ids(self, state: ConstraintState) -> list[int]:
        """Ids of the tokens whose whole text the state admits, ascending. The end-of-text token is the caller's."""
        found: list[int] = []
        waiting = [(self._root, state)]
        while waiting:
            branch, reached = waiting.pop()
            found += branch.ids
            for character in reached.allowed & branch.branches.keys():
                after = reached.advance(character)
                if after is not None:
                    waiting.append((branch.branches[character], after))
        return sorted(found)
