"""The key of an endpoint, for code that is told a model's name alone, such as an evaluation's systems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class _Access:
    place: str
    api_key: str = field(repr=False)


_OPEN: ContextVar[_Access | None] = ContextVar("access to an endpoint", default=None)


@contextmanager
def endpoint_access(spec: str, api_key: str | None) -> Iterator[None]:
    """Inside, models at the same address as `spec` (or of its provider) are opened with this key where none is given.

    A judge at another address gets none: a key travels only to whom it was meant for. Nothing of it is written anywhere. It
    holds for this thread and the tasks it starts.
    """
    token = _OPEN.set(_Access(_place(spec), api_key) if api_key else None)
    try:
        yield
    finally:
        _OPEN.reset(token)


def key_for(spec: str) -> str | None:
    """The key that was given for the address or provider of `spec`."""
    access = _OPEN.get()
    return access.api_key if access is not None and access.place == _place(spec) else None


def _place(spec: str) -> str:
    """Scheme, host and port of an address; the provider of anything else."""
    name = spec.strip()
    kind = name.partition(":")[0]
    if kind not in ("http", "https"):
        return kind
    parts = urlsplit(name)
    return f"{kind}://{parts.netloc.casefold()}"
