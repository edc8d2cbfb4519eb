"""YAMNet's 1,024-value vectors beside its scores: the layer below the names, kept by the interpreter when it is asked to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from models.audio.prediction import Floats, sound_at_16k
from models.audio.yamnet import CLASSES, FRAME, HOP
from recordings import Span, Stream, UserError

SIZE = 1024
_LAYER = "global_average_pooling2d"


@dataclass(frozen=True, slots=True)
class HeardFrames:
    """Every 0.975 s frame (hop 0.4875 s) of a span. scores: (frames, 521). vectors: (frames, 1024), not negative."""

    scores: Floats
    vectors: Floats


class YamnetVectors:
    """The same .tflite as `YamnetTagger`, run with its inner tensors kept. `revision` is the file's sha256 (12 digits)."""

    def __init__(self, path: Path) -> None:
        """path: the .tflite, or the folder that holds it. UserError when it, its layer or ai-edge-litert is missing."""
        model = path / "yamnet.tflite" if path.is_dir() else path
        if not model.is_file():
            raise UserError(model, expected="yamnet.tflite", found="no such file", cure="give the folder that holds it")
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as missing:
            raise UserError(
                "YAMNet", expected="the package ai-edge-litert", found=missing, cure='pip install "telltale[yamnet]"'
            ) from None
        self._interpreter = Interpreter(model_path=str(model), num_threads=1, experimental_preserve_all_tensors=True)
        self._interpreter.allocate_tensors()
        given = self._interpreter.get_input_details()[0]
        self._input, self._shape = given["index"], tuple(int(side) for side in np.ravel(given["shape"]))
        found = [detail["index"] for detail in self._interpreter.get_tensor_details() if self._is_layer(detail)]
        scores = [
            d["index"] for d in self._interpreter.get_output_details() if int(np.ravel(d["shape"])[-1]) == CLASSES
        ]
        if not found or not scores:
            raise UserError(
                model, expected=f"a {_LAYER} layer of {SIZE} values", found="none", cure="use yamnet.tflite"
            )
        self._layer, self._output = found[-1], scores[0]
        self.revision = hashlib.sha256(model.read_bytes()).hexdigest()[:12]

    @staticmethod
    def _is_layer(detail: dict[str, object]) -> bool:
        shape = tuple(int(side) for side in np.ravel(cast(Floats, detail["shape"])))
        return _LAYER in str(detail["name"]) and shape == (1, SIZE)

    def hear(self, stream: Stream, span: Span) -> HeardFrames | None:
        """None when the span is mostly gap or too short. A span under one frame is padded with silence."""
        sound, usable = sound_at_16k(stream, span)
        if not usable:
            return None
        frames = 1 + max(0, -(-(sound.size - FRAME) // HOP))
        starts = sorted({min(k * HOP, max(0, sound.size - FRAME)) for k in range(frames)})
        sound = np.pad(sound, (0, max(0, FRAME - sound.size)))
        rows = [self._frame(sound[at : at + FRAME]) for at in starts]
        return HeardFrames(np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows]))

    def _frame(self, frame: Floats) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        self._interpreter.set_tensor(self._input, frame.reshape(self._shape))
        self._interpreter.invoke()
        scores = np.array(self._interpreter.get_tensor(self._output)[0], dtype=np.float32)
        return scores, np.array(self._interpreter.get_tensor(self._layer)[0], dtype=np.float32)
