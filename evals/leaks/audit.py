"""All detectors over one material, in a fixed order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evals.leaks.check import Check, Detector
from evals.leaks.controls import CONTROLS
from evals.leaks.copies import COPIES
from evals.leaks.exemplars import EXEMPLARS
from evals.leaks.fitting import FITTING
from evals.leaks.identity import IDENTITY
from evals.leaks.material import Material
from evals.leaks.options import OPTIONS
from evals.leaks.pretraining import PRETRAINING
from evals.leaks.shortcuts import SHORTCUTS
from evals.leaks.told import TOLD

DETECTORS: tuple[Detector, ...] = (
    *IDENTITY,
    *COPIES,
    *TOLD,
    *FITTING,
    *EXEMPLARS,
    *OPTIONS,
    *SHORTCUTS,
    *CONTROLS,
    *PRETRAINING,
)


def audit(material: Material, only: Collection[str] | None = None) -> list[Check]:
    """One `Check` a detector, in the order of `DETECTORS`; `only` names the detectors to run.

    A detector that misses what it needs, or finds nothing to look at, is `passed=None` with the reason.
    """
    return [_checked(detector, material) for detector in DETECTORS if only is None or detector.name in only]


def _checked(detector: Detector, material: Material) -> Check:
    missing = [name for name in detector.needs if getattr(material, name) is None]
    if missing:
        return Check(detector.name, None, f"does not apply: no {', '.join(m.replace('_', ' ') for m in missing)}")
    finding = detector.find(material)
    if not finding.applies:
        return Check(detector.name, None, f"does not apply: {finding.detail}")
    return Check(detector.name, finding.found == 0, finding.detail, finding.found)


def failed(checks: Sequence[Check]) -> list[Check]:
    """The checks that found a leak."""
    return [check for check in checks if check.passed is False]
