"""`telltale eval captions`: is the text of one channel's trend what the samples show? Held-out subjects of four motion sets."""

from evals.tasks.captions.collecting import collect, run
from evals.tasks.captions.scoring import score

__all__ = ["collect", "run", "score"]
