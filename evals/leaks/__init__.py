"""Leaks between what was learnt and what is tested: `audit(Material(train=…, test=…)) -> [Check(name, passed, detail)]`."""

from evals.leaks.audit import DETECTORS, audit, failed
from evals.leaks.check import Check, Detector, Finding
from evals.leaks.digests import digest_of
from evals.leaks.material import SHOWN, Item, Material, Prompt

__all__ = [
    "DETECTORS",
    "SHOWN",
    "Check",
    "Detector",
    "Finding",
    "Item",
    "Material",
    "Prompt",
    "audit",
    "digest_of",
    "failed",
]
