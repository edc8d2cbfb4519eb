"""`report.html`: a run on one page that needs nothing else, made from its answers, its result and, for plots, the data."""

from evals.report.page import write_report

__all__ = ["write_report"]
