"""Answers in a required shape: llguidance masks every token that would leave the JSON schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.language.network import Mask, Network
from agents.language.protocol import Schema

if TYPE_CHECKING:
    import torch
    from llguidance import LLTokenizer

_MOST_ITEMS = 16
_LONGEST_STRING = 120
_SELF_BOUNDED = frozenset({"maxLength", "enum", "const", "pattern", "format"})
_tokenizers: dict[int, LLTokenizer] = {}


def json_mask(network: Network, schema: Schema) -> Mask:
    """A logits processor that admits only tokens on the way to an object under `schema`. One use each.

    Whitespace is fixed: a small model that may write blanks writes nothing else. ValueError when the schema itself is
    not one that llguidance can enforce.
    """
    from llguidance import LLMatcher

    grammar = LLMatcher.grammar_from_json_schema(
        json.dumps(bounded(schema)),
        overrides={"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "},
    )
    matcher = LLMatcher(_tokenizer(network), grammar)
    if matcher.is_error():
        raise ValueError(f"a schema that cannot be enforced: {matcher.get_error()}")
    seen: list[int] = []

    def mask(ids: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        import torch

        if seen:
            matcher.consume_tokens([int(ids[0, -1])])
        seen.append(int(ids.shape[1]))
        admitted = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
        bits = np.unpackbits(admitted, bitorder="little")[: logits.shape[1]].astype(bool)
        allowed = np.zeros(logits.shape[1], dtype=bool)
        allowed[: len(bits)] = bits
        return logits.masked_fill(~torch.from_numpy(allowed), float("-inf"))

    return mask


def bounded(schema: object) -> object:
    """The schema with every open end closed: no invented keys, no endless strings or lists. What fits it fits the original."""
    if isinstance(schema, Mapping):
        closed = {key: bounded(value) for key, value in schema.items()}
        if closed.get("type") == "object" and "properties" in closed:
            closed.setdefault("additionalProperties", False)
        elif closed.get("type") == "array":
            closed.setdefault("maxItems", _MOST_ITEMS)
        elif closed.get("type") == "string" and not _SELF_BOUNDED & closed.keys():
            closed["maxLength"] = _LONGEST_STRING
        return closed
    return [bounded(value) for value in schema] if isinstance(schema, list) else schema


def _tokenizer(network: Network) -> LLTokenizer:
    """llguidance's view of the vocabulary; building it takes about a second, so it is kept."""
    key = id(network)
    if key not in _tokenizers:
        import llguidance.hf

        _tokenizers[key] = llguidance.hf.from_tokenizer(network.tokenizer, n_vocab=network.model.config.vocab_size)
    return _tokenizers[key]
