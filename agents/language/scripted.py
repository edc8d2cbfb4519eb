"""Language models that say what a script tells them: for tests and for trying a pipeline without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from agents.language.chatting import ChattingModel
from recordings import UserError


class Rule(BaseModel):
    """`reply` where the conversation contains `contains` (case does not matter)."""

    model_config = ConfigDict(extra="forbid")
    contains: str
    reply: str


class Script(BaseModel):
    """What is said: the first rule that fits, else the next of `replies`, else `otherwise`. Out of lines is an error."""

    model_config = ConfigDict(extra="forbid")
    rules: list[Rule] = Field(default_factory=list)
    replies: list[str] = Field(default_factory=list)
    otherwise: str | None = None


class ScriptedChat(BaseChatModel):
    """A LangChain chat model that follows a `Script` and keeps every conversation it was given in `heard`."""

    script: Script
    _heard: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _next: int = PrivateAttr(default=0)

    @property
    def heard(self) -> list[list[BaseMessage]]:
        return self._heard

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._heard.append(list(messages))
        said = "\n".join(message.text for message in messages).casefold()
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=self._reply(said)))])

    def _reply(self, said: str) -> str:
        for rule in self.script.rules:
            if rule.contains.casefold() in said:
                return rule.reply
        if self._next < len(self.script.replies):
            self._next += 1
            return self.script.replies[self._next - 1]
        if self.script.otherwise is None:
            raise UserError(
                "scripted language model",
                expected=f"at most {len(self.script.replies)} questions without a rule",
                found=f"question {self._next + 1}: {said[-80:]}",
                cure="add a reply, a rule or `otherwise` to the script",
            )
        return self.script.otherwise


class ScriptedModel(ChattingModel):
    """`LanguageModel` on a script: a list of replies, a mapping from a contained text to its reply, or a `Script`."""

    def __init__(self, script: Sequence[str] | Mapping[str, str] | Script) -> None:
        if isinstance(script, Mapping):
            script = Script(rules=[Rule(contains=k, reply=v) for k, v in script.items()])
        elif not isinstance(script, Script):
            script = Script(replies=list(script))
        self.chat_model = ScriptedChat(script=script)
        super().__init__(self.chat_model, name="scripted", revision="script", licence="Apache-2.0")

    @property
    def heard(self) -> list[str]:
        """Every conversation so far, as one text each."""
        return ["\n".join(message.text for message in messages) for messages in self.chat_model.heard]


def scripted_from(path: Path) -> ScriptedModel:
    """The model of a JSON script (`rules`, `replies`, `otherwise`). UserError when it cannot be read."""
    try:
        return ScriptedModel(Script.model_validate(json.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        found = error.strerror or str(error)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        found = f"no JSON ({error})"
    except ValidationError as error:
        found = str(error.errors()[0]["msg"])
    raise UserError(
        path,
        expected='a JSON object such as {"replies": ["…"], "rules": [{"contains": "…", "reply": "…"}]}',
        found=found,
        cure="write the script in that form",
    )
