"""Which samples are hidden in pretraining: spans whose lengths are geometric, until 15 % of the window is covered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SHARE = 0.15
LONGEST = 10
STOP = 0.2
BLANKED = 0.8


def span_masks(rng: np.random.Generator, windows: int, samples: int) -> npt.NDArray[np.bool_]:
    """(windows, samples): True where a sample is to be filled in, exactly round(0.15 · samples) of each window.

    Span lengths 1–10 with weights p(1 − p)^(l − 1), p = 0.2 (SpanBERT's scheme, as LIMU-BERT takes it).
    """
    wanted = max(1, round(SHARE * samples))
    weights = STOP * (1 - STOP) ** np.arange(LONGEST)
    lengths = rng.choice(np.arange(1, LONGEST + 1), size=(windows, wanted), p=weights / weights.sum())
    starts = rng.integers(0, samples, size=(windows, wanted))
    out = np.zeros((windows, samples), bool)
    for row in range(windows):
        left = wanted
        for start, length in zip(starts[row], lengths[row], strict=True):
            stop = min(samples, int(start + min(length, left)))
            fresh = np.flatnonzero(~out[row, start:stop]) + start
            out[row, fresh] = True
            left -= len(fresh)
            if left <= 0:
                break
        if left > 0:
            out[row, rng.permutation(np.flatnonzero(~out[row]))[:left]] = True
    return out
