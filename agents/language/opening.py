"""One setting, any language model."""

from __future__ import annotations

from pathlib import Path

from agents.language.access import key_for
from agents.language.protocol import LanguageModel, Progress
from recordings import UserError


def open_language_model(
    spec: str = "embedded",
    *,
    cache_dir: Path | None = None,
    api_key: str | None = None,
    timeout_s: float = 60.0,
    retries: int = 2,
    offline: bool = False,
    progress: Progress | None = None,
) -> LanguageModel:
    """The language model that `spec` names.

    `embedded` (or `embedded:FOLDER` of a saved model) runs in this process; `llasa` (or `llasa:DIR`) is the same with the
    adapter of a LLaSA checkpoint; `http://host:port/v1#model` is an
    OpenAI-compatible endpoint; `scripted:FILE` follows a script; anything else with a colon is a LangChain
    `provider:model`. api_key: None takes the one of `endpoint_access`, if it is
    for this place. timeout_s is for one attempt; retries are further attempts. UserError when there is no such model.
    """
    kind, _, rest = spec.strip().partition(":")
    api_key = api_key or key_for(spec)
    if kind == "embedded":
        from agents.language.embedded import EmbeddedModel

        folder = Path(rest).expanduser() if rest else None
        return EmbeddedModel(folder, cache_dir=cache_dir, offline=offline, progress=progress)
    if kind == "llasa":
        from agents.language.adapted import AdaptedModel

        adapter = Path(rest).expanduser() if rest else None
        return AdaptedModel(adapter, cache_dir=cache_dir, offline=offline, progress=progress)
    if kind in ("http", "https"):
        from agents.language.endpoint import open_endpoint

        return open_endpoint(spec.strip(), api_key=api_key, timeout_s=timeout_s, retries=retries)
    if kind == "scripted" and rest:
        from agents.language.scripted import scripted_from

        return scripted_from(Path(rest).expanduser())
    if rest:
        from agents.language.endpoint import open_provider

        return open_provider(spec.strip(), api_key=api_key, timeout_s=timeout_s, retries=retries)
    raise UserError(
        "language model",
        expected="embedded, http://host:port/v1#model, or provider:model",
        found=repr(spec),
        cure="name the model in one of these forms",
    )
