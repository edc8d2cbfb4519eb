"""The embedded model as a LangChain chat model, so that any LangChain code can use it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel, ConfigDict

from agents.language.embedded import STRUCTURE_TOKENS, EmbeddedModel

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class EmbeddedChat(BaseChatModel):
    """`EmbeddedModel` behind `invoke`. Structured output is enforced token by token, so it is always valid.

    Its chat template knows no tools; `bind_tools` is therefore not offered.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    model: EmbeddedModel
    max_tokens: int = 160
    temperature: float = 0.0
    seed: int = 0

    @property
    def _llm_type(self) -> str:
        return "telltale-embedded"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        written = self.model.reply(
            _turns(messages),
            int(kwargs.get("max_tokens", self.max_tokens)),
            schema=kwargs.get("schema"),
            temperature=self.temperature,
            seed=self.seed,
        )
        text = written.text
        for ending in stop or []:
            text = text.partition(ending)[0]
        usage = {
            "input_tokens": written.prompt_tokens,
            "output_tokens": written.tokens,
            "total_tokens": written.prompt_tokens + written.tokens,
        }
        message = AIMessage(content=text, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """A runnable that gives an object under a JSON schema, or an instance of a pydantic class."""
        if include_raw or kwargs:
            raise NotImplementedError("the embedded model gives the object alone")
        form = schema.model_json_schema() if isinstance(schema, type) and issubclass(schema, BaseModel) else schema

        def ask(given: LanguageModelInput) -> dict[str, Any] | BaseModel:
            message = self.invoke(given, schema=form, max_tokens=STRUCTURE_TOKENS)
            if isinstance(schema, type) and issubclass(schema, BaseModel):
                return schema.model_validate_json(message.text)
            answer: dict[str, Any] = json.loads(message.text)
            return answer

        return RunnableLambda(ask)


def _turns(messages: Sequence[BaseMessage]) -> list[tuple[str, str]]:
    return [(_ROLES.get(message.type, "user"), message.text) for message in messages]
