"""Training ActionLLM on sequences of activities."""

from models.actionllm.training.card import ActionLLMSummary
from models.actionllm.training.fit import FitOutcome
from models.actionllm.training.run import (
    DEFAULT_LAYERS,
    SETTABLE,
    digest_of,
    split_settings,
    train_actionllm,
    train_on_sequences,
)

__all__ = [
    "DEFAULT_LAYERS",
    "SETTABLE",
    "ActionLLMSummary",
    "FitOutcome",
    "digest_of",
    "split_settings",
    "train_actionllm",
    "train_on_sequences",
]
