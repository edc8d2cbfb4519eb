"""Window classifiers behind one protocol: chance, library models, the product, and models that know the classes by words."""

from evals.systems.registry import SYSTEMS, SystemEntry, made, systems
from evals.systems.system import Answer, Setting, WindowSystem
from evals.systems.windows import WindowSet, balanced_rows, joined, load_windows, thinned_rows, window_id

__all__ = [
    "SYSTEMS",
    "Answer",
    "Setting",
    "SystemEntry",
    "WindowSet",
    "WindowSystem",
    "balanced_rows",
    "joined",
    "load_windows",
    "made",
    "systems",
    "thinned_rows",
    "window_id",
]
