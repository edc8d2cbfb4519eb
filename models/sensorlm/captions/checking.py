"""Every number of a caption, computed again from the samples by other means than those that wrote it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.sensorlm.captions.sentence import Caption, Claim, Series
from models.sensorlm.captions.structural import BINS, bin_edges

_SIGNS = {"increasing": 1.0, "decreasing": -1.0}


def unsupported(caption: Caption, data: Mapping[str, Series], *, decimals: int) -> list[Claim]:
    """Claims about the samples that they do not bear out, and numbers that stand in no claim. Semantic claims are logs' own.

    data: column → (n,), as the caption was made from.
    """
    wrong: list[Claim] = []
    for sentence in caption.sentences:
        said = _numbers(sentence.text)
        claims = list(sentence.claims)
        if sorted(said) != sorted(c.said for c in claims):
            wrong += [Claim("stray", "", number) for number in said if number not in {c.said for c in claims}]
        pairs = {c.edge: c for c in claims if c.edge}
        for claim in claims:
            if claim.kind in ("activity", "mood", "minutes"):
                continue
            if claim.column not in data or not _holds(claim, pairs, data[claim.column], decimals):
                wrong.append(claim)
    return wrong


def _numbers(text: str) -> list[str]:
    from models.sensorlm.reading import numbers_of

    return numbers_of(text)


def _holds(claim: Claim, pair: Mapping[str, Claim], values: Series, decimals: int) -> bool:
    good = values[np.isfinite(values)]
    if claim.kind in ("mean", "max", "min", "std"):
        truth = {
            "mean": float(good.sum() / len(good)),
            "max": float(np.sort(good)[-1]),
            "min": float(np.sort(good)[0]),
            "std": float(np.sqrt(((good - good.sum() / len(good)) ** 2).sum() / len(good))),
        }[claim.kind]
        return abs(float(claim.said) - truth) <= 0.5 * 10.0**-decimals + 1e-9 * max(1.0, abs(truth))
    edges = bin_edges(len(values))
    means = np.array(
        [
            float(np.mean(part[np.isfinite(part)])) if np.isfinite(part).any() else np.nan
            for part in np.split(values, edges[1:-1])
        ]
    )
    spread = float(np.nanmax(means) - np.nanmin(means))
    if claim.kind in ("peak", "drop"):
        at = int(np.searchsorted(edges, int(claim.said), side="right")) - 1
        sign = 1.0 if claim.kind == "peak" else -1.0
        around = [means[i] for i in (at - 1, at + 1) if 0 <= i < BINS]
        high = sign * (means[at] - float(np.nanmean(means))) >= 0.6 * spread - 1e-9
        return high and all(sign * (means[at] - other) >= -1e-9 for other in around)
    start, end = int(pair["start"].said), int(pair["end"].said)
    if start not in edges or end not in edges or start >= end:
        return False
    here = means[int(np.searchsorted(edges, start)) : int(np.searchsorted(edges, end))]
    slope = float(np.polyfit(np.arange(len(here)), here, 1)[0])
    if claim.kind == "stable":
        return abs(slope) <= 0.01 * spread + 1e-9 and float(np.ptp(here)) <= 0.1 * spread + 1e-9
    sign = _SIGNS[claim.kind]
    return sign * slope > 0.0249 * spread and sign * (here[-1] - here[0]) > 0.1999 * spread
