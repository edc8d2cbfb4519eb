"""`telltale eval llasa`: questions about six seconds of motion, closed and open, beside a forest, LIMU-BERT's own readers and
the plain language model."""

from evals.tasks.llasa.run import collect, run, score

__all__ = ["collect", "run", "score"]
