"""How well hidden samples are filled in, beside a straight line, and what a linear reader finds in the encoder's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from models.limubert.masking import span_masks
from models.limubert.modeling_limubert import LimuBertForReconstruction, LimuBertModel
from models.limubert.windows import LabelledWindow

Floats = npt.NDArray[np.float32]
_AT_ONCE = 256
# Strength of the penalty of the linear reader, the same for every set: nothing was searched.
_INVERSE_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class FillingIn:
    """Mean squared errors on the hidden samples, g² and (rad/s)² together as in the loss. line: between the samples left
    and right of a span; mean: each window's own."""

    windows: int
    model: float
    line: float
    mean: float


@dataclass(frozen=True, slots=True)
class Probe:
    """A logistic regression on the mean and the deviation over time of frozen rows."""

    windows: int
    accuracy: float
    macro_f1: float


def fill_in(model: LimuBertForReconstruction, windows: Floats, seed: int = 0) -> FillingIn:
    """windows: (n, 120, 6). The same spans for all three; NaN without windows."""
    if not len(windows):
        return FillingIn(0, float("nan"), float("nan"), float("nan"))
    masks = span_masks(np.random.default_rng(seed), len(windows), windows.shape[1])
    shown = np.where(masks[:, :, None], 0.0, windows).astype(np.float32)
    model.eval()
    device = next(model.parameters()).device
    with torch.inference_mode():
        said = np.concatenate(
            [
                model(torch.from_numpy(shown[at : at + _AT_ONCE]).to(device)).cpu().numpy()
                for at in range(0, len(shown), _AT_ONCE)
            ]
        )
    mean = shown.sum(axis=1, keepdims=True) / (~masks).sum(axis=1)[:, None, None]

    def error(filled: npt.NDArray[np.floating]) -> float:
        return float(np.mean(np.square((filled - windows)[masks].astype(np.float64))))

    return FillingIn(
        len(windows), error(said), error(bridged(windows, masks)), error(np.broadcast_to(mean, shown.shape))
    )


def bridged(windows: Floats, masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """(n, samples, channels) with masked samples on the line between their neighbours; at an edge the nearest sample."""
    out = windows.astype(np.float64)
    at = np.arange(windows.shape[1])
    for row, mask in zip(out, masks, strict=True):
        for channel in range(row.shape[1]):
            row[mask, channel] = np.interp(at[mask], at[~mask], row[~mask, channel])
    return out


def pooled_rows(encoder: LimuBertModel, windows: Floats) -> Floats:
    """(n, 120, 6) → (n, 144): mean and deviation over time of the encoder's 72 rows."""
    encoder.eval()
    out = []
    with torch.inference_mode():
        for at in range(0, len(windows), _AT_ONCE):
            rows = encoder(torch.from_numpy(windows[at : at + _AT_ONCE]).to(encoder.device))
            out.append(torch.cat([rows.mean(dim=1), rows.std(dim=1)], dim=1).cpu().numpy())
    return np.concatenate(out) if out else np.zeros((0, 2 * encoder.config.hidden_size), np.float32)


def linear_probe(
    model: LimuBertForReconstruction, train: Sequence[LabelledWindow], test: Sequence[LabelledWindow]
) -> Probe:
    """Fitted on `train`, measured on `test`; other people, or the figure means nothing."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    reader = make_pipeline(StandardScaler(), LogisticRegression(C=_INVERSE_PENALTY, max_iter=400))
    reader.fit(pooled_rows(model.encoder, np.stack([w.values for w in train])), [w.label for w in train])
    said = reader.predict(pooled_rows(model.encoder, np.stack([w.values for w in test])))
    truth = [w.label for w in test]
    return Probe(
        len(test),
        float(accuracy_score(truth, said)),
        float(f1_score(truth, said, average="macro", zero_division=0)),
    )
