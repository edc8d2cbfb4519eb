"""What a decoder wrote of a window, and what of it the samples bear out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.sensorlm.captions import WINDOW, Claim, read_activity, read_caption, supported, unsupported
from models.sensorlm.captions.sentence import Series
from models.sensorlm.captions.statistical import STATISTICS_OF, statistic

# A printed sum counts as near within 5 % of the true one, or within 0.05 m/s² or rad/s of it.
NEAR_SHARE, NEAR_LEAST = 0.05, 0.05


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


def counts(text: str, level: str, data: Mapping[str, Series]) -> dict[str, int]:
    """sentences: in the text; known: in a wording of ours; held: whose every number the samples show; numbers, right: printed
    numbers that stand in a claim, and those borne out; near: sums within 5 % or 0.05 of the true one.
    """
    read = read_caption(text, WINDOW, (level,))
    sentences = read.caption.sentences
    wrong = unsupported(read.caption, data, decimals=WINDOW.decimals)
    claims = read.caption.claims
    return {
        "sentences": len(sentences) + len(read.strange),
        "known": len(sentences),
        "held": len(supported(read.caption, data, decimals=WINDOW.decimals).sentences),
        "numbers": len(claims),
        "right": len(claims) - len(wrong),
        "near": sum(_near(claim, data) for claim in claims if claim.kind in STATISTICS_OF),
    }


def _near(claim: Claim, data: Mapping[str, Series]) -> bool:
    truth = statistic(data[claim.column], claim.kind)
    return abs(float(claim.said) - truth) <= max(NEAR_LEAST, NEAR_SHARE * abs(truth))
