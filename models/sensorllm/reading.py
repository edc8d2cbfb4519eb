"""Reading rows where they stand: after every sample the language model is asked for the word of the step that led to it.

SensorLLM teaches its MLP through long answers alone, in which a word about one step comes hundreds of tokens after the sample. The
backbone's own next word at the sensor row says the same thing at once, and says it of every sample of every example: the MLP
learns it from far fewer of them. The last row (the encoder's end of series) is read for the whole: last value against first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.sensorllm.batches import IGNORED
from models.sensorllm.data import TrendSegment
from models.sensorllm.data.trend import Trend, sample_time_s
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import ROW, STEP_WORDS, Layout

_TREND_OF: dict[str, Trend] = {"falling": "falling", "steady": "steady", "rising": "rising"}


def steps_of(series: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """(l,) samples → (l + 1,) what each row is followed by: nothing, l − 1 steps (0 falls, 1 stays, 2 rises), the whole."""
    wide = np.asarray(series, dtype=np.float64)
    steps = np.sign(np.diff(wide)).astype(np.int64) + 1
    whole = int(np.sign(wide[-1] - wide[0])) + 1
    return np.concatenate([[IGNORED], steps, [whole]])


def segments_of(steps: npt.NDArray[np.integer], whole: int, rate_hz: float) -> tuple[tuple[TrendSegment, ...], Trend]:
    """(l − 1,) steps and the whole's → merged segments that tile the samples, and the overall trend.

    Two readings that contradict each other are settled for the lines: what only ever rises has risen.
    """
    edges = np.concatenate([[0], np.flatnonzero(np.diff(steps)) + 1, [len(steps)]])
    segments = tuple(
        TrendSegment(sample_time_s(a, rate_hz), sample_time_s(b, rate_hz), _TREND_OF[STEP_WORDS[int(steps[a])]])
        for a, b in pairwise(edges.tolist())
    )
    present = {segment.trend for segment in segments}
    if {"rising", "falling"} <= present:
        return segments, _TREND_OF[STEP_WORDS[whole]]
    return segments, "rising" if "rising" in present else "falling" if "falling" in present else "steady"


def read_rows(model: SensorLLMModel, hidden: Tensor, layouts: Sequence[Layout]) -> list[npt.NDArray[np.float32]]:
    """(batch, tokens, D) states → for each layout the probabilities (rows, 3) of falling, steady, rising at its rows."""
    words = model.step_words()
    out = []
    for states, layout in zip(hidden, layouts, strict=True):
        places = torch.from_numpy(np.flatnonzero(layout.marks == ROW)).to(states.device)
        out.append((states[places] @ words.T).float().softmax(dim=1).cpu().numpy())
    return out
