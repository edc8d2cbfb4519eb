"""Labelled sounds in a timeline: a source of their own with its weight and the decision without it, and sentences that only their own
evidence bears."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from small_timeline import EPISODES, small_facts
from test_annotate import assert_whole, wrist

from agents.annotate import AnnotateSettings, annotate
from agents.fusion import shipped_weights
from agents.timeline import EvidenceRecord, LabelRecord, ModalityRecord, TimelineRecord, WithoutRecord
from agents.verification import Facts, Verifier
from agents.wording import modality_sentence, without_sentence
from recordings import Recording, Span, Stream
from tools import Bench, recompute
from tools.labelled_sounds import HeardSounds, SoundStore, hear

RATE_HZ = 16000.0
WALK = Span(12.8, 65.3)
LEVELS = {"vacuum_cleaning": 0.3, "cooking": 0.1, "washing_dishes": 0.03, "typing": 0.01}


class Loudness:
    """Knows no sound by name; its inner layer tells four levels apart."""

    name, revision, licence = "loudness", "loudness-1", "MIT"

    def predict(self, stream: Stream, spans: Sequence[Span]) -> SimpleNamespace:
        inner = np.zeros((len(spans), len(LEVELS)), np.float32)
        for i, span in enumerate(spans):
            level = float(stream.between(span.start_s, span.end_s).std())
            inner[i, int(np.abs(np.log(np.array([*LEVELS.values()]) / level)).argmin())] = 1.0
        return SimpleNamespace(
            labels=("Dog", "none_of_these"),
            probabilities=np.tile(np.array([[0.05, 0.95]], np.float32), (len(spans), 1)),
            embeddings=inner,
            usable=np.ones(len(spans), bool),
        )


class Unsure:
    """A motion model to which a wrist might as well sit as stand."""

    name, revision, licence = "unsure", "unsure-1", "MIT"

    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> SimpleNamespace:
        n = len(spans)
        rows = np.tile(np.array([[0.34, 0.36, 0.3]], np.float32), (n, 1))
        labels = ("walking", "standing", "sitting")
        return SimpleNamespace(
            labels=labels, probabilities=rows, embeddings=np.zeros((n, 4), np.float32), usable=np.ones(n, bool)
        )


def sound_of(seconds: float, level: float, seed: int = 0) -> Stream:
    samples = np.random.default_rng(seed).normal(scale=level, size=(1, round(seconds * RATE_HZ))).astype(np.float32)
    return Stream("room", "audio", ("sound",), ("full scale",), RATE_HZ, samples, device="microphone")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SoundStore:
    parts = []
    for n in range(4):
        for activity, level in LEVELS.items():
            clip = Recording(
                f"{activity}-{n}", f"{activity}-{n}.wav", "00", (sound_of(5.0, level, n + 1),), subject="ann"
            )
            parts.append(hear(Loudness(), clip, [(Span(0.0, 5.0), activity)], licence="CC0"))  # type: ignore[arg-type]
    return SoundStore.keep(tmp_path_factory.mktemp("sounds"), HeardSounds.joined(parts))[0]


RECORDING = dataclasses.replace(
    wrist([("standing", 40.0)]), streams=(*wrist([("standing", 40.0)]).streams, sound_of(40.0, 0.3, 99))
)


def told(bench: Bench, **settings: object) -> TimelineRecord:
    return annotate(RECORDING, bench=bench, llm=None, settings=AnnotateSettings(fusion="never", **settings))  # type: ignore[arg-type]


def bench_of(store: SoundStore | None) -> Bench:
    return Bench(motion=Unsure(), sound=Loudness(), sounds=store)  # type: ignore[arg-type]


def test_labelled_sounds_are_a_source_with_a_weight_and_a_decision_without_it(store: SoundStore) -> None:
    bench = bench_of(store)
    timeline = told(bench)
    alone = told(bench_of(None))
    assert_whole(alone)
    assert timeline.verification.unsupported_printed == 0
    (episode,), (before,) = timeline.episodes, alone.episodes
    assert (episode.activity, before.activity) == ("vacuum_cleaning", "standing")
    shown = {m.name: m for m in episode.modalities}
    assert shown["alike"].weight == shipped_weights().of("motion+sound", labelled_sounds=True).alike
    assert shown["alike"].top[0].label == "vacuum_cleaning"
    assert shown["alike"].without is not None and shown["alike"].without.activity != "vacuum_cleaning"
    (said,) = [e for e in timeline.evidence if e.tool == "nearest_sounds"]
    assert (said.quantity, said.value) == ("activity_by_sounds", "vacuum_cleaning")
    assert shown["alike"].top[0].probability == said.probability
    (sentence,) = [s for s in episode.explanation if s.evidence == [said.id]]
    assert sentence.sentence.startswith("The labelled sounds say vacuum cleaning with ")
    assert [s for s in before.explanation if "labelled sounds" in s.sentence] == []
    # What was said without them is still said.
    kinds = [sorted(e.quantity for e in alone.evidence), sorted(e.quantity for e in timeline.evidence)]
    assert kinds[1] == sorted([*kinds[0], "activity_by_sounds"])
    (found,) = [m for m in timeline.models if m.role == "labelled sounds"]
    assert (found.name, found.revision, found.licence) == ("16 sounds of 4 activities", store.revision, "CC0")
    recording_id = timeline.recording.id
    from tools import nearest_sounds

    again = next(e for e in nearest_sounds(bench, recording_id, [Span(said.start_s, said.end_s)]) if e.id == said.id)
    assert recompute(bench, again).value == said.value


def test_a_person_who_is_excluded_says_nothing(store: SoundStore) -> None:
    (episode,) = told(bench_of(store), exclude_subject="ann").episodes
    assert "alike" not in {m.name for m in episode.modalities}
    assert episode.activity == "standing"


def test_where_nothing_is_heard_nothing_changes(store: SoundStore) -> None:
    alone = dataclasses.replace(RECORDING, streams=RECORDING.streams[:1])
    with_them, without = (
        annotate(alone, bench=bench_of(s), llm=None, settings=AnnotateSettings(fusion="never")) for s in (store, None)
    )
    assert with_them.without_timings() == without.without_timings()


def _facts(evidence: Sequence[EvidenceRecord] = ()) -> Facts:
    said = [
        LabelRecord(label="vacuum_cleaning", probability=0.71),
        LabelRecord(label="cooking", probability=0.2),
    ]
    modality = ModalityRecord(
        name="alike", top=said, weight=1.0, without=WithoutRecord(activity="standing", confidence=0.6)
    )
    walk = EPISODES[1].model_copy(update={"modalities": [*EPISODES[1].modalities, modality]})
    return small_facts(episodes=[EPISODES[0], walk, *EPISODES[2:]], evidence=list(evidence))


ALIKE = EvidenceRecord(
    id="e-00000000aa", tool="nearest_sounds", stream="room", channel="sound", start_s=12.8, end_s=65.3, quantity="activity_by_sounds",
    value="vacuum_cleaning", unit="", method="", model="m", probability=0.71, alternatives=[LabelRecord(label="cooking", probability=0.2)],
)  # fmt: skip


def test_their_own_sentences_are_borne() -> None:
    verifier = Verifier(_facts([ALIKE]))
    top = [LabelRecord(label="vacuum_cleaning", probability=0.71), LabelRecord(label="cooking", probability=0.2)]
    said = modality_sentence("alike", top)
    assert said == "The labelled sounds say vacuum cleaning with 71 %; next is cooking with 20 %."
    assert verifier.check(said, [ALIKE.id]).supported
    assert verifier.check(said, span=WALK).supported
    without = without_sentence(_facts().episodes[1].modalities[1], "walking")
    assert without == "Without the labelled sounds, the decision would be standing, with 60 %."
    assert verifier.check(without, span=WALK).supported


@pytest.mark.parametrize(
    "sentence",
    [
        "The motion model says vacuum cleaning with 71 %.", "The sound tagger hears vacuum cleaning with 71 %.", "The sound says vacuum cleaning.",
        "The sounds say vacuum cleaning with 71 %.", "The labelled sounds say cooking with 71 %.", "The labelled sounds say walking with 93 %.",
        "The labelled sounds say vacuum cleaning with 72 %.", "The labelled sounds say vacuum cleaning with 71 %; next is walking with 20 %.",
        "The nearest exemplars are labelled vacuum cleaning.", "The labelled sounds decided on vacuum cleaning.",
        "Without the sound tagger, the decision would be standing, with 60 %.", "The language model says vacuum cleaning with 71 %.",
    ],
)  # fmt: skip
def test_no_other_speaker_is_borne_by_them(sentence: str) -> None:
    verifier = Verifier(_facts([ALIKE]))
    assert not verifier.check(sentence, [ALIKE.id]).supported
    assert not verifier.check(sentence, span=WALK).supported


def test_they_are_not_borne_by_another_speaker() -> None:
    said = EvidenceRecord(
        id="e-00000000bb", tool="tag_audio", stream="room", channel="sound", start_s=12.8, end_s=65.3, quantity="sound", value="cooking", unit="",
        method="", model="m", probability=0.8,
    )  # fmt: skip
    verifier = Verifier(small_facts(evidence=[said]))
    assert verifier.check("The sound tagger hears cooking with 80 %.", [said.id]).supported
    assert not verifier.check("The labelled sounds say cooking with 80 %.", [said.id]).supported
    assert not verifier.check("The labelled sounds say walking with 93 %.", span=WALK).supported


@pytest.mark.data
def test_real_sound_speaks_where_motion_is_silent(data_dir: Path, tmp_path: Path) -> None:
    """A vacuum cleaner, for which the shipped tagger has no name, by two other vacuum cleaners."""
    from models.audio import SoundTagger
    from recordings.datasets import open_dataset_recording

    tagger = SoundTagger.from_pretrained(device="cpu")
    clips = [("vacuum_cleaning", f"{n}.flac") for n in ("1-19840-A-36", "1-100210-A-36")]
    clips += [("typing", f"{n}.flac") for n in ("1-137-A-32", "1-61212-A-32")]
    clips += [("playing_with_pets", f"{n}.ogg") for n in ("1-100032-A-0", "1-30226-A-0")]
    clips += [("caring_for_a_baby", f"{n}.ogg") for n in ("1-187207-A-20", "1-211527-A-20")]
    parts = []
    for activity, name in clips:
        opened = open_dataset_recording(f"audio:esc50/{name}", data_dir)
        parts.append(hear(tagger, opened, [(opened.span, activity)]))
    store, _ = SoundStore.keep(tmp_path, HeardSounds.joined(parts))
    asked = open_dataset_recording("audio:esc50/2-106072-A-36.flac", data_dir)
    for sounds, wanted in ((None, False), (store, True)):
        bench = Bench(sound=tagger, sounds=sounds)
        (episode,) = annotate(asked, bench=bench, llm=None, settings=AnnotateSettings(fusion="never")).episodes
        assert (episode.activity == "vacuum_cleaning") is wanted
