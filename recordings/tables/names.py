"""What a column's name says: which sensor, axis and unit, or a time, a label, something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["acceleration", "linear", "gravity", "rotation", "magnetic", "time", "label", "index", "bare", "other"]

# Spelling → the unit it means; the first group is acceleration, the second rotation, the third time.
UNIT_SPELLINGS: dict[str, tuple[str, ...]] = {
    "g": ("g", "gs", "g-force", "gforce"),
    "ms2": ("m/s²", "m/s^2", "m/s2", "m/s/s", "ms2", "ms-2", "ms^-2", "m s-2", "mps2", "m·s⁻²", "meters/second^2"),
    "mg": ("mg", "milli-g", "millig"),
    "dps": ("°/s", "deg/s", "dps", "degs", "deg/sec", "degrees/s", "degrees/second", "º/s", "deg s-1"),
    "rads": ("rad/s", "rads", "radps", "rad/sec", "radians/s", "radians/second", "rad s-1"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "ms": ("ms", "msec", "millis", "millisecond", "milliseconds"),
    "us": ("us", "µs", "μs", "usec", "micros", "microsecond", "microseconds"),
    "ns": ("ns", "nsec", "nanos", "nanosecond", "nanoseconds"),
}
_UNIT_OF = {spelling: unit for unit, spellings in UNIT_SPELLINGS.items() for spelling in spellings}
_SUFFIX_UNITS = {
    "g",
    "ms2",
    "mg",
    "dps",
    "degs",
    "rads",
    "radps",
    "s",
    "sec",
    "seconds",
    "ms",
    "millis",
    "us",
    "micros",
    "ns",
    "nanos",
}
ACCELERATION_UNITS = frozenset({"g", "ms2", "mg"})
ROTATION_UNITS = frozenset({"dps", "rads"})
TIME_UNITS = frozenset({"s", "ms", "us", "ns"})

_SENSOR_WORDS: dict[str, Kind] = {
    **dict.fromkeys(
        ("acc", "accel", "acceleration", "accelerometer", "accelerations", "beschleunigung", "gforce", "gf", "a"),
        "acceleration",
    ),
    **dict.fromkeys(
        ("gyro", "gyr", "gyroscope", "gyroskop", "rotationrate", "angularvelocity", "angvel", "omega", "w"), "rotation"
    ),
    **dict.fromkeys(("gravity", "grav"), "gravity"),
    **dict.fromkeys(("linacc", "linaccel", "useracc", "useraccel", "useracceleration", "linearacceleration"), "linear"),
    **dict.fromkeys(("mag", "magnetometer", "magnetic", "magn", "b"), "magnetic"),
}
_FUSED = re.compile(
    r"(?P<kind>useracceleration|useraccel|useracc|linearacceleration|linearaccelerometer|linacc|bodyacc|totalacc"
    r"|accelerometer|acceleration|accel|acc|gyroscope|gyro|gyr|rotationrate|angularvelocity|gravity|magnetometer|mag)"
    r"(?P<axis>[xyz])?"
)
# One or two letters with their axis: the idioms of IMU boards and of Physics Toolbox (gFx is acceleration in g).
_SHORT: dict[str, tuple[Kind, str | None]] = {
    "gf": ("acceleration", "g"),
    "a": ("acceleration", None),
    "w": ("rotation", None),
    "g": ("rotation", None),
}
_REMOVED_WORDS = frozenset({"user", "linear", "lineare", "lin", "body"})
_TIME_WORDS = frozenset(
    {
        "time",
        "times",
        "timestamp",
        "timestamps",
        "ts",
        "t",
        "epoch",
        "unix",
        "unixtime",
        "datetime",
        "date",
        "utc",
        "elapsed",
        "zeit",
    }
    | {"loggingtime", "clock", "seconds", "millis", "milliseconds", "tstamp"}
)
_LABEL_WORDS = frozenset(
    {
        "activity",
        "activities",
        "label",
        "labels",
        "class",
        "annotation",
        "target",
        "behaviour",
        "behavior",
        "groundtruth",
        "gt",
    }
)
_INDEX_WORDS = frozenset(
    {
        "index",
        "idx",
        "id",
        "row",
        "rows",
        "sample",
        "samples",
        "seq",
        "frame",
        "no",
        "nr",
        "unnamed",
        "counter",
        "count",
        "n",
    }
)
# Words that name a device or a place of the body → (device, position); None: not said.
Place = tuple[str | None, str | None]
PLACES: dict[str, Place] = {
    "watch": ("watch", "wrist"),
    "smartwatch": ("watch", "wrist"),
    "wrist": ("watch", "wrist"),
    "phone": ("phone", None),
    "smartphone": ("phone", None),
    "iphone": ("phone", None),
    "pocket": ("phone", "pocket"),
    "trouser": ("phone", "pocket"),
    "waist": (None, "waist"),
    "belt": (None, "waist"),
    "hip": (None, "hip"),
    "thigh": (None, "thigh"),
    "chest": (None, "chest"),
    "ankle": (None, "ankle"),
    "arm": (None, "arm"),
    "head": (None, "head"),
    "ear": (None, "ear"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A column's role. `core_motion` marks names that Apple's Core Motion gives, whose acceleration has the other sign."""

    kind: Kind
    axis: Literal["x", "y", "z"] | None = None
    unit: str | None = None
    place: Place | None = None
    core_motion: bool = False


def words_of(name: str) -> list[str]:
    """`userAcceleration.x` → user, acceleration, x."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.split(r"[^0-9a-zA-Z]+", split.lower()) if word]


def place_of(words: list[str]) -> Place | None:
    """(device, position) that the words name, `left watch` where a side is said; None when they name neither."""
    named = [PLACES[word] for word in words if word in PLACES]
    if not named:
        return None
    device = next((device for device, _ in named if device), None)
    position = next((position for _, position in named if position), None)
    side = next((word for word in words if word in ("left", "right")), None)
    return (f"{side} {device or 'sensor'}" if side else device), position


def place_in(name: str) -> Place | None:
    """`place_of` a file's or folder's name."""
    return place_of(words_of(name))


def _unit_split(name: str) -> tuple[str, str | None]:
    """A name without its unit, and the unit in Telltale's spelling."""
    bracket = re.search(r"[\(\[]\s*([^\)\]]*?)\s*[\)\]]\s*$", name)
    if bracket:
        return name[: bracket.start()].strip(), _UNIT_OF.get(bracket.group(1).lower())
    inside = re.search(r"\s+in\s+(\S+)\s*$", name, re.IGNORECASE)
    if inside and inside.group(1).lower() in _UNIT_OF:
        return name[: inside.start()], _UNIT_OF[inside.group(1).lower()]
    for spelling in ("m/s^2", "m/s²", "m/s2", "deg/s", "rad/s", "°/s"):
        if name.lower().endswith(spelling) and len(name) > len(spelling):
            return name[: -len(spelling)].rstrip("_ -."), _UNIT_OF[spelling]
    stem, cut, last = name.rpartition("_")
    if cut and stem and last.lower() in _SUFFIX_UNITS:
        return stem, _UNIT_OF[last.lower()]
    return name, None


def _sensor(words: list[str]) -> tuple[Kind | None, str | None, str | None]:
    """(sensor, axis, unit) that the words name together."""
    kind: Kind | None = None
    axis: str | None = None
    unit: str | None = None
    joined = "".join(words)
    for stem, (short_kind, short_unit) in _SHORT.items():
        if re.fullmatch(stem + "[xyz]", joined):
            return short_kind, joined[-1], short_unit
    for word in words:
        if word in ("x", "y", "z"):
            axis = word
        elif word in _SENSOR_WORDS and (len(word) > 1 or len(words) <= 2):
            kind = kind or _SENSOR_WORDS[word]
        elif (fused := _FUSED.fullmatch(word)) is not None:
            stem = fused.group("kind")
            removed = stem.startswith(("user", "lin", "body"))
            kind = kind or ("linear" if removed else _SENSOR_WORDS.get(stem, "acceleration"))
            axis = fused.group("axis") or axis
    if kind is None and any(pair in joined for pair in ("rotationrate", "angularvelocity", "angularrate")):
        kind = "rotation"
    if kind == "acceleration" and _REMOVED_WORDS & set(words):
        kind = "linear"
    return kind, axis, unit


def meaning_of(name: str) -> Meaning:
    """What one column name means; `other` when it means nothing known. Text in a name is only ever matched, never obeyed."""
    stem, unit = _unit_split(name.strip())
    words = words_of(stem)
    place = place_of(words)
    kind, axis, named_unit = _sensor(words)
    unit = unit or named_unit
    joined = "".join(words)
    if axis in ("x", "y", "z") and kind is not None:
        apple = "useracc" in joined or "accelerometeracceleration" in joined or "motiongravity" in joined
        return Meaning(kind, axis, unit, place, apple)  # type: ignore[arg-type]  # narrowed by the membership test
    if axis in ("x", "y", "z") and len([w for w in words if w not in PLACES and w not in ("left", "right")]) == 1:
        return Meaning("bare", axis, unit, place)  # type: ignore[arg-type]
    if not words:
        return Meaning("index")
    if set(words) & _TIME_WORDS and axis is None and not set(words) & _LABEL_WORDS:
        if unit is None and joined in _UNIT_OF and _UNIT_OF[joined] in TIME_UNITS:
            unit = _UNIT_OF[joined]
        elif unit is None and words[0] in ("seconds", "millis", "milliseconds"):
            unit = _UNIT_OF[words[0]]
        return Meaning("time", None, unit if unit in TIME_UNITS else None, place)
    if set(words) & _LABEL_WORDS and len(words) <= 3:
        return Meaning("label", None, None, place)
    if len(words) <= 2 and set(words) & _INDEX_WORDS and not kind:
        return Meaning("index")
    return Meaning("other", None, None, place)
