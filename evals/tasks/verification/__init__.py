"""Is the verifier right? Planted lies and true sentences from real timelines, and a scan of what was printed."""

from evals.tasks.verification.run import run, run_verification
from evals.tasks.verification.scan import count_unsupported_numbers, unsupported_numbers

__all__ = ["count_unsupported_numbers", "run", "run_verification", "unsupported_numbers"]
