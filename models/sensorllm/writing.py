"""Writing answers in batches with a key-value cache, free or under a constraint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessorList

from models.sensorllm.batches import FeatureStore, collate
from models.sensorllm.data import ConstraintState, TokenTrie, TrendConstraint
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import Layout, SensorLLMProcessor

Allowed = Callable[[int, list[int]], Sequence[int]]
"""(row of the batch, tokens written so far) → token ids that may come next."""


class OnlyAllowed:
    """A logits processor: everything but the allowed tokens of each row becomes impossible."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """(batch, written), (batch, vocabulary) → (batch, vocabulary), −∞ where a token may not come."""
        mask = torch.full_like(scores, float("-inf"))
        for row, written in enumerate(input_ids.tolist()):
            mask[row, torch.as_tensor(self.allowed(row, written), device=scores.device)] = 0.0
        return scores + mask


@torch.inference_mode()
def write_answers(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    layouts: Sequence[Layout],
    store: FeatureStore,
    *,
    longest: int | Sequence[int] = 700,
    batch_size: int = 64,
    allowed: Callable[[int], Callable[[list[int]], Sequence[int]]] | None = None,
) -> list[str]:
    """One text a prompt, in order, greedily (the same prompt gives the same text). Prompts are padded on the left.

    longest: new tokens at most, one number or one a prompt. allowed: prompt number → (tokens so far → what may come next).
    """
    limits = [longest] * len(layouts) if isinstance(longest, int) else list(longest)
    order = sorted(range(len(layouts)), key=lambda i: (limits[i], len(layouts[i])))
    texts = [""] * len(layouts)
    for first in range(0, len(order), batch_size):
        members = order[first : first + batch_size]
        for member, text in zip(
            members,
            _batch(model, processor, [layouts[i] for i in members], store, members, limits, allowed),
            strict=True,
        ):
            texts[member] = text
    return texts


def _batch(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    layouts: Sequence[Layout],
    store: FeatureStore,
    members: Sequence[int],
    limits: Sequence[int],
    allowed: Callable[[int], Callable[[list[int]], Sequence[int]]] | None,
) -> list[str]:
    batch = {k: v.to(model.device) for k, v in collate(layouts, store.of(members), 2 * len(processor.channels)).items()}
    embedded = model.embed(batch["features"], batch["input_ids"], batch["source"])
    lengths = batch["last"] + 1
    longest = embedded.shape[1]
    shifted = torch.zeros_like(embedded)
    mask = torch.zeros(embedded.shape[:2], dtype=torch.long, device=embedded.device)
    for row, length in enumerate(lengths.tolist()):
        shifted[row, longest - length :] = embedded[row, :length]
        mask[row, longest - length :] = 1
    end = processor.end_of_turn
    extra: dict[str, Any] = {}
    if allowed is None and model.config.answer_tokens:
        extra["logits_processor"] = LogitsProcessorList([OnlyAllowed(lambda row, written: model.config.answer_tokens)])
    elif allowed is not None:
        rules = [allowed(member) for member in members]

        def permitted(row: int, written: list[int]) -> Sequence[int]:
            return [end] if end in written else rules[row](written)

        extra["logits_processor"] = LogitsProcessorList([OnlyAllowed(permitted)])
    written = model.backbone.generate(
        inputs_embeds=shifted,
        attention_mask=mask,
        max_new_tokens=max(limits[i] for i in members),
        do_sample=False,
        eos_token_id=end,
        pad_token_id=end,
        use_cache=True,
        **extra,
    )
    out = []
    for member, row in zip(members, written.tolist(), strict=True):
        cut = row[: row.index(end)] if end in row else row
        out.append(processor.tokenizer.decode(cut[: limits[member]], skip_special_tokens=True).strip())
    return out


class ConstrainedAnswer:
    """What may come next in one answer; follows the tokens as they are written, one state a token."""

    def __init__(self, constraint: TrendConstraint, trie: TokenTrie, processor: SensorLLMProcessor) -> None:
        self.states: list[ConstraintState] = [constraint.start()]
        self.trie, self.processor = trie, processor

    def __call__(self, written: list[int]) -> Sequence[int]:
        for token in written[len(self.states) - 1 :]:
            state = self.states[-1].advance(self.processor.text(token))
            if state is None:
                raise RuntimeError("a token was written that its constraint does not admit")
            self.states.append(state)
        last = self.states[-1]
        forced = last.forced
        if forced:  # nothing to choose: the text that must come, as the tokenizer cuts it
            token = self.processor.ids(forced)[0]
            if forced.startswith(self.processor.text(token)):
                return [token]
        allowed = self.trie.allowed_ids(last)
        return [*allowed, self.processor.end_of_turn] if last.complete or not allowed else allowed


def under_constraints(
    constraints: Sequence[TrendConstraint], trie: TokenTrie, processor: SensorLLMProcessor
) -> Callable[[int], Callable[[list[int]], Sequence[int]]]:
    """For `write_answers`: each prompt under its own constraint."""
    return lambda number: ConstrainedAnswer(constraints[number], trie, processor)
