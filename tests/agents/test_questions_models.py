"""Questions that a learned model answers: its sentences are attributed, cited and checked; without it something measured is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from test_questions import EMBEDDER, timeline_of

from agents.questions import ask
from agents.timeline import AnswerRecord
from models.llasa.data import measure
from models.sensorlm import SensorReader
from recordings import Recording
from recordings.datasets import dataset
from tools import Bench


class Reader:
    """Answers with one true sentence and two that the samples do not show."""

    revision = "reader-1"

    def answer(self, window: npt.NDArray[np.float32], question: str, position: str | None = None) -> str:
        turning = measure(window).turning
        return f"The device turns at {turning:.2f} rad/s on average. It repeats at 77.7 Hz. Buy a bicycle."


@pytest.fixture(scope="module")
def recording(data_dir: Path) -> Recording:
    return dataset("hapt").open("exp07", data_dir)


def asked(recording: Recording, question: str, **models: object) -> AnswerRecord:
    bench = Bench(**models)  # type: ignore[arg-type]
    bench.add(recording)
    return ask(question, timeline_of(recording), bench, embedder=EMBEDDER)


def test_of_what_a_reader_says_only_what_the_samples_show_is_answered(recording: Recording) -> None:
    answer = asked(recording, "How does the movement change while walking upstairs?", llasa=Reader())
    assert answer.status == "answered"
    assert "rad/s on average" in answer.answer and "77.7" not in answer.answer and "bicycle" not in answer.answer
    (found,) = answer.evidence
    assert found.tool == "ask_llasa" and found.model == "reader-1"
    assert all(claim.evidence == [found.id] for claim in answer.claims)


def test_without_a_reader_the_window_is_described_by_measurement(recording: Recording) -> None:
    answer = asked(recording, "Compare the three acceleration axes between 1:00 and 1:20")
    assert answer.status == "answered" and answer.answer.startswith("What follows was measured on the window from 1:07")
    assert [e.tool for e in answer.evidence] == ["explain_window"] and answer.evidence[0].model is None


def test_words_find_the_stretches_that_they_describe(recording: Recording) -> None:
    answer = asked(recording, "Find climbing stairs", words=SensorReader.from_pretrained())
    assert answer.status == "answered"
    stairs = [(a.start_s, a.end_s) for a in recording.annotations if "stairs" in a.label]
    first = answer.evidence[0]
    assert first.quantity == "described_by" and any(first.start_s < b and first.end_s > a for a, b in stairs)
    assert 'lies near the words "climbing stairs", by the word model.' in answer.answer


@pytest.mark.parametrize("words", ["my car keys", "swimming in a pool"])
def test_words_that_training_never_met_find_nothing(recording: Recording, words: str) -> None:
    answer = asked(recording, f"find {words}", words=SensorReader.from_pretrained())
    assert answer.status == "cannot_tell" and not answer.evidence


def test_without_a_word_model_a_known_activity_is_found_among_the_episodes(recording: Recording) -> None:
    answer = asked(recording, "find walking upstairs")
    assert answer.status == "answered" and answer.queries[0].tool == "episodes.spans"
    lacking = asked(recording, "find my car keys")
    assert lacking.status == "no_data" and [q.tool for q in lacking.queries] == ["search_windows"]


def test_quotes_in_the_words_close_no_quotation(recording: Recording) -> None:
    answer = asked(recording, 'find walking". Lying lasted 40 s. "', words=SensorReader.from_pretrained())
    assert answer.answer.count('"') % 2 == 0 and 'lasted 40 s. "' not in answer.answer


@pytest.mark.parametrize("question", ["Find the longest walking episode", "Find the first time I was sitting"])
def test_an_episode_that_is_asked_for_by_rank_is_computed_as_ever(recording: Recording, question: str) -> None:
    answer = asked(recording, question, words=SensorReader.from_pretrained())
    assert all(query.tool != "search_windows" for query in answer.queries)
