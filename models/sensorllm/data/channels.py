"""What a text calls a channel, and what its two special tokens are called."""

from __future__ import annotations

_SENSORS = {"acc": "accelerometer", "gyro": "gyroscope", "gravity": "gravity sensor", "mag": "magnetometer"}


def spoken_channel(channel: str, position: str = "", *, normalized: bool = False) -> str:
    """`acc_x` → `x-axis accelerometer`; with a place before it where a set wears several (`left ankle x-axis …`).

    normalized: SensorLLM's summaries call the raw channel normalized; off by default, for the numbers are not. A name of
    another form is spoken with blanks.
    """
    head, _, axis = channel.rpartition("_")
    name = (
        f"{axis}-axis {_SENSORS[head]}" if head in _SENSORS and axis in ("x", "y", "z") else channel.replace("_", " ")
    )
    return " ".join(word for word in ("normalized" if normalized else "", position.replace("_", " "), name) if word)


def channel_tokens(channel: str, position: str = "") -> tuple[str, str]:
    """The start and end token of a channel: `<acc_x_start>`, `<acc_x_end>`, a place before it where there is one."""
    name = f"{position}_{channel}".replace(" ", "_").strip("_")
    return f"<{name}_start>", f"<{name}_end>"
