"""The scripted model, and sentence vectors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from langchain_core.language_models.chat_models import BaseChatModel

from agents.language import LanguageModel, LanguageModelFailure, ScriptedModel, SentenceEmbedder, open_language_model
from recordings import UserError


def test_replies_come_in_order_and_calls_are_counted() -> None:
    llm = ScriptedModel(["one", "two"])
    assert isinstance(llm, LanguageModel)
    assert isinstance(llm.chat_model, BaseChatModel)
    assert [llm.write("s", "u"), llm.write("s", "again")] == ["one", "two"]
    assert llm.calls == 2
    assert "again" in llm.heard[1]
    with pytest.raises(UserError, match="otherwise"):
        llm.write("s", "a third time")


def test_rules_answer_what_they_fit() -> None:
    llm = ScriptedModel({"water": "washing dishes", "KEYS": '{"answer": "typing"}'})
    assert llm.choose("s", "Water runs.", ["typing", "washing dishes"]) == "washing dishes"
    assert llm.choose("s", "keys click", ["typing", "washing dishes"]) == "typing"


def test_nonsense_is_a_typed_failure_after_one_more_try() -> None:
    llm = ScriptedModel(["rubbish", "more rubbish", "sitting"])
    with pytest.raises(LanguageModelFailure) as failure:
        llm.choose("s", "u", ["sitting", "walking"])
    assert failure.value.kind == "nonsense"
    assert llm.calls == 2


def test_a_script_file(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"rules": [{"contains": "who", "reply": "me"}], "otherwise": "no idea"}))
    llm = open_language_model(f"scripted:{path}")
    assert [llm.write("s", "Who?"), llm.write("s", "What?"), llm.write("s", "What?")] == ["me", "no idea", "no idea"]


@pytest.mark.parametrize("content", [None, "{", "[]", '{"lines": []}', "\udcff"])
def test_a_wrong_script_is_one_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "script.json"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError) as error:
        open_language_model(f"scripted:{path}")
    assert "\n" not in str(error.value)


def test_sentence_vectors_are_unit_and_mean_something() -> None:
    embedder = SentenceEmbedder()
    texts = ["Sounds: water, plates.", "A person washes dishes.", "A person runs.", "Sounds: water, plates."]
    vectors = embedder.embed(texts)
    assert vectors.shape == (4, SentenceEmbedder.size)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert np.array_equal(vectors[0], vectors[3])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert embedder.embed([]).shape == (0, SentenceEmbedder.size)
    assert np.array_equal(SentenceEmbedder().embed(texts), vectors)
