"""What was recorded: files in, one `Recording` out, with the history of every step. No learning happens here."""

from recordings.errors import UserError, plain
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
from recordings.window import Window, sliding

__all__ = [
    "ACCELERATION",
    "GRAVITY",
    "ROTATION",
    "Annotation",
    "Modality",
    "Recording",
    "Samples",
    "Span",
    "Step",
    "Stream",
    "UserError",
    "Window",
    "plain",
    "sliding",
]
