"""What was recorded: files in, one `Recording` out, with the history of every step. No learning happens here."""

from recordings.cutting import recorded_until
from recordings.errors import UserError, plain
from recordings.opening import open_recording
from recordings.options import ReadOptions
from recordings.recording import (
    ACCELERATION,
    GRAVITY,
    ROTATION,
    Annotation,
    Modality,
    Recording,
    Samples,
    Span,
    Step,
    Stream,
)
from recordings.resample import resample, resample_step
from recordings.window import Window, sliding

__all__ = [
    "ACCELERATION",
    "GRAVITY",
    "ROTATION",
    "Annotation",
    "Modality",
    "ReadOptions",
    "Recording",
    "Samples",
    "Span",
    "Step",
    "Stream",
    "UserError",
    "Window",
    "open_recording",
    "plain",
    "recorded_until",
    "resample",
    "resample_step",
    "sliding",
]
