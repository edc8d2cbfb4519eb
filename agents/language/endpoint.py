"""Language models behind an address (OpenAI's protocol: vLLM, Ollama, LM Studio, a cloud) or a LangChain provider string."""

from __future__ import annotations

from urllib.parse import urlsplit

from agents.language.chatting import ChattingModel
from agents.language.failures import failure_from
from agents.language.protocol import LanguageModelFailure
from recordings import UserError

NO_KEY = "none"
"""Sent where no key was given: a key from the environment must not travel to an address that did not ask for it."""


def open_endpoint(spec: str, *, api_key: str | None, timeout_s: float, retries: int) -> ChattingModel:
    """`http://host:port/v1#model`; without `#model` the endpoint is asked for its models and the first is taken.

    UserError for a malformed address; LanguageModelFailure when it has to be asked and does not answer.
    """
    address, _, model = spec.partition("#")
    parts = urlsplit(address)
    try:
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        well_formed = False
    if not well_formed:
        raise UserError(
            "language model",
            expected="an address such as http://localhost:8000/v1#model",
            found=spec,
            cure="correct the address",
        )
    where = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
    key = api_key or NO_KEY
    if not model:
        model = _first_model(address, where, key, timeout_s)

    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    chat = ChatOpenAI(
        model=model,
        base_url=address,
        api_key=SecretStr(key),
        timeout=timeout_s,
        max_retries=0,  # retried here, where a failure is told apart and counted
        temperature=0.0,
        seed=0,
        use_responses_api=False,
    )
    return ChattingModel(
        chat, name=model, revision=f"as served at {where}", where=where, json_schema=True, retries=retries
    )


def _first_model(address: str, where: str, key: str, timeout_s: float) -> str:
    import openai

    try:
        with openai.OpenAI(base_url=address, api_key=key, timeout=timeout_s, max_retries=0) as client:
            served = client.models.list().data or []  # a server of another kind sends anything
            names = [name for entry in served if isinstance(name := getattr(entry, "id", None), str)]
    except Exception as error:
        failure = failure_from(error, where)
        if failure is None:
            raise
        raise failure from error
    if not names:
        raise LanguageModelFailure(
            where,
            "nonsense",
            expected="at least one model in /models",
            found="none",
            cure="name the model after a #, as in http://localhost:8000/v1#model",
        )
    return names[0]


def open_provider(spec: str, *, api_key: str | None, timeout_s: float, retries: int) -> ChattingModel:
    """`provider:model` through LangChain. UserError when the provider is unknown, its package missing or its key unset."""
    from langchain.chat_models import init_chat_model

    provider, _, model = spec.partition(":")
    options: dict[str, object] = {"timeout": timeout_s, "max_retries": 0, "temperature": 0.0}
    if api_key is not None:
        options["api_key"] = api_key
    try:
        chat = init_chat_model(model, model_provider=provider, **options)  # type: ignore[call-overload]
    except Exception as error:  # each provider's package raises its own kinds
        lines = str(error).splitlines()
        raise UserError(
            f"language model {spec}",
            expected="embedded, an http address, or a provider:model that LangChain knows",
            found=lines[0] if lines else type(error).__name__,
            cure="correct the name, install the provider's package, or give its key",
        ) from error
    return ChattingModel(
        chat,
        name=model,
        revision=f"as served by {provider}",
        where=spec,
        json_schema=provider in ("openai", "azure_openai"),
        retries=retries,
    )
