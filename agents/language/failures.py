"""What went wrong at an endpoint, told apart by the names and codes that the common clients share."""

from __future__ import annotations

import json

from agents.language.protocol import LanguageModelFailure

_SLOW = frozenset({"APITimeoutError", "TimeoutException", "TimeoutError", "Timeout"})
_DOWN = frozenset({"APIConnectionError", "ConnectError", "ConnectionError", "NetworkError", "RemoteProtocolError"})
_UNREADABLE = frozenset({"APIResponseValidationError", "OutputParserException"})
_CLIENTS = ("openai", "langchain_openai", "langchain_core", "langchain")
_BUSY = frozenset({408, 409, 429})


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _status(error: BaseException) -> int | None:
    code = getattr(error, "status_code", None)
    return code if isinstance(code, int) else None


def is_worth_retrying(error: BaseException) -> bool:
    """A lost connection, a timeout or a busy server may pass; a wrong key or an unknown model will not."""
    status = _status(error)
    if status is not None:
        return status in _BUSY or status >= 500
    return bool(_names(error) & (_SLOW | _DOWN))


def failure_from(error: BaseException | None, where: str) -> LanguageModelFailure | None:
    """The failure that an exception of a client stands for; None when it is a bug that should keep its traceback."""
    if error is None:
        return None
    if isinstance(error, LanguageModelFailure):
        return error
    names, status = _names(error), _status(error)
    if names & _SLOW or status == 408:
        return LanguageModelFailure(
            where,
            "slow",
            expected="an answer within the timeout",
            found="none",
            cure="raise the timeout, take a smaller model, or --llm embedded",
        )
    if status is not None and status < 500:
        return LanguageModelFailure(
            where,
            "refused",
            expected="an accepted request",
            found=f"HTTP {status} {_first_line(error)}",
            cure="check the key, the model's name and the quota",
        )
    if names & _DOWN or status is not None:
        found = f"HTTP {status}" if status is not None else "no connection"
        return LanguageModelFailure(
            where,
            "down",
            expected="a running endpoint",
            found=found,
            cure="start it or correct its address, or --llm embedded",
        )
    if names & _UNREADABLE or isinstance(error, json.JSONDecodeError) or _inside_a_client(error):
        return LanguageModelFailure(
            where,
            "nonsense",
            expected="a reply in OpenAI's form",
            found="a reply of another shape",
            cure="check that the address is an OpenAI-compatible /v1",
        )
    return None


def _inside_a_client(error: BaseException) -> bool:
    """Whether a client library stumbled over the reply's shape (they raise bare TypeErrors and the like then)."""
    if not isinstance(error, TypeError | AttributeError | KeyError | ValueError | IndexError):
        return False
    frame = error.__traceback__
    module = ""
    while frame is not None:
        module = str(frame.tb_frame.f_globals.get("__name__", ""))
        frame = frame.tb_next
    return module.partition(".")[0] in _CLIENTS


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
