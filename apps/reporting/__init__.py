"""Reports: one self-contained page a recording, an index, a summary, and a manifest that lets a stopped run continue."""

from apps.reporting.manifest import Entry, Manifest
from apps.reporting.run import Outcome, report
from apps.reporting.targets import Target, targets

__all__ = ["Entry", "Manifest", "Outcome", "Target", "report", "targets"]
