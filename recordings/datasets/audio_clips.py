"""Labelled sound clips, 16 kHz mono: `audio:esc50/1-100032-A-0.ogg`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recordings.datasets.card import DatasetCard
from recordings.datasets.parquet import sha256_of
from recordings.errors import UserError
from recordings.recording import Annotation, Recording, Samples, Stream

CARD = DatasetCard(
    name="audio",
    title="Audio-event clips from ESC-50, Kitchen20, Keystrokes, ProtoSound, Speech Commands background, MAX samples",
    citation="Piczak, ESC, ACM MM 2015; Moreaux et al., Kitchen20, 2019; Jain et al., ProtoSound, CHI 2022; Warden, Speech Commands, 2018",
    licence="per clip, in clips.csv: CC BY, CC0, MIT, Apache-2.0 and CC BY-NC",
    origin="public repositories named per clip in clips.csv",
    subjects=0,
    rate_hz=16000.0,
    positions=(),
    activities=(),
    quirks=("1,600 clips went through 8-bit quantisation", "clips cut from one source recording share a `group`"),
)


@dataclass(frozen=True, slots=True)
class AudioClip:
    """One row of clips.csv. `group` names the source recording: split by it. `active_share` is of 25 ms frames above −55 dBFS."""

    file: str
    label: str
    dataset: str
    group: str
    licence: str
    fold: str
    duration_s: float
    rms_dbfs: float
    active_share: float
    source_quality: str
    activity: str
    activity_strength: str


def _number(text: str) -> float:
    return float(text) if text else float("nan")


@lru_cache(maxsize=2)
def audio_clips(data_dir: Path) -> dict[str, AudioClip]:
    """Every clip by file name, in the table's order."""
    table = data_dir / "audio" / "clips.csv"
    if not table.is_file():
        raise UserError(
            table,
            expected="the clips' table",
            found="no such file",
            cure="point --data at the folder that holds audio/",
        )
    with table.open(newline="", encoding="utf-8") as handle:
        return {
            row["file"]: AudioClip(
                file=row["file"],
                label=row["label"],
                dataset=row["dataset"],
                group=row["group"],
                licence=row["licence"],
                fold=row["fold"],
                duration_s=_number(row["duration_s"]),
                rms_dbfs=_number(row["rms_dbfs"]),
                active_share=_number(row["active_frac"]),
                source_quality=row["source_quality"],
                activity=row["activity12"],
                activity_strength=row["activity12_strength"],
            )
            for row in csv.DictReader(handle)
        }


def read_clip(data_dir: Path, file: str) -> tuple[Samples, float]:
    """(1, n) float32 at full scale, and its rate in Hz."""
    import soundfile  # heavy shared library: only when sound is read

    samples, rate = soundfile.read(data_dir / "audio" / file, dtype="float32", always_2d=True)
    return samples.mean(axis=1, keepdims=True).T, float(rate)


class AudioClips:
    """Keys are file names below `audio/`. The `subject` is the source recording's group: split by it."""

    card = CARD

    def keys(self, data_dir: Path) -> list[str]:
        return list(audio_clips(data_dir))

    def subject_of(self, key: str, data_dir: Path) -> str:
        return audio_clips(data_dir)[key].group

    def open(self, key: str, data_dir: Path) -> Recording:
        clip = audio_clips(data_dir)[key]
        samples, rate_hz = read_clip(data_dir, key)
        stream = Stream(
            name="sound",
            modality="audio",
            channels=("sound",),
            units=("full scale",),
            rate_hz=rate_hz,
            samples=samples,
            device="microphone",
        )
        return Recording(
            id="audio-" + key.replace("/", "-").rsplit(".", 1)[0],
            source=f"audio:{key}",
            sha256=sha256_of(samples),
            streams=(stream,),
            subject=clip.group,
            dataset="audio",
            annotations=(Annotation(0.0, stream.end_s, clip.label),),
        )
