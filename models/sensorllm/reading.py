"""Reading rows where they stand: after every sample the language model is asked for the word of the step that led to it.

SensorLLM teaches its MLP through long answers alone, in which a word about one step comes hundreds of tokens after the sample. The
backbone's own next word at the sensor row says the same thing at once, and says it of every sample of every example: the MLP
learns it from far fewer of them. The last row (the encoder's end of series) is read for the whole: last value against first.

A long series is read in short pieces. Every series is z-scored before it is encoded, so that of a piece of eight samples small steps
are many bins wide of which the whole series leaves less than one; what pieces of two lengths and their neighbours say of a step is
multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.chronos import ChronosEmbedder
from models.sensorllm.batches import IGNORED, collate, encode_all
from models.sensorllm.data import TrendSegment, system_text
from models.sensorllm.data.trend import Trend, sample_time_s
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import ROW, STEP_WORDS, Layout, SensorLLMProcessor

Samples = npt.NDArray[np.floating]
Floats = npt.NDArray[np.float32]
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


def read_rows(model: SensorLLMModel, hidden: Tensor, layouts: Sequence[Layout]) -> list[Floats]:
    """(batch, tokens, D) states → for each layout the log-probabilities (rows, 3) of falling, steady, rising at its rows."""
    words = model.step_words()
    out = []
    for states, layout in zip(hidden, layouts, strict=True):
        places = torch.from_numpy(np.flatnonzero(layout.marks == ROW)).to(states.device)
        out.append((states[places] @ words.T).float().log_softmax(dim=1).cpu().numpy())
    return out


def pieces_of(samples: int, size: int) -> list[tuple[int, int]]:
    """(first, last + 1) of the pieces that `samples` are read in: half of each is shared with the next, the last ends the series."""
    if samples <= size:
        return [(0, samples)]
    starts = [*range(0, samples - size, size // 2), samples - size]
    return [(start, start + size) for start in starts]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Asks an aligned model for the words at the rows of series of one rate."""

    model: SensorLLMModel
    processor: SensorLLMProcessor
    embedder: ChronosEmbedder
    rate_hz: float
    batch_size: int = 32

    def whole(self, series: Sequence[Samples], channels: Sequence[str]) -> list[tuple[Floats, int]]:
        """Each (l,) series → log-probabilities (l − 1, 3) of its steps, and what its end row says of the whole (0, 1 or 2)."""
        return [(said[1:-1], int(said[-1].argmax())) for said in self._rows(series, channels)]

    def in_pieces(
        self, series: Sequence[Samples], channels: Sequence[str], sizes: Sequence[int]
    ) -> list[tuple[Floats, int]]:
        """As `whole`, steps from pieces of these sizes (summed, each piece's say counts alike) and the whole from the two ends.

        The ends stand alone as a series of two samples, whose end row is read.
        """
        cuts = sorted({(i, *piece) for i, one in enumerate(series) for n in sizes for piece in pieces_of(len(one), n)})
        parts = [series[i][first:end] for i, first, end in cuts] + [one[[0, -1]] for one in series]
        names = [channels[i] for i, _, _ in cuts] + list(channels)
        said = self._rows(parts, names)
        steps = [np.zeros((len(one) - 1, len(STEP_WORDS)), np.float32) for one in series]
        for (i, first, end), words in zip(cuts, said, strict=False):
            steps[i][first : end - 1] += words[1:-1]
        return [(own, int(words[-1].argmax())) for own, words in zip(steps, said[len(cuts) :], strict=True)]

    @torch.inference_mode()
    def _rows(self, series: Sequence[Samples], channels: Sequence[str]) -> list[Floats]:
        """Log-probabilities (l + 1, 3) at the rows of each (l,) series.

        Series of one length have the same text before their rows: it is read once for all of them.
        """
        layouts = [
            self.processor.reading([(name, len(values) + 1)], system_text(len(values), self.rate_hz))
            for name, values in zip(channels, series, strict=True)
        ]
        store = encode_all(self.embedder, [[values] for values in series])
        found: dict[int, Floats] = {}
        for length in sorted({len(values) for values in series}):
            alike = [i for i, values in enumerate(series) if len(values) == length]
            head, _ = split_at_rows(layouts[alike[0]])
            read = self.model.read_text(head)
            for first in range(0, len(alike), self.batch_size):
                members = alike[first : first + self.batch_size]
                rest = [split_at_rows(layouts[i])[1] for i in members]
                batch = collate(rest, store.of(members), 2 * len(self.processor.channels))
                on = {name: tensor.to(self.model.device) for name, tensor in batch.items()}
                embedded = self.model.embed(on["features"], on["input_ids"], on["source"])
                hidden = self.model.hidden_states(embedded, after=read)
                found |= dict(zip(members, read_rows(self.model, hidden, rest), strict=True))
        return [found[i] for i in range(len(layouts))]


def split_at_rows(layout: Layout) -> tuple[npt.NDArray[np.int32], Layout]:
    """The tokens before the first marker, and the rest."""
    first = int(np.flatnonzero(layout.marks)[0])
    return layout.tokens[:first], Layout(
        layout.tokens[first:], layout.marks[first:], layout.answer - first, layout.rows
    )
