"""Samples → tokens as SensorLLM feeds Chronos: each series is z-scored, then binned uniformly (SensorLLM §3.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from chronos import ChronosConfig, MeanScaleUniformBins
from torch import Tensor

CONTEXT_SAMPLES = 512
VOCABULARY = 4096
LIMIT = 15.0
VARIANCE_FLOOR = 1e-8


class StandardisedUniformBins(MeanScaleUniformBins):
    """Chronos's bins behind an instance z-score: z = (x − mean) / sqrt(variance + 1e-8), population variance.

    4093 centres over [−15, 15], every bin closed on the left and open on the right, ids from 2 on; NaN is the padding
    token, a last token ends the series, and of a longer series the last 512 samples are kept. Where Chronos keeps one scale a series, this
    keeps (mean, deviation) pairs, shape (batch, 2).
    """

    def _input_transform(self, context: Tensor, scale: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        context = context.to(dtype=torch.float32)
        present = ~torch.isnan(context)
        if scale is None:
            # In double precision: a large offset (gravity) beside a small movement loses its digits in single.
            wide = context.double()
            mean = torch.nanmean(wide, dim=-1).nan_to_num()
            variance = torch.nanmean((wide - mean[:, None]).square(), dim=-1).nan_to_num()
            scale = torch.stack([mean, (variance + VARIANCE_FLOOR).sqrt()], dim=-1)
        standard = ((context.double() - scale[:, :1]) / scale[:, 1:]).float()
        ids = torch.bucketize(standard.nan_to_num(), boundaries=self.boundaries, right=True)
        ids = (ids + self.config.n_special_tokens).clamp(0, self.config.n_tokens - 1)
        ids[~present] = self.config.pad_token_id
        return ids, present, scale

    def output_transform(self, samples: Tensor, scale: Tensor) -> Tensor:
        """(batch, draws, steps) token ids → values in the series' own unit."""
        index = torch.clamp(samples - self.config.n_special_tokens - 1, 0, len(self.centers) - 1)
        return self.centers[index] * scale[:, 1, None, None].float() + scale[:, 0, None, None].float()


def chronos_config(prediction_length: int = 32) -> ChronosConfig:
    """The token space of Amazon's published T5 checkpoints."""
    return ChronosConfig(
        tokenizer_class="MeanScaleUniformBins",
        tokenizer_kwargs={"low_limit": -LIMIT, "high_limit": LIMIT},
        context_length=CONTEXT_SAMPLES,
        prediction_length=prediction_length,
        n_tokens=VOCABULARY,
        n_special_tokens=2,
        pad_token_id=0,
        eos_token_id=1,
        use_eos_token=True,
        model_type="seq2seq",
        num_samples=20,
        temperature=1.0,
        top_k=50,
        top_p=1.0,
    )


def binning(config: ChronosConfig | None = None) -> StandardisedUniformBins:
    settings = config or chronos_config()
    return StandardisedUniformBins(-LIMIT, LIMIT, settings)


def token_ids(
    bins: StandardisedUniformBins, series: Sequence[npt.NDArray[np.floating]]
) -> tuple[Tensor, Tensor, list[int]]:
    """Series of any lengths → ids (n, longest + 1), attention (n, longest + 1), and the rows of each (samples kept + 1).

    Shorter series are padded on the left, as Chronos does, so that every series ends in the same column: its rows are
    the last ones.
    """
    kept = [np.asarray(values, dtype=np.float64)[-CONTEXT_SAMPLES:] for values in series]
    longest = max(len(values) for values in kept)
    padded = np.full((len(kept), longest), np.nan)
    for row, values in zip(padded, kept, strict=True):
        row[longest - len(values) :] = values
    ids, present, _ = bins.context_input_transform(torch.from_numpy(padded))
    return ids, present, [len(values) + 1 for values in kept]
