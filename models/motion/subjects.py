"""Who chooses: further training subjects, never a held-out one."""

from __future__ import annotations

# They choose the recipe and fit the temperatures, then join the training subjects of the final fit.
VALIDATION_SUBJECTS: dict[str, frozenset[str]] = {
    "usc_had": frozenset({"5", "11"}),
    "hapt": frozenset({"3", "8", "16", "27"}),
    "motionsense": frozenset({"2", "10", "18"}),
    "wisdm": frozenset({"1606", "1617"}),
}
