"""What YAMNet hears in every clip that has one of the twelve activities, computed once and kept in the user's cache."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.backbone.resolver import default_cache
from recordings import UserError
from recordings.datasets import dataset
from recordings.datasets.audio_clips import AudioClip, audio_clips

Floats = npt.NDArray[np.float32]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class HeardClips:
    """clips: n rows of clips.csv. mean, most: (n, 521) scores, mean and maximum over frames. vectors: (n, 1024) means.

    revision: the .tflite's sha256. labels: YAMNet's 521 names.
    """

    clips: tuple[AudioClip, ...]
    mean: Floats
    most: Floats
    vectors: Floats
    labels: tuple[str, ...]
    revision: str

    @property
    def row(self) -> dict[str, int]:
        return {clip.file: i for i, clip in enumerate(self.clips)}


def heard_clips(data_dir: Path, progress: Progress | None = None, cache_dir: Path | None = None) -> HeardClips:
    """Every usable clip with an activity, in the table's order. About a minute of one core the first time.

    UserError without YAMNet's file or ai-edge-litert.
    """
    folder = data_dir / "audio" / "yamnet"
    model, names = folder / "yamnet.tflite", folder / "yamnet_class_map.csv"
    if not model.is_file() or not names.is_file():
        raise UserError(
            model, expected="yamnet.tflite and its class map", found="none", cure="put both into this folder"
        )
    with names.open(newline="", encoding="utf-8") as handle:
        labels = tuple(row["display_name"] for row in csv.DictReader(handle))
    wanted = [clip for clip in audio_clips(data_dir).values() if clip.activity]
    revision = hashlib.sha256(model.read_bytes()).hexdigest()[:12]
    table = hashlib.sha256("\n".join(clip.file for clip in wanted).encode()).hexdigest()[:12]
    kept = (cache_dir or default_cache().parent / "heard") / f"yamnet-{revision}-{table}.npz"
    if not kept.is_file():
        _hear(data_dir, folder, wanted, kept, progress)
    with np.load(kept, allow_pickle=False) as found:
        usable = found["usable"]
        clips = tuple(clip for clip, good in zip(wanted, usable, strict=True) if good)
        mean, most, vectors = (found[name][usable].astype(np.float32) for name in ("mean", "most", "vectors"))
    return HeardClips(clips, mean, most, vectors, labels, revision)


def _hear(data_dir: Path, folder: Path, wanted: list[AudioClip], kept: Path, progress: Progress | None) -> None:
    from models.audio.yamnet_vectors import YamnetVectors

    model = YamnetVectors(folder)
    usable = np.zeros(len(wanted), dtype=np.bool_)
    mean, most = np.zeros((len(wanted), 521), np.float32), np.zeros((len(wanted), 521), np.float32)
    vectors = np.zeros((len(wanted), 1024), np.float32)
    for i, clip in enumerate(wanted):
        stream = dataset("audio").open(clip.file, data_dir).streams[0]
        heard = model.hear(stream, stream.span)
        if heard is not None:
            usable[i] = True
            mean[i], most[i] = heard.scores.mean(axis=0), heard.scores.max(axis=0)
            vectors[i] = heard.vectors.mean(axis=0)
        if progress is not None and i % 50 == 0:
            progress("late_fusion: listening to the clips", i, len(wanted))
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}.part")
    with beside.open("wb") as out:
        np.savez_compressed(out, usable=usable, mean=mean, most=most, vectors=vectors)
    beside.replace(kept)
