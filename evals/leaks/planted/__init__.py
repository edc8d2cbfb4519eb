"""Leaks planted in honest materials from real sets: what the detectors themselves are measured by."""

from evals.leaks.planted.behaved import BEHAVED
from evals.leaks.planted.clean import CLEAN, clean_material
from evals.leaks.planted.copied import COPIED
from evals.leaks.planted.plant import Plant
from evals.leaks.planted.told import TOLD

PLANTS: tuple[Plant, ...] = (*COPIED, *TOLD, *BEHAVED)

__all__ = ["CLEAN", "PLANTS", "Plant", "clean_material"]
