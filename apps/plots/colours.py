"""One colour an activity, the same in every plot, page and run."""

from __future__ import annotations

import hashlib

# Related activities share a hue; told apart also in greyscale and by the common colour-vision deficiencies.
_FAMILIES = {
    "walking": "#2f7ed8",
    "walking_left": "#5a9be6",
    "walking_right": "#1d5fae",
    "stairs": "#12919b",
    "walking_upstairs": "#0aa6a6",
    "walking_downstairs": "#2bc0a0",
    "running": "#d4483b",
    "jumping": "#e8743b",
    "sitting": "#8e6bc4",
    "standing": "#e0a526",
    "lying": "#5d9c3f",
    "elevator_up": "#a0703c",
    "elevator_down": "#c0925e",
    "typing": "#77933c",
    "writing": "#9c8f1f",
    "clapping": "#6a7fdb",
    "brushing_teeth": "#2a9fbf",
    "drinking": "#1f7f9c",
    "eating_soup": "#c2603f",
    "eating_chips": "#b5485d",
    "eating_pasta": "#b0518f",
    "eating_sandwich": "#8f4a7a",
    "folding_clothes": "#7a5195",
    "catching_ball": "#3f8f6b",
    "dribbling_ball": "#2f7a55",
    "kicking_ball": "#5aa883",
}
_OTHERS = ("#b0518f", "#6a7fdb", "#9c8f1f", "#3f8f6b", "#c2603f", "#7a5195", "#2a9fbf", "#b5485d", "#77933c", "#5c6f82")
UNKNOWN, NO_DATA, TRANSITION = "#9aa3ad", "#d5d9de", "#6d7681"


def colour_of(activity: str, status: str = "known") -> str:
    """The fill of an activity's episodes, `#rrggbb`. `unknown` and `no_data` are greys."""
    if status == "no_data" or activity == "no_data":
        return NO_DATA
    if status == "unknown" or activity == "unknown":
        return UNKNOWN
    if activity in _FAMILIES:
        return _FAMILIES[activity]
    if "_to_" in activity:
        return TRANSITION
    # Not Python's own hash: that one changes with every process.
    return _OTHERS[hashlib.sha256(activity.encode()).digest()[0] % len(_OTHERS)]
