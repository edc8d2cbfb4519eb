"""Subjects that no shipped weight has ever seen, so that every number measured on them is honest.

Sources: USC-HAD 13, 14 are SensorLLM's test subjects; hapt's nine are the official UCI-HAR test subjects; the
MotionSense and WISDM choices are Telltale's own, fixed before any model was trained.
"""

from __future__ import annotations

HELD_OUT_SUBJECTS: dict[str, frozenset[str]] = {
    "usc_had": frozenset({"13", "14"}),
    "hapt": frozenset({"2", "4", "9", "10", "12", "13", "18", "20", "24"}),
    "motionsense": frozenset({"1", "5", "9", "13", "17", "21"}),
    "wisdm": frozenset({"1631", "1632", "1634", "1636"}),
}


def is_held_out(dataset: str, subject: str) -> bool:
    return subject in HELD_OUT_SUBJECTS.get(dataset, frozenset())
