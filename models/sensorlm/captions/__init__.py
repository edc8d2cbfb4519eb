"""SensorLM's captions: statistical, structural and semantic, of minute-level days and of short windows."""

from models.sensorlm.captions.channels import (
    DAY,
    DAY_FEATURES,
    DAY_MINUTES,
    WINDOW,
    WINDOW_COLUMNS,
    Category,
    Scheme,
    Spoken,
)
from models.sensorlm.captions.checking import unsupported
from models.sensorlm.captions.compose import BUDGETS, LEVELS, day_caption, levels_of, window_caption, window_data
from models.sensorlm.captions.parsing import ReadActivity, ReadCaption, read_activity, read_caption, supported
from models.sensorlm.captions.semantic import Logged, Mood, activity_words, logged, window_semantic
from models.sensorlm.captions.sentence import Caption, Claim, Line, Sentence

__all__ = [
    "BUDGETS",
    "DAY",
    "DAY_FEATURES",
    "DAY_MINUTES",
    "LEVELS",
    "WINDOW",
    "WINDOW_COLUMNS",
    "Caption",
    "Category",
    "Claim",
    "Line",
    "Logged",
    "Mood",
    "ReadActivity",
    "ReadCaption",
    "Scheme",
    "Sentence",
    "Spoken",
    "activity_words",
    "day_caption",
    "levels_of",
    "logged",
    "read_activity",
    "read_caption",
    "supported",
    "unsupported",
    "window_caption",
    "window_data",
    "window_semantic",
]
