"""What the settings name, opened: recordings, models, the language model. The only place where commands get them."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from apps.console import Report, warn, warn_of
from apps.experts import named
from apps.settings import Settings, default_cache
from recordings import Recording, UserError

if TYPE_CHECKING:
    from agents.annotate import AnnotateSettings
    from agents.language import LanguageModel
    from agents.timeline import TimelineRecord
    from models.audio import SoundModel
    from models.llasa import Llasa
    from models.motion import MotionClassifier
    from models.sensorllm import SensorLLM
    from models.sensorlm import SensorReader, WordLabels
    from tools import Bench, LabelModel
    from tools.exemplars import ExemplarStore
    from tools.labelled_sounds import SoundStore


def _silent(doing: str, fraction: float) -> None:
    return


class Workbench:
    """One command's recordings and models. Everything is opened on first use and once."""

    def __init__(self, settings: Settings, progress: Report = _silent) -> None:
        self.settings = settings
        self.progress = progress
        self._read_s: dict[str, float] = {}

    def open(self, source: str, *, aloud: bool = True) -> Recording:
        """The recording that `source` names, on the bench; aloud: its warnings go to stderr. UserError with the cure."""
        began = time.perf_counter()
        recording = self.read(source)
        self._read_s[recording.id] = time.perf_counter() - began
        if aloud:
            warn_of(recording)
        self.bench.add(recording)
        return recording

    def read(self, source: str) -> Recording:
        """The recording alone; no model is opened."""
        from recordings import ReadOptions, open_recording

        options = ReadOptions(units=self.settings.units, rate_hz=self.settings.rate, position=self.settings.position)
        recording = open_recording(source, data_dir=self.settings.data, options=options)
        if not recording.streams:
            raise UserError(source, expected="motion or sound", found="neither", cure="name another file")
        return recording

    def close(self, recording: Recording) -> None:
        self.bench.remove(recording.id)

    @cached_property
    def motion(self) -> MotionClassifier:
        from models.motion import MotionClassifier

        return MotionClassifier.from_pretrained(named(self.settings.motion_model))

    @cached_property
    def sound(self) -> SoundModel:
        from models.audio import open_sound_tagger

        return open_sound_tagger(self.settings.audio_model)

    @cached_property
    def bench(self) -> Bench:
        """Both perception models, the labelled examples and sounds, as the settings name them."""
        from apps.experts import describer_beside
        from tools import Bench

        # First: what they lack should be said before anything is loaded.
        opinions = self.opinions
        expert, reader = cast("SensorLLM | None", opinions.get("sensorllm")), opinions.get("llasa")
        return Bench(
            motion=self.motion,
            sound=self.sound,
            exemplars=self.store(self.motion.revision),
            sounds=self.labelled_sounds(self.sound.revision),
            sensor_language=None if expert is None else describer_beside(expert),
            llasa=cast("Llasa | None", reader),
            words=self.words,
            opinions=opinions,
        )

    @cached_property
    def words(self) -> SensorReader | None:
        """The model of windows and words: the one that is asked as an expert, else the shipped one; None where none ships."""
        expert = self.opinions.get("sensorlm")
        if expert is not None:
            return cast("WordLabels", expert).reader
        from apps.experts import has_words, open_sensorlm

        return open_sensorlm(self.settings, self.progress) if has_words(self.settings) else None

    @cached_property
    def opinions(self) -> dict[str, LabelModel]:
        """Who reads the motion beside the motion classifier, as `--experts` names them."""
        from apps.experts import open_opinions

        return open_opinions(self.settings, self.progress)

    def store(self, revision: str) -> ExemplarStore | None:
        """The labelled examples for the motion checkpoint `revision`; None when the settings name none.

        The shipped ones fit the shipped checkpoint alone: with another they are left out, and that is said.
        """
        from tools.exemplars import ExemplarStore

        wanted = self.settings.exemplars
        if wanted == "none":
            return None
        if wanted != "shipped":
            return ExemplarStore.open(Path(wanted).expanduser(), revision=revision)
        shipped = ExemplarStore.shipped(self.settings.cache_dir or default_cache())
        if shipped.revision != revision:
            warn(f"the shipped examples are of motion checkpoint {shipped.revision}, not {revision}: none are recalled")
            return None
        return shipped

    def labelled_sounds(self, tagger: str) -> SoundStore | None:
        """The labelled sounds that the settings name, as the tagger checkpoint `tagger` heard them; None when they name none. None ship.

        UserError when another tagger heard them: what two taggers hear cannot be compared.
        """
        from tools.labelled_sounds import SoundStore

        wanted = self.settings.labelled_sounds
        if wanted == "none":
            return None
        return SoundStore.open(Path(wanted).expanduser(), tagger=tagger)

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

    def annotate_settings(self, horizon_s: float | None = None) -> AnnotateSettings:
        from agents.annotate import AnnotateSettings

        knobs: dict[str, object] = {
            "fusion": self.settings.fusion,
            "llm": None if self.settings.fusion == "never" else self.settings.llm,
            "window_s": self.bench.window_s,
            "stride_s": self.bench.stride_s,
            "exclude_subject": self.settings.exclude_subject,
        }
        if horizon_s is not None:
            knobs["forecast_horizon_s"] = horizon_s
        return AnnotateSettings.model_validate(knobs)

    def recorded_settings(self) -> dict[str, str | int | float | bool | None]:
        """Everything the user set that can change a timeline, for the record."""
        read = {"units": self.settings.units, "rate": self.settings.rate, "position": self.settings.position}
        return {**self.annotate_settings().recorded(), **read}

    def revisions(self) -> dict[str, str]:
        """The revisions of the opened models. The language model stands in the settings and is not opened for this."""
        motion, sound, exemplars = self.bench.motion, self.bench.sound, self.bench.exemplars
        labelled = self.bench.sounds
        return {
            "motion": motion.revision if motion else "none",
            "sound": sound.revision if sound else "none",
            "exemplars": exemplars.revision if exemplars else "none",
            "labelled_sounds": labelled.revision if labelled else "none",
        }

    def annotate(self, recording: Recording, horizon_s: float | None = None) -> TimelineRecord:
        """The timeline of a recording that `open` returned; the time spent reading stands in its timings."""
        from agents.annotate import annotate

        timeline = annotate(
            recording,
            bench=self.bench,
            llm=self.llm,
            settings=self.annotate_settings(horizon_s),
            progress=self.progress,
        )
        for reason in asked_in_vain(timeline):
            warn(f"{recording.id}: {reason}; the pool decided instead (--llm)")
        read_s = round(self._read_s.get(recording.id, 0.0), 3)
        return timeline.model_copy(update={"timings": {"read_s": read_s, **timeline.timings}})


def asked_in_vain(timeline: TimelineRecord) -> list[str]:
    """Why the language model did not answer where it was asked, each reason once; empty where it always did."""
    from agents.fusion import MODEL_FAILED

    reasons = (episode.reason for episode in timeline.episodes)
    return list(dict.fromkeys(reason for reason in reasons if reason and reason.startswith(MODEL_FAILED)))
