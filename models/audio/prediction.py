"""What any sound model answers, and the cutting of spans out of a stream that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recordings import Span, Stream

Floats = npt.NDArray[np.float32]

RATE_HZ = 16000
# A window needs this share of real samples; the rest (a gap) is heard as silence.
USABLE_SHARE = 0.5
# Less sound than this cannot be told apart by any of the models here.
SHORTEST_S = 0.25
_MARGIN_S = 0.05


@dataclass(frozen=True, slots=True)
class SoundPrediction:
    """labels: L names. probabilities: (n, L) float32. embeddings: (n, D) float32. usable: (n,) bool.

    A row that is not usable (mostly gap, or too short) has uniform probabilities and a zero embedding.
    """

    labels: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    usable: npt.NDArray[np.bool_]


class SoundModel(Protocol):
    """`SoundTagger` and `YamnetTagger` both are one."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    def predict(self, stream: Stream, spans: Sequence[Span]) -> SoundPrediction: ...


def level_dbfs(samples: npt.NDArray[np.floating]) -> float:
    """RMS level in dB re full scale (a constant 1.0 is 0 dBFS); −inf for digital silence or no finite sample."""
    finite = samples[np.isfinite(samples)].astype(np.float64)
    power = float(np.mean(finite**2)) if finite.size else 0.0
    return 10.0 * float(np.log10(power)) if power > 0.0 else float("-inf")


def _mono(stream: Stream, start_s: float, end_s: float) -> Floats:
    part = stream.between(start_s, end_s)
    if part.shape[0] == 1:
        return part[0]
    with np.errstate(invalid="ignore"):
        return np.asarray(part.mean(axis=0), dtype=np.float32)


def sound_at_16k(stream: Stream, span: Span) -> tuple[Floats, bool]:
    """`span` of an audio stream as (m,) float32 at 16 kHz, and whether enough of it was recorded.

    Several channels are averaged; polyphase resampling with anti-alias (scipy) over the span and 50 ms either side, so that
    the same span always gives the same samples. Gaps and what lies outside the stream are silence in the result.
    """
    want = max(1, round(span.duration_s * RATE_HZ))
    inside = _mono(stream, span.start_s, span.end_s)
    recorded_s = float(np.isfinite(inside).sum()) / stream.rate_hz
    usable = recorded_s >= max(USABLE_SHARE * span.duration_s, SHORTEST_S)
    out = np.zeros(want, dtype=np.float32)
    if not usable:
        return out, False
    ratio = Fraction(RATE_HZ / stream.rate_hz).limit_denominator(1000)
    margin_s = 0.0 if ratio == 1 else _MARGIN_S
    lo = stream.index_at(span.start_s - margin_s)
    # Begin on a sample that both grids share, or the result would sit between two of its own samples.
    lo -= lo % ratio.denominator
    part = np.nan_to_num(_mono(stream, stream.start_s + lo / stream.rate_hz, span.end_s + margin_s))
    if ratio != 1:
        from scipy.signal import resample_poly  # heavy import: only for another rate

        part = resample_poly(part, ratio.numerator, ratio.denominator).astype(np.float32)
    offset = round((stream.start_s + lo / stream.rate_hz - span.start_s) * RATE_HZ)
    at, skip = max(0, offset), max(0, -offset)
    piece = part[skip : skip + want - at]
    out[at : at + piece.size] = piece
    return np.clip(out, -1.0, 1.0), usable
