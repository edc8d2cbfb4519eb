"""An `Evidence`'s method as a line that a person reads and `recompute` can run again: `name; key=value; key=value`."""

from __future__ import annotations

from urllib.parse import quote, unquote

Parameter = str | int | float | bool | None

# Kept readable in values: everything but the signs that separate parameters.
_SAFE = " !\"#$&'()*+,-./:<>?@[\\]^_`{|}~²°µ·"


def method(name: str, **parameters: Parameter) -> str:
    """`method("nearest exemplars", k=5)` → `nearest exemplars; k=5`. None and False are left out."""
    parts = [name]
    for key, value in parameters.items():
        if value is None or value is False:
            continue
        text = f"{value:.6g}" if isinstance(value, float) else "yes" if value is True else str(value)
        parts.append(f"{key}={quote(text, safe=_SAFE)}")
    return "; ".join(parts)


def parameters(line: str) -> dict[str, str]:
    """The parameters of a method line, as text."""
    pairs = (part.partition("=") for part in line.split("; ")[1:])
    return {key: unquote(value) for key, _, value in pairs}
