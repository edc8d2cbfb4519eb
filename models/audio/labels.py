"""The sounds that the shipped tagger can name, and which source labels teach each of them.

A label is here when permissively licensed clips from at least three source recordings exist for it; `keyboard_typing` is the
one exception (two recordings, 109 clips), because a desk is where much of a day happens. What has too few recordings (doorbell,
exercise bike, speech, music, frying, eating …) teaches `none_of_these` or nothing: a label that cannot be tested is not offered.
"""

from __future__ import annotations

NONE_OF_THESE = "none_of_these"

# label -> source labels of clips.csv
SOURCES: dict[str, tuple[str, ...]] = {
    "keyboard_typing": ("keyboard_typing",),
    "running_water": ("water_flowing",),
    "washing_dishes": ("clean_dishes",),
    "cutlery_and_plates": ("cutlery", "plates"),
    "cupboard_or_drawer": ("cupboard", "drawer", "fridge"),
    "peeling": ("peel",),
    "blender_or_juicer": ("blender", "juicer"),
    "appliance_hum": ("stove_fan", "dishwasher", "microwave"),
    "knocking": ("door_wood_knock",),
    "dog_barking": ("dog",),
    "baby_crying": ("crying_baby",),
    "sneezing": ("sneezing",),
    "clock_ticking": ("clock_tick",),
    "rain": ("rain",),
    "crackling_fire": ("crackling_fire",),
}

SOUND_LABELS: tuple[str, ...] = (*SOURCES, NONE_OF_THESE)

# Source labels that another label could rightly claim: they are neither taught as a label nor as `none_of_these`, and a
# tag on them is not counted as a false alarm. (A boiling pot holds water, a radio may play anything.)
AMBIGUOUS: frozenset[str] = frozenset(
    {
        "boiling_water",
        "stove_burner",
        "pouring_water",
        "water_drops",
        "toilet_flush",
        "frying_pan",
        "chopping",
        "thunderstorm",
        "washing_machine",
        "vacuum_cleaner",
        "mouse_click",
        "clock_alarm",
        "appliance",
        "tv",
        "radio",
        "trash",
        "eat",
    }
)

_LABEL_OF = {source: label for label, sources in SOURCES.items() for source in sources}


def label_of(source_label: str) -> str | None:
    """The tagger's label for a clip's source label; None when it must not teach anything."""
    if source_label in AMBIGUOUS:
        return None
    return _LABEL_OF.get(source_label, NONE_OF_THESE)
