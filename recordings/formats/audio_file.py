"""WAV, FLAC and OGG through libsndfile: one mono `sound` stream at the file's own rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recordings.content import Content
from recordings.errors import UserError, plain
from recordings.options import ReadOptions
from recordings.recording import Step, Stream

MAGIC = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM")
DIGITAL_SILENCE = 1e-6


class AudioReader:
    """Any rate and number of channels; channels are averaged."""

    name = "sound"
    extensions = (".wav", ".flac", ".ogg", ".oga", ".opus", ".aiff", ".aif")

    def sniff(self, head: bytes, path: Path) -> float:
        if head.startswith(MAGIC):
            return 0.95 if not head.startswith(b"RIFF") or head[8:12] == b"WAVE" else 0.0
        return 0.2 if path.suffix.lower() in self.extensions else 0.0

    def read(self, path: Path, options: ReadOptions, where: str) -> Content:
        import soundfile  # heavy shared library: only when sound is read

        try:
            with soundfile.SoundFile(path) as file:
                rate_hz, channels, kind = float(file.samplerate), int(file.channels), f"{file.format} {file.subtype}"
                announced = int(file.frames)
                mono = np.concatenate(
                    [block.mean(axis=1) for block in file.blocks(1 << 20, dtype="float32", always_2d=True)]
                    or [np.empty(0, np.float32)]
                )
        except (soundfile.LibsndfileError, RuntimeError) as problem:
            raise UserError(
                where,
                expected="a sound file that can be decoded",
                found=plain(problem, 120),
                cure="convert it to WAV or FLAC again",
            ) from None
        if len(mono) == 0:
            raise UserError(
                where,
                expected="sound samples",
                found="none (0 frames)",
                cure="record again; this file holds a header only",
            )
        steps = [Step("read the sound", kind, Path(where).name, f"{len(mono)} samples at {rate_hz:g} Hz")]
        if channels > 1:
            steps.append(
                Step("mix to one channel", f"mean of {channels} channels", f"{channels} channels", "1 channel")
            )
        lost = ~np.isfinite(mono)
        if lost.any():
            mono = np.where(lost, np.float32(np.nan), mono)
            steps.append(Step("mark lost samples", f"{int(lost.sum())} samples are no numbers", warning=True))
        if announced > len(mono):
            steps.append(
                Step(
                    "accept a short file",
                    "the header announces more than the file holds",
                    f"{announced} samples",
                    f"{len(mono)} samples",
                    warning=True,
                )
            )
        if lost.all() or float(np.nanmax(np.abs(mono))) < DIGITAL_SILENCE:
            steps.append(Step("notice silence", "every sample is zero: the microphone recorded nothing", warning=True))
        stream = Stream(
            name="sound",
            modality="audio",
            channels=("sound",),
            units=("full scale",),
            rate_hz=rate_hz,
            samples=np.ascontiguousarray(mono[None, :], dtype=np.float32),
            device="microphone",
        )
        return Content(streams=(stream,), history=tuple(steps))
