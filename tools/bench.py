"""The `Bench`: loaded models and opened recordings, and what the models said, computed once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from recordings import Recording, Stream, UserError
from tools.perception import LabelModel, MotionModel, Perception, SoundModel, perceive_motion, perceive_sound

if TYPE_CHECKING:
    from tools.exemplars import ExemplarStore
    from tools.labelled_sounds.store import SoundStore
    from tools.word_search.model import WordModel
    from tools.writers import TrendDescriber, WindowReader

T = TypeVar("T")

WINDOW_S = 2.56
STRIDE_S = 1.28


class Bench:
    """Models, exemplars and recordings that the tools work on. Threads may share it.

    motion, sound, exemplars, sensor_language (describes trends), llasa (answers questions about windows), words (searches),
    sounds (labelled ones): None means that the bench has none; tools then answer "no data". opinions: who else labels motion, by the names of
    `tools.second_opinions`. Results of whole-stream computations are kept until the recording is removed.
    """

    def __init__(
        self,
        motion: MotionModel | None = None,
        sound: SoundModel | None = None,
        exemplars: ExemplarStore | None = None,
        window_s: float = WINDOW_S,
        stride_s: float = STRIDE_S,
        sensor_language: TrendDescriber | None = None,
        llasa: WindowReader | None = None,
        words: WordModel | None = None,
        opinions: Mapping[str, LabelModel] | None = None,
        sounds: SoundStore | None = None,
    ) -> None:
        if window_s <= 0 or stride_s <= 0:
            raise UserError(
                "windows",
                expected="a positive length and stride in seconds",
                found=f"{window_s} s every {stride_s} s",
                cure="give positive numbers",
            )
        self.motion = motion
        self.sound = sound
        self.exemplars = exemplars
        self.sensor_language = sensor_language
        self.llasa = llasa
        self.words = words
        self.opinions = dict(opinions or {})
        self.sounds = sounds
        self.window_s = window_s
        self.stride_s = stride_s
        self._recordings: dict[str, Recording] = {}
        self._results: dict[tuple[str, str], object] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._guard = threading.Lock()

    @property
    def recording_ids(self) -> tuple[str, ...]:
        return tuple(self._recordings)

    def add(self, recording: Recording) -> None:
        """Put a recording on the bench. The same id again replaces it and forgets what was computed."""
        if self._recordings.get(recording.id) is not recording:
            self.remove(recording.id)
            self._recordings[recording.id] = recording

    def remove(self, recording_id: str) -> None:
        """Forget a recording and everything computed from it; nothing happens when it is not there."""
        self._recordings.pop(recording_id, None)
        with self._guard:
            for key in [k for k in self._results if k[0] == recording_id]:
                del self._results[key]

    def recording(self, recording_id: str) -> Recording:
        """UserError when no such recording lies on the bench."""
        if recording_id not in self._recordings:
            raise UserError(
                recording_id,
                expected=f"one of the open recordings ({', '.join(self._recordings) or 'none'})",
                found="another id",
                cure="open the recording first",
            )
        return self._recordings[recording_id]

    def once(self, recording_id: str, key: str, compute: Callable[[], T]) -> T:
        """`compute()` the first time, its result afterwards. Two threads that ask at once compute once."""
        slot = (recording_id, key)
        with self._guard:
            lock = self._locks.setdefault(slot, threading.Lock())
        with lock:
            if slot not in self._results:
                self._results[slot] = compute()
            return cast("T", self._results[slot])

    def motion_perceptions(self, recording_id: str) -> tuple[Perception, ...]:
        """One perception a motion stream with acceleration, in file order; () without such a stream or a model."""
        recording = self.recording(recording_id)
        model = self.motion
        if model is None:
            return ()
        return tuple(
            self._motion(model, recording, stream)
            for stream in recording.of("motion")
            if stream.has("acc_x", "acc_y", "acc_z")
        )

    def motion_perception(self, recording_id: str, stream: str | None = None) -> Perception | None:
        """The named stream's perception, else that of the first motion stream that has a usable window."""
        perceptions = self.motion_perceptions(recording_id)
        return _chosen(perceptions, stream)

    def sound_perceptions(self, recording_id: str) -> tuple[Perception, ...]:
        """One perception an audio stream, in file order; () without such a stream or a model."""
        recording = self.recording(recording_id)
        model = self.sound
        if model is None:
            return ()
        return tuple(self._sound(model, recording, stream) for stream in recording.of("audio"))

    def sound_perception(self, recording_id: str, stream: str | None = None) -> Perception | None:
        """The named stream's perception, else that of the first audio stream that has a usable window."""
        return _chosen(self.sound_perceptions(recording_id), stream)

    def opinion_perceptions(self, recording_id: str, expert: str) -> tuple[Perception, ...]:
        """One perception a motion stream that the expert can label; () without one.

        Its windows stand side by side: some cost a pass of a language model.
        """
        recording = self.recording(recording_id)
        model = self.opinions.get(expert)
        if model is None or not model.labels:
            return ()
        found = (
            self._opinion(model, expert, recording, stream)
            for stream in recording.of("motion")
            if stream.has("acc_x", "acc_y", "acc_z")
        )
        return tuple(perception for perception in found if perception.usable.any())

    def _motion(self, model: MotionModel, recording: Recording, stream: Stream) -> Perception:
        return self.once(
            recording.id,
            f"motion:{stream.name}",
            lambda: perceive_motion(model, recording, stream, self.window_s, self.stride_s),
        )

    def _opinion(self, model: LabelModel, expert: str, recording: Recording, stream: Stream) -> Perception:
        window_s = model.window_s or self.window_s
        return self.once(
            recording.id,
            f"{expert}:{stream.name}",
            lambda: perceive_motion(model, recording, stream, window_s, window_s),
        )

    def _sound(self, model: SoundModel, recording: Recording, stream: Stream) -> Perception:
        return self.once(
            recording.id,
            f"sound:{stream.name}",
            lambda: perceive_sound(model, recording, stream, self.window_s, self.stride_s),
        )


def _chosen(perceptions: tuple[Perception, ...], stream: str | None) -> Perception | None:
    if stream is not None:
        return next((p for p in perceptions if p.stream == stream), None)
    return next((p for p in perceptions if p.usable.any()), perceptions[0] if perceptions else None)
