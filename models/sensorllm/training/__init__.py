"""The two stages behind `telltale train sensorllm`."""

from models.sensorllm.training.alignment import AlignmentPlan, AlignmentSummary, train_alignment
from models.sensorllm.training.tuning import TuningPlan, TuningSummary, train_tuning

__all__ = ["AlignmentPlan", "AlignmentSummary", "TuningPlan", "TuningSummary", "train_alignment", "train_tuning"]
