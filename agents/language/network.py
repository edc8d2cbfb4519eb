"""The embedded causal network: loaded once, generating and scoring on the processor it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from models.backbone import quiet_loading

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Mask = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]
"""A logits processor: (input ids (1, t), logits (1, vocabulary)) → logits."""

_loaded: dict[Path, Network] = {}
_lock = Lock()
_OPTIONS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    prompt_tokens: int
    tokens: int


class Network:
    """Weights and tokenizer. Not thread-safe by itself: every public method holds the network's own lock."""

    def __init__(self, path: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        with quiet_loading():
            self.model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
                str(path), dtype=torch.bfloat16, local_files_only=True
            ).eval()
            self.tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(path), local_files_only=True)
        self._busy = Lock()

    @property
    def context_tokens(self) -> int:
        return int(self.model.config.max_position_embeddings)

    def chat_ids(self, messages: Sequence[tuple[str, str]]) -> list[int]:
        """Token ids of (role, text) messages under the model's chat template, ready for its answer."""
        return self.text_ids(self.chat_text(messages))

    def chat_text(self, messages: Sequence[tuple[str, str]]) -> str:
        turns = [{"role": role, "content": self._disarmed(text)} for role, text in messages]
        return str(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False))

    def text_ids(self, text: str) -> list[int]:
        return [int(i) for i in self.tokenizer(text, add_special_tokens=False).input_ids]

    def _disarmed(self, text: str) -> str:
        """A text that cannot close its own turn: the template's control words lose their brackets."""
        for token in self.tokenizer.all_special_tokens:
            text = text.replace(token, token.strip("<|>"))
        return text

    def generate(
        self, ids: Sequence[int], max_tokens: int, mask: Mask | None = None, temperature: float = 0.0, seed: int = 0
    ) -> Written:
        """Greedy continuation of `ids` (sampled with a seed above temperature 0), ended by the end of the turn."""
        import torch
        from transformers import LogitsProcessorList

        with self._busy, torch.inference_mode(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inputs = torch.tensor([list(ids)])
            how = {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}
            output = self.model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                max_new_tokens=max_tokens,
                logits_processor=LogitsProcessorList([] if mask is None else [mask]),
                pad_token_id=self.tokenizer.pad_token_id,
                eos_token_id=self.tokenizer.eos_token_id,
                **how,
            )
        fresh = output[0, inputs.shape[1] :]
        return Written(
            str(self.tokenizer.decode(fresh, skip_special_tokens=True)), int(inputs.shape[1]), int(fresh.numel())
        )

    def log_likelihoods(self, prompt: Sequence[int], options: Sequence[Sequence[int]]) -> list[float]:
        """Mean log p(token) of each option after the prompt. The prompt is read once; the options share its cache.

        prompt: at least one token. options: token ids, each at least one.
        """
        import torch

        with self._busy, torch.inference_mode():
            first = self.model(torch.tensor([list(prompt)]), use_cache=True, logits_to_keep=1)
            start = torch.log_softmax(first.logits[0, -1].float(), dim=-1)
            sums = [float(start[option[0]]) for option in options]
            longer = [i for i, option in enumerate(options) if len(option) > 1]
            for at in range(0, len(longer), _OPTIONS_AT_ONCE):
                rows = longer[at : at + _OPTIONS_AT_ONCE]
                for row, tail in zip(rows, self._tails(first.past_key_values, [options[i] for i in rows]), strict=True):
                    sums[row] += tail
        return [total / len(option) for total, option in zip(sums, options, strict=True)]

    def _tails(self, past: object, options: Sequence[Sequence[int]]) -> list[float]:
        """Summed log p of every option's second and later tokens, batched behind copies of one cache."""
        import copy

        import torch

        cache = copy.deepcopy(past)
        cache.batch_repeat_interleave(len(options))  # type: ignore[attr-defined]
        width = max(len(option) for option in options) - 1
        ids = torch.zeros(len(options), width, dtype=torch.long)
        for row, option in enumerate(options):
            ids[row, : len(option) - 1] = torch.tensor(list(option[:-1]))
        # Padding stands to the right of every token that counts, so causal attention needs no mask for it.
        logits = self.model(ids, past_key_values=cache, use_cache=True).logits.float()
        log_p = torch.log_softmax(logits, dim=-1)
        return [
            sum(float(log_p[row, i, token]) for i, token in enumerate(option[1:])) for row, option in enumerate(options)
        ]


def load_network(path: Path) -> Network:
    """The network of a folder, loaded once a process."""
    with _lock:
        if path not in _loaded:
            _loaded[path] = Network(path)
        return _loaded[path]
