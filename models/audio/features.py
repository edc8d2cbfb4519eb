"""Mean log-mel of a clip: what a linear baseline hears."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from models.audio.modeling_audio import SoundTaggerConfig, log_mel
from models.audio.prediction import Floats


def mean_log_mel(sounds: Sequence[Floats]) -> npt.NDArray[np.float32]:
    """(n, 128) float32: mean and standard deviation over time of each of the 64 bands that the tagger itself sees."""
    config = SoundTaggerConfig()
    rows = []
    for sound in sounds:
        bands = log_mel(torch.from_numpy(np.ascontiguousarray(sound))[None], config)[0]
        rows.append(torch.cat([bands.mean(dim=1), bands.std(dim=1)]).numpy())
    return np.stack(rows)
