"""How a sound clip is shown to the detectors of copies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def slow_sound(samples: npt.NDArray[np.float32], rate_hz: float) -> npt.NDArray[np.float32]:
    """(1, n) the clip at about 4 kHz by averaging: enough to know a recording again, and a thousand clips fit in memory."""
    factor = max(1, round(rate_hz / 4000))
    n = len(samples) // factor
    return np.asarray(samples[: n * factor].reshape(n, factor).mean(axis=1)[None, :], dtype=np.float32)
