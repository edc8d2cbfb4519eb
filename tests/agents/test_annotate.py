"""A recording becomes a timeline: schema-valid, tiling, the same bytes twice, blind to the file's own labels."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest

from agents import timeline_json_schema
from agents.annotate import AnnotateSettings, annotate
from agents.language import LanguageModelFailure, ScriptedModel, open_language_model
from agents.timeline import TimelineRecord
from models.audio import SoundTagger
from models.motion import MotionClassifier
from recordings import Annotation, Recording, Span, Stream, UserError
from recordings.datasets import open_dataset_recording
from tools import Bench

LABELS = ("walking", "sitting", "standing")
RATE_HZ = 50.0


class Posture:
    """A motion model that tells three activities by how much the acceleration varies and where gravity points."""

    name, revision, licence = "posture", "posture-1", "Apache-2.0"

    def __init__(self, sure: float = 0.9) -> None:
        self.sure = sure

    def predict(self, stream: Stream, spans: list[Span], *, position: str | None = None) -> SimpleNamespace:
        rows = np.full((len(spans), 3), (1 - self.sure) / 2, dtype=np.float32)
        usable = np.zeros(len(spans), dtype=bool)
        for i, span in enumerate(spans):
            acc = stream.between(span.start_s, span.end_s)[:3]
            usable[i] = acc.size > 0 and bool(np.isfinite(acc).all(axis=0).mean() > 0.5)
            if usable[i]:
                moving = float(np.nanstd(acc, axis=1).max()) > 1.0
                rows[i, 0 if moving else 1 if np.nanmean(acc[0]) > 5.0 else 2] = self.sure
            else:
                rows[i] = 1 / 3
        return SimpleNamespace(
            labels=LABELS, probabilities=rows, embeddings=np.zeros((len(spans), 4), np.float32), usable=usable
        )


def wrist(parts: list[tuple[str, float]], gap: Span | None = None) -> Recording:
    """A wrist that walks, sits or stands for so many seconds each; `gap` is taken out."""
    rng = np.random.default_rng(7)
    pieces = []
    for activity, seconds in parts:
        n = round(seconds * RATE_HZ)
        acc = rng.normal(scale=0.05, size=(3, n))
        acc[0 if activity == "sitting" else 2] += 9.81
        if activity == "walking":
            acc[2] += 4.0 * np.sin(2 * np.pi * 1.8 * np.arange(n) / RATE_HZ)
        pieces.append(acc)
    samples = np.concatenate(pieces, axis=1).astype(np.float32)
    if gap is not None:
        samples[:, round(gap.start_s * RATE_HZ) : round(gap.end_s * RATE_HZ)] = np.nan
    stream = Stream(
        "wrist", "motion", ("acc_x", "acc_y", "acc_z"), ("m/s²",) * 3, RATE_HZ, samples,
        device="watch", position="wrist", gravity="included", gaps=() if gap is None else (gap,),
    )  # fmt: skip
    ends = list(itertools.accumulate(seconds for _, seconds in parts))
    notes = tuple(Annotation(end - s, end, label) for end, (label, s) in zip(ends, parts, strict=True))
    return Recording("made", "made in a test", "0" * 64, (stream,), annotations=notes)


DAY = [("standing", 20.0), ("walking", 30.0), ("sitting", 25.0), ("walking", 20.0)]
NEVER = AnnotateSettings(fusion="never")


def timeline_of(recording: Recording, settings: AnnotateSettings = NEVER, **bench: object) -> TimelineRecord:
    return annotate(recording, bench=Bench(**{"motion": Posture(), **bench}), llm=None, settings=settings)  # type: ignore[arg-type]


def assert_whole(timeline: TimelineRecord) -> None:
    """What every timeline keeps to, whatever was recorded."""
    text = timeline.model_dump_json()
    jsonschema.Draft202012Validator(timeline_json_schema()).validate(json.loads(text))
    assert TimelineRecord.model_validate_json(text) == timeline
    episodes = timeline.episodes
    assert episodes[0].start_s == min(s.start_s for s in timeline.recording.streams)
    assert episodes[-1].end_s == pytest.approx(episodes[0].start_s + timeline.recording.duration_s, abs=2e-3)
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(episodes))
    assert len({e.id for e in episodes}) == len(episodes)
    pointed = {id_ for e in episodes for s in e.explanation for id_ in s.evidence}
    assert pointed == {e.id for e in timeline.evidence}
    assert timeline.verification.unsupported_printed == 0
    for episode in episodes:
        assert 1 <= len(episode.explanation) <= 5
        if episode.status != "known":
            assert episode.activity == episode.status


def test_a_recording_is_told_episode_by_episode() -> None:
    timeline = timeline_of(wrist(DAY))
    assert_whole(timeline)
    assert [e.activity for e in timeline.episodes] == ["standing", "walking", "sitting", "walking"]
    for episode, end_s in zip(timeline.episodes, (20.0, 50.0, 75.0, 95.0), strict=True):
        assert episode.end_s == pytest.approx(end_s, abs=0.5)
    walk = timeline.episodes[1]
    assert any("steps/min" in s.sentence for s in walk.explanation)
    assert all(s.verdict == "supported" for e in timeline.episodes for s in e.explanation)
    assert walk.decided_by == "single_modality" and walk.pool is not None


def test_the_same_recording_gives_the_same_bytes() -> None:
    first, second = (timeline_of(wrist(DAY)).without_timings().model_dump_json() for _ in range(2))
    assert first == second


def test_the_labels_that_came_with_the_file_change_nothing() -> None:
    recording = wrist(DAY)
    shuffled = dataclasses.replace(
        recording, annotations=tuple(dataclasses.replace(a, label="SECRET_LABEL") for a in recording.annotations[::-1])
    )
    told = timeline_of(shuffled).without_timings().model_dump_json()
    assert told == timeline_of(recording).without_timings().model_dump_json()
    assert "SECRET_LABEL" not in told


def test_a_gap_is_an_episode_without_data() -> None:
    timeline = timeline_of(wrist(DAY, gap=Span(55.0, 65.0)))
    assert_whole(timeline)
    silent = [e for e in timeline.episodes if e.status == "no_data"]
    assert [(e.start_s, e.end_s) for e in silent] == [(55.0, 65.0)]
    assert silent[0].modalities == [] and silent[0].confidence == 0.0
    assert silent[0].explanation[0].sentence.startswith("There is no data")


def test_what_no_model_can_use_is_unknown() -> None:
    timeline = timeline_of(wrist(DAY), motion=None)
    assert_whole(timeline)
    assert [(e.status, e.decided_by) for e in timeline.episodes] == [("unknown", "none")]
    assert timeline.forecast == [] and timeline.models == []


def test_a_guess_below_the_threshold_is_unknown() -> None:
    timeline = timeline_of(wrist(DAY), settings=AnnotateSettings(fusion="never", unknown_below=0.99))
    assert_whole(timeline)
    assert {e.status for e in timeline.episodes} == {"unknown"}
    assert timeline.episodes[0].alternatives[0].activity == "standing"


def test_every_setting_is_written_down() -> None:
    settings = AnnotateSettings(fusion="never", switch_cost=3.5)
    assert timeline_of(wrist(DAY), settings).settings == settings.model_dump(mode="json")


def test_other_windows_than_the_benchs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"windows of 5\.0 s"):
        timeline_of(wrist(DAY), AnnotateSettings(fusion="never", window_s=5.0))


def test_only_one_person_can_be_left_out() -> None:
    of_a_set = dataclasses.replace(wrist(DAY), dataset="hapt", subject="3")
    with pytest.raises(UserError, match="leave the option out"):
        timeline_of(of_a_set, AnnotateSettings(fusion="never", exclude_subject="4"))


def test_progress_is_told_from_nothing_to_done() -> None:
    heard: list[tuple[str, float]] = []
    annotate(
        wrist(DAY), bench=Bench(motion=Posture()), llm=None, settings=NEVER, progress=lambda *said: heard.append(said)
    )
    assert heard[0] == ("perceive", 0.0) and heard[-1] == ("done", 1.0)
    assert [f for _, f in heard] == sorted(f for _, f in heard)


UNSURE = Posture(sure=0.45)


def test_never_asks_no_language_model() -> None:
    model = ScriptedModel(["walking"] * 20)
    annotate(wrist(DAY), bench=Bench(motion=UNSURE), llm=model, settings=NEVER)
    assert model.calls == 0


def test_auto_asks_only_where_the_models_are_unsure() -> None:
    model = ScriptedModel(["walking"] * 20)
    sure = annotate(wrist(DAY), bench=Bench(motion=Posture(0.99)), llm=model, settings=AnnotateSettings(fusion="auto"))
    assert model.calls == 0
    assert all(e.decided_by != "llm" for e in sure.episodes)
    unsure = annotate(wrist(DAY), bench=Bench(motion=UNSURE), llm=model, settings=AnnotateSettings(fusion="auto"))
    assert model.calls == unsure.timings["llm_calls"] == len(unsure.episodes)
    assert all(e.decided_by == "llm" for e in unsure.episodes)


def test_always_asks_about_every_episode_and_nothing_else() -> None:
    model = ScriptedModel(["walking"] * 20)
    told = annotate(
        wrist(DAY), bench=Bench(motion=Posture(0.99)), llm=model, settings=AnnotateSettings(fusion="always")
    )
    assert model.calls == len(told.episodes)
    assert [m.role for m in told.models] == ["motion", "language"]
    assert_whole(told)


def test_what_the_language_model_invents_is_not_printed() -> None:
    model = ScriptedModel({"Explanation:": "The person took 9999 steps on the moon.", "Activity:": "walking"})
    settings = AnnotateSettings(fusion="always", explain="llm")
    told = annotate(wrist(DAY), bench=Bench(motion=UNSURE), llm=model, settings=settings)
    assert_whole(told)
    assert "9999" not in told.model_dump_json()
    assert told.verification.templated == len(told.episodes)


def test_a_true_sentence_of_the_language_model_is_kept() -> None:
    model = ScriptedModel({"Explanation:": "The motion model says standing with 45 %.", "Activity:": "standing"})
    settings = AnnotateSettings(fusion="always", explain="llm")
    told = annotate(wrist([("standing", 30.0)]), bench=Bench(motion=UNSURE), llm=model, settings=settings)
    assert told.episodes[0].explanation[0].sentence == "The motion model says standing with 45 %."
    assert told.episodes[0].explanation[0].verdict == "supported"


def test_an_endpoint_that_is_down_leaves_the_decision_to_the_pool() -> None:
    dead = open_language_model("http://127.0.0.1:9/v1#nobody", timeout_s=1.0, retries=0)
    told = annotate(wrist(DAY), bench=Bench(motion=UNSURE), llm=dead, settings=AnnotateSettings(fusion="auto"))
    assert_whole(told)
    assert all(e.decided_by != "llm" and "language model failed" in e.reason for e in told.episodes)
    with pytest.raises(LanguageModelFailure):
        annotate(wrist(DAY), bench=Bench(motion=UNSURE), llm=dead, settings=AnnotateSettings(fusion="always"))


def test_motion_and_sound_together_and_sound_alone() -> None:
    rng = np.random.default_rng(3)
    recording = wrist(DAY)
    sound = rng.normal(scale=0.05, size=(1, 95 * 16000)).astype(np.float32)
    room = Stream("room", "audio", ("sound",), ("full scale",), 16000.0, sound, device="microphone")
    both = dataclasses.replace(recording, streams=(*recording.streams, room))
    told = timeline_of(both, sound=SoundTagger.dummy())
    assert_whole(told)
    assert {m.name for e in told.episodes for m in e.modalities} >= {"motion", "sound"}
    assert [m.role for m in told.models] == ["motion", "sound"]
    alone = timeline_of(dataclasses.replace(recording, streams=(room,)), sound=SoundTagger.dummy())
    assert_whole(alone)
    assert {e.quantity for e in alone.evidence} <= {"sound", "sound_caption"}


@pytest.mark.data
@pytest.mark.parametrize("source", ["hapt:exp05", "usc_had:s13/a1/t1", "motionsense:s5/t1", "wisdm:1600/watch/typing"])
def test_real_recordings_with_the_networks_own_loading_code(data_dir: Path, source: str) -> None:
    recording = open_dataset_recording(source, data_dir)
    told = annotate(recording, bench=Bench(motion=MotionClassifier.dummy()), llm=None, settings=NEVER)
    assert_whole(told)
    assert all(
        a.label not in s.sentence
        for a in recording.annotations
        if "_" in a.label
        for e in told.episodes
        for s in e.explanation
    )
