"""The default language model: SmolLM2-135M-Instruct inside this process, no key, no GPU, no hub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from agents.language.network import Network, Written, load_network
from agents.language.protocol import Json, LanguageModelFailure, Progress, Schema, Tokens, check_options
from models.backbone import Weights, find_weights

STRUCTURE_TOKENS = 512


class EmbeddedModel:
    """`LanguageModel` on local weights. The weights are found when it is made and loaded at the first use (about 2 s).

    What it can do is to score options; what it writes is checked by others. Measured: `docs/language-models.md`.
    """

    name = "SmolLM2-135M-Instruct"
    licence = "Apache-2.0"
    likelihoods = True

    def __init__(
        self,
        directory: Path | None = None,
        *,
        cache_dir: Path | None = None,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.weights: Weights = find_weights(directory, cache_dir=cache_dir, offline=offline, progress=progress)
        self._calls = 0
        self._tokens = Tokens()
        self._content_free: dict[tuple[str, str], float] = {}

    @property
    def revision(self) -> str:
        return self.weights.revision

    @property
    def calls(self) -> int:
        return self._calls

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def network(self) -> Network:
        return load_network(self.weights.path)

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        """Calibrated, length-normalised log-likelihoods of `options` as continuations of `prompt`.

        An option is continued after one space unless it brings its own. Scores under content-free prompts are kept, so
        calibrating a hundred episodes costs as much as calibrating one.
        """
        check_options(options)
        scores = self._log_likelihoods(prompt, options)
        if not content_free:
            return scores
        for free in content_free:
            fresh = [option for option in options if (free, option) not in self._content_free]
            if fresh:
                found = self._log_likelihoods(free, fresh)
                self._content_free.update({(free, option): s for option, s in zip(fresh, found, strict=True)})
        return [
            score - sum(self._content_free[free, option] for free in content_free) / len(content_free)
            for option, score in zip(options, scores, strict=True)
        ]

    def _log_likelihoods(self, prompt: str, options: Sequence[str]) -> list[float]:
        network = self.network
        prompt_ids = self._fitting(network, network.text_ids(prompt.rstrip()), 0)
        option_ids = [network.text_ids(option if option[0].isspace() else f" {option}") for option in options]
        self._calls += 1
        self._tokens.prompt += len(prompt_ids) + sum(len(ids) - 1 for ids in option_ids)
        return network.log_likelihoods(prompt_ids, option_ids)

    def _fitting(self, network: Network, ids: list[int], more: int) -> list[int]:
        if not ids or len(ids) + more > network.context_tokens:
            raise LanguageModelFailure(
                self.name,
                "refused",
                expected=f"a prompt of 1 to {network.context_tokens - more} tokens",
                found=f"{len(ids)} tokens",
                cure="ask about less at once",
            )
        return ids

    def reply(
        self,
        messages: Sequence[tuple[str, str]],
        max_tokens: int = 160,
        *,
        schema: Schema | None = None,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Written:
        """The model's turn after (role, text) messages; under `schema`, only tokens on the way to a valid object."""
        from agents.language.structure import json_mask

        network = self.network
        ids = self._fitting(network, network.chat_ids(messages), max_tokens)
        mask = None if schema is None else json_mask(network, schema)
        written = network.generate(ids, max_tokens, mask, temperature, seed)
        self._calls += 1
        self._tokens.prompt += written.prompt_tokens
        self._tokens.written += written.tokens
        return written

    def write(self, system: str, user: str, max_tokens: int = 160) -> str:
        return self.reply([("system", system), ("user", user)], max_tokens).text.strip()

    def choose(self, system: str, user: str, options: Sequence[str]) -> str:
        """The option that the model finds most likely as its answer (scored, not parsed: it cannot answer nonsense)."""
        check_options(options)
        network = self.network
        ids = self._fitting(network, network.chat_ids([("system", system), ("user", user)]), 0)
        answers = [network.text_ids(option) for option in options]
        self._calls += 1
        self._tokens.prompt += len(ids) + sum(len(answer) - 1 for answer in answers)
        scores = network.log_likelihoods(ids, answers)
        return options[scores.index(max(scores))]

    def structured(self, system: str, user: str, schema: Schema) -> Json:
        """A valid object; LanguageModelFailure when it did not end within its token budget."""
        text = self.reply([("system", system), ("user", user)], STRUCTURE_TOKENS, schema=schema).text
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise LanguageModelFailure(
                self.name,
                "nonsense",
                expected=f"an object within {STRUCTURE_TOKENS} tokens",
                found=text,
                cure="bound the schema's strings, or take a larger model",
            )
        return answer
