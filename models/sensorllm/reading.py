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

WARM_ROWS = 2048
WARM_RATE = 2e-3
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


def warm_start(model: SensorLLMModel, features: Tensor, wanted: Tensor, steps: int, seed: int) -> float:
    """Turn the MLP's rows towards the input embeddings of their words, without the language model; the last loss (nats).

    features (rows, encoder_size) and wanted (rows,) as in training, −100 ignored. A minute; the language model then starts from
    rows that it half understands.
    """
    words = model.backbone.get_input_embeddings().weight[torch.tensor(model.config.step_tokens)]
    words = torch.nn.functional.normalize((words - words.mean(0)).float(), dim=1).to(model.device)
    asked = torch.nonzero(wanted >= 0)[:, 0]
    optimizer = torch.optim.AdamW(model.projector.parameters(), lr=WARM_RATE, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    loss = torch.zeros(())
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = WARM_RATE * min(1.0, (step + 1) / 30) * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        rows = asked[torch.randint(len(asked), (WARM_ROWS,), generator=generator)]
        said = model.projector(features[rows.to(features.device)].to(model.device, torch.float32)) @ words.T
        loss = torch.nn.functional.cross_entropy(said, wanted[rows].to(model.device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return float(loss.detach())


def read_rows(model: SensorLLMModel, hidden: Tensor, layouts: Sequence[Layout]) -> list[npt.NDArray[np.float32]]:
    """(batch, tokens, D) states → for each layout the probabilities (rows, 3) of falling, steady, rising at its rows."""
    words = model.step_words()
    out = []
    for states, layout in zip(hidden, layouts, strict=True):
        places = torch.from_numpy(np.flatnonzero(layout.marks == ROW)).to(states.device)
        out.append((states[places] @ words.T).float().softmax(dim=1).cpu().numpy())
    return out
