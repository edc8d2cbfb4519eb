"""Training windows of other sets, in the form of the one that is tuned on: more people, worn otherwise. Not in the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.sensorllm.data import WINDOW_PROTOCOLS, WindowSample, split_recordings, window_samples
from recordings import UserError, resample
from recordings.datasets import MIXABLE_SETS, as_worn_in, dataset


def check_beside(name: str, beside: Sequence[str]) -> None:
    """UserError for a set that cannot be mixed with set `name`."""
    known = [other for other in MIXABLE_SETS if other != name] if name in MIXABLE_SETS else []
    if unknown := [other for other in beside if other not in known or list(beside).count(other) > 1]:
        raise UserError(
            "--beside",
            expected=f"sets that can be mixed with {name}, each once: {', '.join(known) or 'none'}",
            found=", ".join(dict.fromkeys(unknown)),
            cure="name some of them" if known else "leave it out",
        )


def windows_beside(name: str, beside: Sequence[str], data_dir: Path, seed: int = 0) -> list[WindowSample]:
    """Windows of the training subjects of these sets, with the axes, rate, length and classes of set `name`.

    People recorded in few ways teach few of them: USC-HAD's twelve lie in two postures, HAPT's twenty-one in many. UserError
    as `check_beside`.
    """
    check_beside(name, beside)
    rate_hz = dataset(name).card.rate_hz
    return [
        sample
        for other in beside
        for recording in split_recordings(other, data_dir, ["training"])
        for sample in window_samples(
            [replace(recording, streams=(resample(as_worn_in(name, other, recording.streams[0]), rate_hz),))],
            seed,
            by=WINDOW_PROTOCOLS[name],
        )
    ]
