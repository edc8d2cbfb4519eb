"""From a belief to forecast segments: what, from when, for how long, how surely, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines.actionllm import ActionLLMEngine
from agents.anticipation.engines.engine import CELLS, Engine, Floats, Observed
from agents.anticipation.engines.prompted import PromptedEngine
from agents.timeline import ForecastBasis, ForecastRecord
from recordings.errors import UserError, plain
from recordings.sequences import SegmentSequence, require_known

# A change of activity has to be worth this many cells (2 % of the horizon): two futures that are equally likely must not
# take turns every second.
_CHANGE_COSTS = 4.0


def require_shares(share: float, horizon: float) -> None:
    """UserError where nothing or everything would be observed, nothing asked, or more asked than is left."""
    if not 0.0 < share < 1.0:
        raise UserError(
            "--observe", expected="a share of the sequence between 0 and 1", found=f"{share:g}",
            cure="observe something, and leave something to anticipate",
        )  # fmt: skip
    if not 0.0 < horizon <= 1.0 - share + 1e-9:
        raise UserError(
            "--horizon", expected=f"a share above 0 and at most {1 - share:g}, what is left after --observe {share:g}",
            found=f"{horizon:g}", cure="ask for less, or observe less",
        )  # fmt: skip


def observe(sequence: SegmentSequence, share: float, horizon: float) -> Observed:
    """The first `share` of a sequence, and the question what follows in the next `horizon`, both parts of its whole length.

    The whole length is thereby known, and may be used. UserError where nothing or everything would be observed, nothing
    asked, or more asked than the sequence has left.
    """
    require_shares(share, horizon)
    segments = sequence.observed(share)
    if not segments:
        raise UserError(
            sequence.name, expected="at least one step in the observed part", found=f"none in {share:g} of it",
            cure="observe more",
        )  # fmt: skip
    return Observed(segments, horizon * sequence.duration_s, sequence.duration_s)


def forecast_segments(
    engine: Engine, observed: Observed, *, learnt_from: Sequence[SegmentSequence], source: str
) -> list[ForecastRecord]:
    """What is probably done at every moment ahead, as segments; the first may be the current one going on.

    engine: already fitted on `learnt_from`, whose activities are all that it can forecast, but for what `prompted` was told may come
    besides. probability: the mean over the segment. UserError where the observed part holds an activity that nothing was learnt or said about.
    """
    known = {s.activity for sequence in learnt_from for s in sequence.segments}
    said = set(engine.may_come) if isinstance(engine, PromptedEngine) else set()
    require_known(dict.fromkeys(observed.activities), known | said, "observed part")
    belief = engine.believe(observed)
    best = steady(belief.probabilities)
    cuts = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), CELLS]
    cell_s = observed.horizon_s / CELLS
    length = "its whole length known" if observed.total_s is not None else "its whole length not known"
    unseen = sorted({belief.activities[i] for i in best} - known)
    if unseen:
        length += f"; nobody was seen doing {', '.join(plain(name, 80) for name in unseen)}: when is said from the name, the length is the mean of all that is known"
    basis = ForecastBasis(
        observed_s=round(observed.now_s - observed.start_s, 3),
        method=f"engine {engine.name}, learnt from {taught_by(engine, learnt_from, source)}, {length}",
    )
    return [
        ForecastRecord(
            activity=belief.activities[best[start]],
            start_s=round(observed.now_s + start * cell_s, 2),
            duration_s=round((end - start) * cell_s, 2),
            probability=round(float(belief.probabilities[start:end, best[start]].mean()), 4),
            interval_s=None,
            **{"from": basis},
        )
        for start, end in pairwise(cuts)
    ]


def taught_by(engine: Engine, learnt_from: Sequence[SegmentSequence], source: str) -> str:
    """What an engine knows its answers from: the sequences at hand, or those that a checkpoint was trained on before."""
    if isinstance(engine, ActionLLMEngine) and engine.checkpoint is not None:
        return f"{len(engine.people)} people before (checkpoint {engine.checkpoint.name})"
    return f"{len(learnt_from)} sequences of {source}"


def steady(probabilities: Floats) -> npt.NDArray[np.int64]:
    """(CELLS,) activities with the most probability in all, less a cost for every change (dynamic programming)."""
    cells, kinds = probabilities.shape
    came = np.zeros((cells, kinds), dtype=np.int64)
    total = probabilities[0].copy()
    for i in range(1, cells):
        best = int(total.argmax())
        changes = total[best] - _CHANGE_COSTS > total
        came[i] = np.where(changes, best, np.arange(kinds))
        total = np.where(changes, total[best] - _CHANGE_COSTS, total) + probabilities[i]
    path = np.empty(cells, dtype=np.int64)
    path[-1] = total.argmax()
    for i in range(cells - 1, 0, -1):
        path[i - 1] = came[i, path[i]]
    return path
