"""What a decoder wrote of a window, and what of it the samples bear out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.sensorlm.captions import WINDOW, read_activity, read_caption, supported
from models.sensorlm.captions.sentence import Series


@dataclass(frozen=True, slots=True)
class WrittenCaption:
    """level: that was asked for. text: as the decoder wrote it, unchecked.

    borne_out: its sentences whose every number the samples show, "" where none is; of the semantic level the whole where it names
    a known activity, which no sample can bear out: it is the model's word. sentences, kept: how many were written, and borne out.
    """

    level: str
    text: str
    borne_out: str
    sentences: int
    kept: int


def written_caption(text: str, level: str, data: Mapping[str, Series]) -> WrittenCaption:
    """data: column → (n,), of the window that was described (`window_data`)."""
    if level == "semantic":
        known = read_activity(text) is not None
        return WrittenCaption(level, text, text if known else "", 1, int(known))
    read = read_caption(text, WINDOW, (level,))
    held = supported(read.caption, data, decimals=WINDOW.decimals)
    sentences = len(read.caption.sentences) + len(read.strange)
    return WrittenCaption(level, text, held.text, sentences, len(held.sentences))
