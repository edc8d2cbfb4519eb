"""What the settings name, opened: recordings, models, the language model. The only place where commands get them."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from apps.console import Report, warn_of
from apps.settings import Settings
from recordings import Recording, UserError

if TYPE_CHECKING:
    from agents.annotate import AnnotateSettings
    from agents.language import LanguageModel
    from agents.timeline import TimelineRecord
    from tools import Bench


def _silent(doing: str, fraction: float) -> None:
    return


class Workbench:
    """One command's recordings and models. Everything is opened on first use and once."""

    def __init__(self, settings: Settings, progress: Report = _silent) -> None:
        self.settings = settings
        self.progress = progress
        self._read_s: dict[str, float] = {}

    def open(self, source: str, *, warn: bool = True) -> Recording:
        """The recording that `source` names, on the bench; its warnings go to stderr. UserError with the cure."""
        from recordings import ReadOptions, open_recording

        began = time.perf_counter()
        options = ReadOptions(units=self.settings.units, rate_hz=self.settings.rate, position=self.settings.position)
        recording = open_recording(source, data_dir=self.settings.data, options=options)
        if not recording.streams:
            raise UserError(source, expected="motion or sound", found="neither", cure="name another file")
        self._read_s[recording.id] = time.perf_counter() - began
        if warn:
            warn_of(recording)
        self.bench.add(recording)
        return recording

    def close(self, recording: Recording) -> None:
        self.bench.remove(recording.id)

    @cached_property
    def bench(self) -> Bench:
        """Both perception models and the labelled examples, as the settings name them."""
        from models.audio import open_sound_tagger
        from models.motion import MotionClassifier
        from tools import Bench
        from tools.exemplars import ExemplarStore

        motion = MotionClassifier.from_pretrained(_path(self.settings.motion_model))
        sound = open_sound_tagger(self.settings.audio_model)
        wanted = self.settings.exemplars
        exemplars = None if wanted == "none" else ExemplarStore.open(_path(wanted))
        return Bench(motion=motion, sound=sound, exemplars=exemplars)

    @cached_property
    def llm(self) -> LanguageModel | None:
        """The language model; None when the settings say that it is never asked."""
        if self.settings.fusion == "never":
            return None
        return self.open_llm()

    def open_llm(self) -> LanguageModel:
        from agents.language import open_language_model

        return open_language_model(
            self.settings.llm,
            cache_dir=self.settings.cache_dir,
            api_key=self.settings.api_key(),
            timeout_s=self.settings.llm_timeout_s,
            retries=self.settings.llm_retries,
            progress=self.progress,
        )

    def annotate_settings(self) -> AnnotateSettings:
        from agents.annotate import AnnotateSettings

        return AnnotateSettings(
            fusion=self.settings.fusion,
            llm=None if self.settings.fusion == "never" else self.settings.llm,
            window_s=self.bench.window_s,
            stride_s=self.bench.stride_s,
            exclude_subject=self.settings.exclude_subject,
        )

    def recorded_settings(self) -> dict[str, str | int | float | bool | None]:
        """Everything the user set that can change a timeline, for the record."""
        read = {"units": self.settings.units, "rate": self.settings.rate, "position": self.settings.position}
        return {**self.annotate_settings().recorded(), **read}

    def revisions(self) -> dict[str, str]:
        """The revisions of the opened models. The language model stands in the settings and is not opened for this."""
        motion, sound, exemplars = self.bench.motion, self.bench.sound, self.bench.exemplars
        return {
            "motion": motion.revision if motion else "none",
            "sound": sound.revision if sound else "none",
            "exemplars": exemplars.revision if exemplars else "none",
        }

    def annotate(self, recording: Recording) -> TimelineRecord:
        """The timeline of a recording that `open` returned; the time spent reading stands in its timings."""
        from agents.annotate import annotate

        timeline = annotate(
            recording, bench=self.bench, llm=self.llm, settings=self.annotate_settings(), progress=self.progress
        )
        read_s = round(self._read_s.get(recording.id, 0.0), 3)
        return timeline.model_copy(update={"timings": {"read_s": read_s, **timeline.timings}})


def _path(named: str) -> Path | None:
    """None means the one that ships."""
    return None if named == "shipped" else Path(named).expanduser()
