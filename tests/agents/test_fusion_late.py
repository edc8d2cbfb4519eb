"""Late fusion by prompt alone: closed and open, zero-shot and with exemplars."""

from __future__ import annotations

import pytest

from agents.fusion import Distribution, Fields, WorkedSample, classify_by_prompt, map_open_answer
from agents.language import LanguageModelFailure, ScriptedModel, SentenceEmbedder

OPTIONS = ["washing dishes", "using a computer", "vacuum cleaning", "playing with pets"]
FIELDS = Fields(audio_caption="Plates clink in water.", motion_prediction=Distribution.of({"standing": 0.7}))


def test_a_closed_answer_is_one_of_the_options() -> None:
    llm = ScriptedModel(["Washing dishes."])
    found = classify_by_prompt(llm, FIELDS, OPTIONS)
    assert (found.activity, found.similarity) == ("washing dishes", None)
    assert "Options: washing dishes, using a computer" in found.prompt
    with pytest.raises(LanguageModelFailure):
        classify_by_prompt(ScriptedModel(["no", "no"]), FIELDS, OPTIONS)


def test_an_exemplar_a_class_comes_before_the_query() -> None:
    exemplars = [WorkedSample(Fields(context=f"sample {i}"), option) for i, option in enumerate(OPTIONS)]
    found = classify_by_prompt(ScriptedModel(["vacuum cleaning"]), FIELDS, OPTIONS, exemplars)
    user = found.prompt
    assert [user.index(f'"sample {i}"') for i in range(4)] == sorted(user.index(f'"sample {i}"') for i in range(4))
    assert user.index('"sample 3"') < user.index("Plates clink")
    assert "Activity: playing with pets" in user


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The person is doing the dishes.", "washing dishes"),
        ("working on a laptop computer", "using a computer"),
        ("the stock market fell", None),
        ("", None),
    ],
)
def test_an_open_answer_is_mapped_or_rejected(answer: str, expected: str | None) -> None:
    embedder = SentenceEmbedder()
    activity, similarity = map_open_answer(answer, OPTIONS, embedder)
    assert activity == expected
    assert -1.0 <= similarity <= 1.0
    assert map_open_answer(answer, OPTIONS, embedder, rejection_cosine=1.01)[0] is None


def test_open_shows_no_options_and_keeps_the_answer() -> None:
    llm = ScriptedModel(["cleaning plates at the sink"])
    found = classify_by_prompt(llm, FIELDS, OPTIONS, mode="open", embedder=SentenceEmbedder())
    assert found.activity == "washing dishes"
    assert found.answer == "cleaning plates at the sink"
    assert "vacuum" not in llm.heard[0]


def test_nothing_to_go_on_is_a_bug() -> None:
    with pytest.raises(ValueError, match="without any field"):
        classify_by_prompt(ScriptedModel(["x"]), Fields(), OPTIONS)
    with pytest.raises(ValueError, match="embedder"):
        classify_by_prompt(ScriptedModel(["x"]), FIELDS, OPTIONS, mode="open")
