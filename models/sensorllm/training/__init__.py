"""The two stages behind `telltale train sensorllm`."""

from models.sensorllm.training.alignment import train_alignment
from models.sensorllm.training.card import AlignmentSummary, TuningSummary
from models.sensorllm.training.plans import AlignmentPlan, TuningPlan
from models.sensorllm.training.pool import tune_on_windows
from models.sensorllm.training.tuning import can_train_here, train_tuning

__all__ = [
    "AlignmentPlan",
    "AlignmentSummary",
    "TuningPlan",
    "TuningSummary",
    "can_train_here",
    "train_alignment",
    "train_tuning",
    "tune_on_windows",
]
