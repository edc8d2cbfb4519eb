"""Training of SensorLM on the four public motion sets."""

from models.sensorlm.training.card import SensorLMTraining
from models.sensorlm.training.decoder import DecoderTraining, train_decoder
from models.sensorlm.training.loop import default_config, train_sensorlm
from models.sensorlm.training.plan import LEVEL_PLANS, SETS, CaptionPlan, Recipe

__all__ = [
    "LEVEL_PLANS",
    "SETS",
    "CaptionPlan",
    "DecoderTraining",
    "Recipe",
    "SensorLMTraining",
    "default_config",
    "train_decoder",
    "train_sensorlm",
]
