"""Many prompts at once on local weights: the scores of `EmbeddedModel`, in batches, on a GPU where there is one.

An option's score is what `Network.log_likelihoods` gives: the mean log p of its tokens after the prompt. What all prompts of a batch begin
with (a system prompt, exemplars) is read once; the rest is padded on the left and masked; the options of each share its cache. In float32 the results are those of one prompt at a time to 1e-5;
in bfloat16, as shipped, another batch size moves a score by up to 0.1.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agents.language.network import Network

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache

Ids = Sequence[int]
# Prompt tokens times rows behind the cache: 24 kB each in bfloat16, so 12 GB at most on a GPU.
_GPU_TOKENS, _CPU_TOKENS = 500_000, 40_000
_WORTH_SHARING = 8


def on_gpu() -> bool:
    """Whether batches would run on a GPU."""
    import torch

    return bool(torch.cuda.is_available())


class BatchedNetwork:
    """Wraps a loaded network; on CUDA it moves the network's weights there. Not thread-safe."""

    def __init__(self, network: Network, device: str = "auto") -> None:
        import torch

        self.network = network
        chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        self.device = torch.device(chosen)
        self._budget = _GPU_TOKENS if self.device.type == "cuda" else _CPU_TOKENS
        self._kept: tuple[tuple[int, ...], DynamicCache] | None = None
        network.model.to(self.device)

    def log_likelihoods(self, prompts: Sequence[Ids], options: Sequence[Sequence[Ids]]) -> list[list[float]]:
        """options[i]: token ids of the options of prompts[i]; every prompt has as many. Results in the order given."""
        found: list[list[float]] = [[] for _ in prompts]
        for rows in self._batches(prompts, max((len(o) for o in options), default=1)):
            for i, scores in zip(
                rows, self._scored([prompts[i] for i in rows], [options[i] for i in rows]), strict=True
            ):
                found[i] = scores
        return found

    def continued(self, prompts: Sequence[Ids], max_tokens: int) -> list[str]:
        """Greedy continuations, ended by the end of the turn."""
        import torch

        found = [""] * len(prompts)
        for rows in self._batches(prompts, 4):
            ids, mask, _ = self._padded([prompts[i] for i in rows])
            tokenizer = self.network.tokenizer
            with torch.inference_mode():
                output = self.network.model.generate(
                    ids,
                    attention_mask=mask,
                    max_new_tokens=max_tokens,
                    do_sample=False,
                    pad_token_id=tokenizer.pad_token_id,
                    eos_token_id=tokenizer.eos_token_id,
                )
            for i, row in zip(rows, output[:, ids.shape[1] :], strict=True):
                found[i] = str(tokenizer.decode(row, skip_special_tokens=True)).strip()
        return found

    def _batches(self, prompts: Sequence[Ids], repeats: int) -> Iterator[list[int]]:
        """Rows of like length, so that little is padding."""
        order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
        rows: list[int] = []
        for i in order:
            if rows and (len(rows) + 1) * (len(prompts[i]) + 16) * repeats > self._budget:
                yield rows
                rows = []
            rows.append(i)
        if rows:
            yield rows

    def _padded(self, prompts: Sequence[Ids], shared: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Without their first `shared` tokens: ids and positions (n, width), and the mask of everything before too."""
        import torch

        rest = [list(prompt[shared:]) for prompt in prompts]
        width = max(len(row) for row in rest)
        ids = torch.zeros(len(rest), width, dtype=torch.long)
        mask = torch.zeros(len(rest), width, dtype=torch.long)
        for number, row in enumerate(rest):
            ids[number, width - len(row) :] = torch.tensor(row)
            mask[number, width - len(row) :] = 1
        positions = shared + (mask.cumsum(dim=1) - 1).clamp(min=0)
        whole = torch.cat([torch.ones(len(rest), shared, dtype=torch.long), mask], dim=1)
        return ids.to(self.device), whole.to(self.device), positions.to(self.device)

    def _beginning(self, ids: Ids) -> DynamicCache:
        """The cache behind a shared beginning; the last one is kept, for the next batch often begins alike."""
        import torch

        key = tuple(ids)
        if self._kept is None or self._kept[0] != key:
            begun = self.network.model(torch.tensor([list(ids)], device=self.device), use_cache=True, logits_to_keep=1)
            self._kept = (key, begun.past_key_values)
        return copy.deepcopy(self._kept[1])

    def _scored(self, prompts: Sequence[Ids], options: Sequence[Sequence[Ids]]) -> list[list[float]]:
        import torch

        each = len(options[0])
        if any(len(row) != each for row in options):
            raise ValueError("every prompt of a batch needs as many options")
        shared = common_length(prompts)
        ids, mask, positions = self._padded(prompts, shared)
        flat = [option for row in options for option in row]
        lengths = torch.tensor([len(option) for option in flat], device=self.device)
        width = max(len(option) for option in flat)
        tokens = torch.zeros(len(flat), width, dtype=torch.long)
        for row, option in enumerate(flat):
            tokens[row, : len(option)] = torch.tensor(list(option))
        tokens = tokens.to(self.device)
        with torch.inference_mode():
            cache = None
            if shared:
                cache = self._beginning(prompts[0][:shared])
                cache.batch_repeat_interleave(len(prompts))
            first = self.network.model(
                ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            start = torch.log_softmax(first.logits[:, -1].float(), dim=-1).repeat_interleave(each, dim=0)
            total = start.gather(1, tokens[:, :1])[:, 0]
            if width > 1:
                behind = first.past_key_values
                behind.batch_repeat_interleave(each)
                seen = torch.cat([mask.repeat_interleave(each, dim=0), torch.ones_like(tokens[:, 1:])], dim=1)
                at = positions[:, -1:].repeat_interleave(each, dim=0) + 1 + torch.arange(width - 1, device=self.device)
                # Padding stands to the right of every token that counts, so causal attention needs no mask for it.
                logits = self.network.model(
                    tokens[:, :-1], attention_mask=seen, position_ids=at, past_key_values=behind, use_cache=True
                ).logits
                log_p = torch.log_softmax(logits.float(), dim=-1).gather(2, tokens[:, 1:, None])[..., 0]
                counts = torch.arange(1, width, device=self.device)[None] < lengths[:, None]
                total = total + (log_p * counts).sum(dim=1)
        means = (total / lengths).cpu().tolist()
        return [[float(v) for v in means[i * each : (i + 1) * each]] for i in range(len(prompts))]


def common_length(prompts: Sequence[Ids]) -> int:
    """Tokens that all prompts begin with; at least one of each is left, and a short beginning is not worth a pass of its own."""
    most = min(len(prompt) for prompt in prompts) - 1
    shared = 0
    while shared < most and all(prompt[shared] == prompts[0][shared] for prompt in prompts[1:]):
        shared += 1
    return shared if shared >= _WORTH_SHARING and len(prompts) > 1 else 0
