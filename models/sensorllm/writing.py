"""Writing answers: freely in batches, or one by one under a constraint that lets only what must be decided cost a pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessorList

from models.sensorllm.batches import FeatureStore, collate
from models.sensorllm.data import TokenTrie, TrendConstraint
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import Layout, SensorLLMProcessor


class OnlyTokens:
    """A logits processor: everything but these tokens becomes impossible."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens = list(tokens)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """(batch, written), (batch, vocabulary) → (batch, vocabulary), −∞ where a token may not come."""
        kept = torch.full_like(scores, float("-inf"))
        kept[:, self.tokens] = scores[:, self.tokens]
        return kept


def _embedded(
    model: SensorLLMModel, processor: SensorLLMProcessor, layouts: Sequence[Layout], features: Tensor
) -> tuple[Tensor, Tensor]:
    """(batch, tokens, D), padded on the right, and (batch,) lengths."""
    batch = {k: v.to(model.device) for k, v in collate(layouts, features, 2 * len(processor.channels)).items()}
    return model.embed(batch["features"], batch["input_ids"], batch["source"]), batch["last"] + 1


@torch.inference_mode()
def write_freely(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    layouts: Sequence[Layout],
    store: FeatureStore,
    *,
    longest: Sequence[int],
    batch_size: int = 32,
) -> list[str]:
    """One text a prompt, in order, greedily; at most so many new tokens each. Only tokens of the answers it was aligned with."""
    order = sorted(range(len(layouts)), key=lambda i: (longest[i], len(layouts[i])))
    texts = [""] * len(layouts)
    end = processor.end_of_turn
    extra: dict[str, Any] = {}
    if model.config.answer_tokens:
        extra["logits_processor"] = LogitsProcessorList([OnlyTokens(model.config.answer_tokens)])
    for first in range(0, len(order), batch_size):
        members = order[first : first + batch_size]
        embedded, lengths = _embedded(model, processor, [layouts[i] for i in members], store.of(members))
        width = embedded.shape[1]
        shifted = torch.zeros_like(embedded)  # generation pads on the left
        mask = torch.zeros(embedded.shape[:2], dtype=torch.long, device=embedded.device)
        for row, length in enumerate(lengths.tolist()):
            shifted[row, width - length :] = embedded[row, :length]
            mask[row, width - length :] = 1
        written = model.backbone.generate(
            inputs_embeds=shifted,
            attention_mask=mask,
            max_new_tokens=max(longest[i] for i in members),
            do_sample=False,
            eos_token_id=end,
            pad_token_id=end,
            use_cache=True,
            **extra,
        )
        for member, row in zip(members, written.tolist(), strict=True):
            cut = row[: row.index(end)] if end in row else row
            texts[member] = processor.tokenizer.decode(cut[: longest[member]], skip_special_tokens=True).strip()
    return texts


@torch.inference_mode()
def write_constrained(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    layouts: Sequence[Layout],
    store: FeatureStore,
    constraints: Sequence[TrendConstraint],
    trie: TokenTrie,
) -> list[str]:
    """One text a prompt, each a complete answer of its constraint: the likeliest admitted token wherever there is a choice.

    What must come is appended without asking, several tokens in one pass. UserError-free by construction: every answer ends.
    """
    return [
        _answer(model, processor, *_embedded(model, processor, [layout], store.of([number])), constraint, trie)
        for number, (layout, constraint) in enumerate(zip(layouts, constraints, strict=True))
    ]


def _answer(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    embedded: Tensor,
    length: Tensor,
    constraint: TrendConstraint,
    trie: TokenTrie,
) -> str:
    backbone, network = model.backbone, model.backbone.base_model
    head = backbone.get_output_embeddings().weight
    end = processor.end_of_turn
    read = network(inputs_embeds=embedded, use_cache=True)
    state, text = constraint.start(), ""
    # What was decided since the network was last asked: it reads all of it in one pass, when the next choice comes.
    unread: list[int] = []
    while True:
        must = _must_come(processor, state.forced)
        if not must:
            allowed = trie.allowed_ids(state)
            if state.complete and not allowed:
                return text
            choices = [*allowed, end] if state.complete else allowed
            if len(choices) > 1:
                if unread:
                    ids = torch.tensor([unread], device=embedded.device)
                    read = network(input_ids=ids, past_key_values=read.past_key_values, use_cache=True)
                    unread = []
                logits = head[torch.tensor(choices, device=head.device)] @ read.last_hidden_state[0, -1]
                token = choices[int(logits.float().argmax())]
            else:
                (token,) = choices
            if token == end:
                return text
            must = [token]
        for token in must:
            piece = processor.text(token)
            after = state.advance(piece)
            if after is None:
                raise RuntimeError(f"{piece!r} was written where its constraint does not admit it")
            state, text = after, text + piece
        if state.complete and not state.open:
            return text
        unread += must


def _must_come(processor: SensorLLMProcessor, forced: str) -> list[int]:
    """The text that follows in any case as tokens, without a last one that the next characters could still be part of."""
    if not forced:
        return []
    tokens = processor.ids(forced)
    kept = tokens[:-1] if len(tokens) > 1 else tokens
    return kept if forced.startswith("".join(processor.text(token) for token in kept)) else []
