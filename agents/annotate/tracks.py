"""What the Bench holds about a recording, as the tracks that segmentation decodes."""

from __future__ import annotations

from agents.annotate.context import Context
from agents.annotate.perceive import perceptions_of
from agents.annotate.state import Perceived
from agents.segmentation import Track
from tools import OPINIONS, Perception


def perception_of(context: Context, recording_id: str, perceived: Perceived) -> Perception | None:
    """The arrays behind a `Perceived`."""
    said = perceptions_of(context.bench, recording_id, perceived.modality)
    return next((p for p in said if p.stream == perceived.stream), None)


def tracks_of(context: Context, recording_id: str, perceived: dict[str, Perceived]) -> list[Track]:
    """One track for every stream with a usable window, in the state's order; several streams share their modality's weight.

    A window counts in proportion to its stride, because overlapping windows repeat each other's samples.
    """
    settings = context.settings
    share = {"motion": 1.0, "sound": settings.sound_weight}
    # A second opinion on the same samples, from windows side by side, moves no boundary.
    heard = [(key, p) for key, p in perceived.items() if p.usable and p.modality not in OPINIONS]
    tracks = []
    for key, p in heard:
        perception = perception_of(context, recording_id, p)
        if perception is None:
            continue
        streams = sum(other.modality == p.modality for _, other in heard)
        weight = share[p.modality] / streams * settings.stride_s / STRIDE_TUNED_S
        tracks.append(
            Track.of(
                key, perception.labels, perception.windows, perception.probabilities, perception.usable, weight=weight
            )
        )
    return tracks


# The stride at which the switch cost was tuned.
STRIDE_TUNED_S = 1.28
