"""Any LangChain chat model as a `LanguageModel`: with retries, checked answers and typed failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from tenacity import RetryError, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from agents.language.failures import failure_from, is_worth_retrying
from agents.language.protocol import Json, LanguageModelFailure, Schema, Tokens, check_options

T = TypeVar("T")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 8.0


class ChattingModel:
    """`LanguageModel` over a chat model that gives text, not likelihoods: choices are structured output, checked.

    json_schema: the chat model understands OpenAI's `response_format`. retries: further attempts after a lost
    connection, a timeout or a busy server; an answer that is not what was asked for is asked for once more.
    """

    likelihoods = False

    def __init__(
        self,
        chat: BaseChatModel,
        *,
        name: str,
        revision: str = "as served",
        licence: str = "set by its provider",
        where: str | None = None,
        json_schema: bool = False,
        retries: int = 0,
    ) -> None:
        self.chat = chat
        self.name, self.revision, self.licence = name, revision, licence
        self.where = where or name
        self._json_schema = json_schema
        self._retries = retries
        self._calls = 0
        self._tokens = Tokens()

    @property
    def calls(self) -> int:
        return self._calls

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    def write(self, system: str, user: str, max_tokens: int = 160) -> str:
        def written(text: str) -> str | None:
            return text.strip() or None

        return self._asked(system, user, written, "some text", max_tokens=max_tokens)

    def choose(self, system: str, user: str, options: Sequence[str]) -> str:
        check_options(options)
        exact = {option.strip().casefold().rstrip("."): option for option in options}

        def chosen(text: str) -> str | None:
            answer = _as_json(text)
            if isinstance(answer, dict) and isinstance(answer.get("answer"), str):
                text = str(answer["answer"])
            return exact.get(text.strip().strip("\"'").casefold().rstrip("."))

        schema: Schema = {
            "type": "object",
            "properties": {"answer": {"type": "string", "enum": list(options)}},
            "required": ["answer"],
            "additionalProperties": False,
        }
        return self._asked(system, user, chosen, f"one of {len(options)} options", schema=schema)

    def structured(self, system: str, user: str, schema: Schema) -> Json:
        from jsonschema import Draft202012Validator

        validator = Draft202012Validator(dict(schema))

        def valid(text: str) -> Json | None:
            answer = _as_json(text)
            return answer if isinstance(answer, dict) and validator.is_valid(answer) else None

        return self._asked(system, user, valid, "an object of the asked shape", schema=schema)

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        """A choice: 0 for the chosen option, −1 for the others. There are no likelihoods to calibrate, so `content_free` is not asked."""
        del content_free
        named = "\n".join(f"- {option.strip()}" for option in options)
        system = "Complete the user's sentence. Answer with exactly one of the listed options and nothing else."
        chosen = self.choose(system, f"{prompt} …\n\nOptions:\n{named}", [option.strip() for option in options])
        return [0.0 if option.strip() == chosen else -1.0 for option in options]

    def _asked(
        self,
        system: str,
        user: str,
        read: Callable[[str], T | None],
        expected: str,
        *,
        schema: Schema | None = None,
        max_tokens: int | None = None,
    ) -> T:
        """What `read` makes of the reply; asked again once when it makes nothing of it, then LanguageModelFailure."""
        text = ""
        for again in (False, True):
            text = self._reply(system, _reminded(user, expected, schema) if again else user, schema, max_tokens)
            answer = read(text)
            if answer is not None:
                return answer
        raise LanguageModelFailure(
            self.where,
            "nonsense",
            expected=expected,
            found=repr(text) if text else "an empty answer",
            cure="take a model that follows instructions, or --llm embedded",
        )

    def _reply(self, system: str, user: str, schema: Schema | None, max_tokens: int | None) -> str:
        options: dict[str, object] = {}
        if self._json_schema and schema is not None:
            form = {"name": "answer", "schema": dict(schema), "strict": True}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        if self._json_schema and max_tokens is not None:
            options["max_tokens"] = max_tokens
        messages = [SystemMessage(system), HumanMessage(user)]
        attempts = Retrying(
            stop=stop_after_attempt(self._retries + 1),
            wait=wait_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
            retry=retry_if_exception(is_worth_retrying),
        )
        try:
            for attempt in attempts:
                with attempt:
                    self._calls += 1
                    message = self.chat.invoke(messages, **options)  # type: ignore[arg-type]
        except RetryError as error:
            last = error.last_attempt.exception()
            raise (failure_from(last, self.where) or error) from last
        except Exception as error:
            failure = failure_from(error, self.where)
            if failure is None:
                raise
            raise failure from error
        return self._counted(message)

    def _counted(self, message: AIMessage) -> str:
        usage = message.usage_metadata
        if usage is not None:
            self._tokens.prompt += usage["input_tokens"]
            self._tokens.written += usage["output_tokens"]
        return message.text


def _as_json(text: str) -> object:
    """The JSON in an answer (a fence around it is forgiven), or None."""
    text = text.strip()
    if text.startswith("```"):
        text = text.strip("`").removeprefix("json")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _reminded(user: str, expected: str, schema: Schema | None) -> str:
    shape = "" if schema is None else f" JSON schema: {json.dumps(schema)}"
    return f"{user}\n\nThe answer has to be {expected}, with no other words.{shape}"
