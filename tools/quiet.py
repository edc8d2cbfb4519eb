"""What counts as quiet: a tagger's answer about it is about the microphone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.audio import level_dbfs
from recordings import Stream
from tools.perception import Perception

# A window under this RMS level is called quiet. Typing recorded across a room lies near −58 dBFS.
QUIET_DBFS = -65.0


def quiet_rows(stream: Stream, perception: Perception, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """(rows,) which of these windows lie under `QUIET_DBFS`."""
    windows = [perception.windows[int(row)] for row in rows]
    return np.array([level_dbfs(stream.between(w.start_s, w.end_s)) < QUIET_DBFS for w in windows], dtype=np.bool_)
