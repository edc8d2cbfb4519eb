"""Many prompts at once on local weights: the scores of `EmbeddedModel`, in batches, on a GPU where there is one.

An option's score is what `Network.log_likelihoods` gives: the mean log p of its tokens after the prompt. Prompts of a batch are padded on
the left and masked; the options of each share its cache. In bfloat16 the sums of another batch size differ in the third digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agents.language.network import Network

if TYPE_CHECKING:
    import torch

Ids = Sequence[int]
# Prompt tokens times rows behind the cache: 24 kB each in bfloat16, so 12 GB at most on a GPU.
_GPU_TOKENS, _CPU_TOKENS = 500_000, 20_000


class BatchedNetwork:
    """Wraps a loaded network; on CUDA it moves the network's weights there. Not thread-safe."""

    def __init__(self, network: Network, device: str = "auto") -> None:
        import torch

        self.network = network
        chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        self.device = torch.device(chosen)
        self._budget = _GPU_TOKENS if self.device.type == "cuda" else _CPU_TOKENS
        network.model.to(self.device)  # type: ignore[arg-type]

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

    def _padded(self, prompts: Sequence[Ids]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        import torch

        width = max(len(prompt) for prompt in prompts)
        ids = torch.zeros(len(prompts), width, dtype=torch.long)
        mask = torch.zeros(len(prompts), width, dtype=torch.long)
        for row, prompt in enumerate(prompts):
            ids[row, width - len(prompt) :] = torch.tensor(list(prompt))
            mask[row, width - len(prompt) :] = 1
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
        return ids.to(self.device), mask.to(self.device), positions.to(self.device)

    def _scored(self, prompts: Sequence[Ids], options: Sequence[Sequence[Ids]]) -> list[list[float]]:
        import torch

        each = len(options[0])
        if any(len(row) != each for row in options):
            raise ValueError("every prompt of a batch needs as many options")
        ids, mask, positions = self._padded(prompts)
        flat = [option for row in options for option in row]
        lengths = torch.tensor([len(option) for option in flat], device=self.device)
        width = max(len(option) for option in flat)
        tokens = torch.zeros(len(flat), width, dtype=torch.long)
        for row, option in enumerate(flat):
            tokens[row, : len(option)] = torch.tensor(list(option))
        tokens = tokens.to(self.device)
        with torch.inference_mode():
            first = self.network.model(
                ids, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1
            )
            start = torch.log_softmax(first.logits[:, -1].float(), dim=-1).repeat_interleave(each, dim=0)
            total = start.gather(1, tokens[:, :1])[:, 0]
            if width > 1:
                cache = first.past_key_values
                cache.batch_repeat_interleave(each)
                behind = torch.cat([mask.repeat_interleave(each, dim=0), torch.ones_like(tokens[:, 1:])], dim=1)
                at = positions[:, -1:].repeat_interleave(each, dim=0) + 1 + torch.arange(width - 1, device=self.device)
                # Padding stands to the right of every token that counts, so causal attention needs no mask for it.
                logits = self.network.model(
                    tokens[:, :-1], attention_mask=behind, position_ids=at, past_key_values=cache, use_cache=True
                ).logits
                log_p = torch.log_softmax(logits.float(), dim=-1).gather(2, tokens[:, 1:, None])[..., 0]
                counts = torch.arange(1, width, device=self.device)[None] < lengths[:, None]
                total = total + (log_p * counts).sum(dim=1)
        means = (total / lengths).cpu().tolist()
        return [[float(v) for v in means[i * each : (i + 1) * each]] for i in range(len(prompts))]
