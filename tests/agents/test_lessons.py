"""What the adapter learns from Telltale's own prompts: every explanation that is a target passes the verifier."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_annotate import Posture, wrist

from agents.annotate import AnnotateSettings, annotate
from agents.lessons import Lesson, annotated, drawn, lessons
from agents.timeline import TimelineRecord
from agents.verification import Facts, Verifier
from models.llasa.checking import sentences_of
from recordings import Annotation, Recording, Span
from tools import Bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(motion=Posture(0.9))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def recording() -> Recording:
    made = wrist([("walking", 40.0), ("sitting", 40.0), ("walking", 30.0)])
    notes = (Annotation(0.0, 40.0, "walking"), Annotation(40.0, 80.0, "sitting"), Annotation(80.0, 110.0, "walking"))
    return replace(made, dataset="hapt", annotations=notes)


@pytest.fixture(scope="module")
def timeline(recording: Recording, bench: Bench) -> TimelineRecord:
    return annotate(recording, bench=bench, llm=None, settings=AnnotateSettings(fusion="never", llm=None, neighbours=0))


def test_a_target_explanation_holds_sentence_by_sentence(
    recording: Recording, timeline: TimelineRecord, bench: Bench
) -> None:
    verifier = Verifier(Facts.of_timeline(timeline, bench))
    found = [one for one in lessons(recording, timeline) if one.kind == "explanation"]
    known = [e for e in timeline.episodes if e.status == "known"]
    assert len(found) == len(known) > 0
    for lesson, episode in zip(found, known, strict=True):
        assert lesson.messages is not None and "Facts:" in lesson.messages[1]
        evidence = tuple(dict.fromkeys(i for s in episode.explanation for i in s.evidence))
        sentences = sentences_of(lesson.answer)
        assert len(sentences) >= 2
        for sentence in sentences:
            check = verifier.check(sentence, evidence, Span(episode.start_s, episode.end_s))
            assert check.supported, (sentence, check.reason)


def test_a_fusion_lesson_is_answered_by_the_annotation(recording: Recording, timeline: TimelineRecord) -> None:
    found = [one for seed in range(6) for one in lessons(recording, timeline, seed) if one.kind != "explanation"]
    assert {one.kind for one in found} == {"fusion", "score"}
    for one in found:
        assert one.answer.strip(" .") in ("walking", "sitting")
        assert (one.messages is None) == (one.kind == "score") == one.text.endswith("The person is")
    assert next(annotated(recording, e) for e in timeline.episodes if e.status == "known") == "walking"


def test_a_draw_takes_every_kind(recording: Recording, timeline: TimelineRecord) -> None:
    everything = [one for seed in range(8) for one in lessons(recording, timeline, seed)]
    few = drawn(everything, 6, 0)
    assert len(few) == 6 and {one.kind for one in few} == {"explanation", "fusion", "score"}
    assert drawn(everything, 6, 0) == few and isinstance(few[0], Lesson)
