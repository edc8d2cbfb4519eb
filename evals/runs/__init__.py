"""Runs: every answer of every system, kept as it comes, scored afterwards."""

from evals.runs.run import Run, number_of
from evals.runs.sample import JsonValue, Sample, Status

__all__ = ["JsonValue", "Run", "Sample", "Status", "number_of"]
