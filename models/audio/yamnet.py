"""YAMNet (Google, Apache-2.0) from a .tflite file the user has, through ai-edge-litert."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from models.audio.prediction import Floats, SoundPrediction, sound_at_16k
from recordings import Span, Stream, UserError, plain

# The file's only input shape: 0.975 s at 16 kHz. Half a frame of hop, as in YAMNet's own inference code.
FRAME = 15600
HOP = FRAME // 2
CLASSES = 521


class _Interpreter(Protocol):
    def allocate_tensors(self) -> None: ...
    def get_input_details(self) -> list[dict[str, object]]: ...
    def get_output_details(self) -> list[dict[str, object]]: ...
    def set_tensor(self, index: object, value: Floats) -> None: ...
    def invoke(self) -> None: ...
    def get_tensor(self, index: object) -> npt.NDArray[np.float32]: ...


def _interpreter(model: Path) -> _Interpreter:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as missing:
        raise UserError(
            "YAMNet", expected="the package ai-edge-litert", found=missing, cure='pip install "telltale[yamnet]"'
        ) from None
    try:
        # One thread: the same sums in the same order on every machine.
        return cast(_Interpreter, Interpreter(model_path=str(model), num_threads=1))
    except (ValueError, RuntimeError) as broken:
        raise UserError(
            model, expected="a TensorFlow Lite model", found=plain(broken), cure="download yamnet.tflite again"
        ) from None


def _files(path: Path) -> tuple[Path, Path]:
    model = path / "yamnet.tflite" if path.is_dir() else path
    names = model.parent / "yamnet_class_map.csv"
    for file in (model, names):
        if not file.is_file():
            raise UserError(
                file,
                expected="yamnet.tflite with yamnet_class_map.csv beside it",
                found="no such file",
                cure="give the folder that holds both, as yamnet:FOLDER",
            )
    return model, names


class YamnetTagger:
    """521 AudioSet names with independent scores: rows need not sum to 1, and several labels may be near 1 together.

    `revision` is the file's sha256 (first 12 digits). This conversion has no embedding output, so the mean scores' square
    roots stand in for it: neighbours by their cosine measured well (a Hellinger affinity).
    """

    name = "yamnet"
    licence = "Apache-2.0"
    embedding_size = CLASSES

    def __init__(self, interpreter: _Interpreter, labels: tuple[str, ...], revision: str) -> None:
        interpreter.allocate_tensors()
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        self._interpreter = interpreter
        self._input = inputs[0]["index"]
        scores = [detail for detail in outputs if tuple(np.ravel(cast(Floats, detail["shape"])))[-1] == CLASSES]
        size = int(np.prod(cast(Floats, inputs[0]["shape"])))
        if len(labels) != CLASSES or not scores or size != FRAME:
            raise UserError(
                "YAMNet",
                expected=f"{FRAME} samples in, {CLASSES} scores out and as many names",
                found=f"{size} in, {len(scores)} score outputs, {len(labels)} names",
                cure="use the published yamnet.tflite and its yamnet_class_map.csv",
            )
        self._shape = tuple(int(side) for side in np.ravel(cast(Floats, inputs[0]["shape"])))
        self._output = scores[0]["index"]
        self.labels = labels
        self.revision = revision

    @classmethod
    def open(cls, path: Path | str) -> YamnetTagger:
        """The .tflite at `path`, or in that folder. UserError when it, its class map or ai-edge-litert is missing."""
        model, names = _files(Path(path))
        with names.open(newline="", encoding="utf-8") as handle:
            labels = tuple(plain(row["display_name"]) for row in csv.DictReader(handle))
        digest = hashlib.sha256(model.read_bytes()).hexdigest()[:12]
        return cls(_interpreter(model), labels, digest)

    def _scores(self, frame: Floats) -> npt.NDArray[np.float32]:
        self._interpreter.set_tensor(self._input, frame.reshape(self._shape))
        self._interpreter.invoke()
        return np.array(self._interpreter.get_tensor(self._output)[0], dtype=np.float32)

    def predict(self, stream: Stream, spans: Sequence[Span]) -> SoundPrediction:
        """Mean scores of the 0.975 s frames (hop 0.4875 s) of each span; a shorter span is padded with silence."""
        n = len(spans)
        scores = np.full((n, CLASSES), 1.0 / CLASSES, dtype=np.float32)
        embeddings = np.zeros((n, CLASSES), dtype=np.float32)
        usable = np.zeros(n, dtype=bool)
        for i, span in enumerate(spans):
            sound, usable[i] = sound_at_16k(stream, span)
            if not usable[i]:
                continue
            frames = 1 + max(0, -(-(sound.size - FRAME) // HOP))
            # The last frame is pulled back to the end instead of padded, unless the span is shorter than one frame.
            starts = sorted({min(k * HOP, max(0, sound.size - FRAME)) for k in range(frames)})
            sound = np.pad(sound, (0, max(0, FRAME - sound.size)))
            scores[i] = np.mean([self._scores(sound[at : at + FRAME]) for at in starts], axis=0)
            embeddings[i] = np.sqrt(scores[i])
        return SoundPrediction(self.labels, scores, embeddings, usable)
