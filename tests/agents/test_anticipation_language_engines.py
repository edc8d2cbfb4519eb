"""The two engines with a language model in them: ActionLLM, and the anticipation prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openai_server import serving
from tiny_language_model import save_tiny_model

from agents.anticipation.engines import (
    CELLS,
    ActionLLMEngine,
    Observed,
    PromptedEngine,
    engine_named,
    forecast_segments,
    observe,
)
from agents.anticipation.engines.prompted import exemplar
from agents.language import EmbeddedModel, LanguageModel, Script, ScriptedModel, open_language_model
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence

SMALL: dict[str, Any] = {
    "layers": 2,
    "queries": 6,
    "adapter_size": 16,
    "interaction_size": 16,
    "interaction_heads": 2,
    "interaction_hidden": 32,
    "precision": "fp32",
    "batch": 4,
    "examples_per_epoch": 8,
    "epochs": 2,
}


def _sequence(name: str, *parts: tuple[str, float], subject: str | None = None) -> SegmentSequence:
    now, segments = 0.0, []
    for activity, seconds in parts:
        segments.append(Segment(activity, now, now + seconds))
        now += seconds
    return SegmentSequence(name, tuple(segments), subject or name, name)


def _salads(n: int = 12) -> list[SegmentSequence]:
    """After the start come tomato or cheese, as often the one as the other."""
    pair = [("tomato", 10.0), ("cheese", 20.0)]
    return [_sequence(f"s{i}", ("start", 5.0), *pair[:: 1 if i % 2 else -1], ("mix", 10.0)) for i in range(n)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def trained(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> ActionLLMEngine:
    engine = ActionLLMEngine(
        keep=tmp_path_factory.mktemp("kept"), settings={**SMALL, "backbone": str(folder)}, device="cpu"
    )
    engine.fit(_salads())
    return engine


def _checkpoint(trained: ActionLLMEngine) -> Path:
    assert trained.keep is not None
    return next(trained.keep.glob("actionllm-*"))


def test_actionllm_believes_something_about_every_cell(trained: ActionLLMEngine) -> None:
    for observed in (observe(_salads()[0], 0.3, 0.5), observe(_salads()[0], 0.3, 0.7)):
        belief = trained.believe(observed)
        assert belief.activities == ("cheese", "mix", "start", "tomato")
        assert belief.probabilities.shape == (CELLS, 4)
        assert np.allclose(belief.probabilities.sum(axis=1), 1.0)
    assert trained.parameters > 1000


def test_actionllm_answers_the_same_question_alike_and_without_the_whole_length_too(trained: ActionLLMEngine) -> None:
    observed = observe(_salads()[0], 0.3, 0.5)
    first, second = (trained.believe(observed).probabilities for _ in range(2))
    assert np.array_equal(first, second)
    unknown = Observed(observed.segments, observed.horizon_s)
    assert np.isfinite(trained.believe(unknown).probabilities).all()


def test_actionllm_reads_an_activity_that_it_never_learnt(trained: ActionLLMEngine) -> None:
    segments = (Segment("start", 0.0, 5.0), Segment("juggle", 5.0, 9.0))
    belief = trained.believe(Observed(segments, 20.0, 45.0))
    other = trained.believe(Observed((segments[0], Segment("peel", 5.0, 9.0)), 20.0, 45.0))
    assert "juggle" not in belief.activities
    assert not np.allclose(belief.probabilities, other.probabilities)


def test_a_checkpoint_is_read_and_not_trained_again(trained: ActionLLMEngine) -> None:
    again = engine_named(checkpoint=_checkpoint(trained))
    assert isinstance(again, ActionLLMEngine)
    again.fit(_salads(4))
    observed = observe(_salads()[0], 0.3, 0.5)
    assert np.array_equal(again.believe(observed).probabilities, trained.believe(observed).probabilities)
    assert again.people == tuple(sorted(f"s{i}" for i in range(12)))
    records = forecast_segments(again, observed, learnt_from=_salads(4), source="salads.csv")
    assert sum(r.duration_s or 0.0 for r in records) == pytest.approx(observed.horizon_s, abs=0.1)


def test_a_checkpoint_must_know_what_is_learnt_from(trained: ActionLLMEngine) -> None:
    engine = ActionLLMEngine(_checkpoint(trained), device="cpu")
    with pytest.raises(UserError, match="none for juggle"):
        engine.fit([_sequence("new", ("juggle", 5.0), ("mix", 5.0))])
    with pytest.raises(UserError, match="has checkpoints"):
        engine_named("blend", checkpoint=_checkpoint(trained))
    with pytest.raises(ValueError, match="fit the engine"):
        ActionLLMEngine().believe(observe(_salads()[0], 0.3, 0.5))


class _Preferring:
    """Scores the options that hold a word higher; keeps every prompt."""

    likelihoods, name, revision, licence = True, "preferring", "1", "none"

    def __init__(self, word: str) -> None:
        self.word = word
        self.heard: list[tuple[str, Sequence[str]]] = []

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        self.heard.append((prompt, tuple(options)))
        return [3.0 if self.word in option else 0.0 for option in options]


def _prompted(llm: Any, **how: Any) -> PromptedEngine:
    engine = PromptedEngine(llm=llm, language_weight=1.0, **how)
    engine.fit(_salads())
    return engine


def _after_start() -> Observed:
    return Observed((Segment("start", 0.0, 4.0),), 22.5, 45.0)


@pytest.mark.parametrize("word", ["tomato", "cheese"])
def test_the_language_model_decides_where_the_transitions_do_not(word: str) -> None:
    llm = _Preferring(word)
    engine = _prompted(llm)
    names = engine.plan(_after_start())
    assert engine.believe(_after_start()).activities[names[1].activity] == word
    prompt, options = llm.heard[0]
    assert set(options) == {"tomato", "cheese"}
    assert prompt.splitlines()[0] == "What people did, one person a line, in order:"
    assert len(prompt.splitlines()) == 5  # three exemplars, and the person asked about
    assert prompt.splitlines()[-1] == "start,"
    assert prompt.splitlines()[1].startswith("start, ")


def test_without_weight_nobody_is_asked() -> None:
    llm = _Preferring("tomato")
    engine = PromptedEngine(llm=llm, language_weight=0.0)  # type: ignore[arg-type]
    engine.fit(_salads())
    engine.believe(_after_start())
    assert llm.heard == []


def test_nothing_is_said_that_is_no_known_activity() -> None:
    belief = _prompted(_Preferring("nothing")).believe(_after_start())
    assert set(belief.activities) == {"start", "tomato", "cheese", "mix"}
    assert np.allclose(belief.probabilities.sum(axis=1), 1.0)
    unknown = _prompted(_Preferring("tomato")).believe(Observed((Segment("juggle", 0.0, 4.0),), 22.5, 45.0))
    assert unknown.activities[-1] == "juggle"
    assert np.allclose(unknown.probabilities.sum(axis=1), 1.0)


def test_durations_are_those_of_the_exemplars_stretched_to_the_whole() -> None:
    engine = _prompted(_Preferring("cheese"))
    plan = engine.plan(_after_start())
    assert [engine.believe(_after_start()).activities[s.activity] for s in plan] == ["start", "cheese", "tomato", "mix"]
    assert [s.seconds for s in plan] == pytest.approx([1.0, 20.0, 10.0, 10.0], rel=0.05)
    twice = engine.plan(Observed((Segment("start", 0.0, 4.0),), 43.0, 86.0))
    assert sum(s.seconds for s in twice) == pytest.approx(82.0)


def test_an_exemplar_shows_what_is_around_its_moment() -> None:
    long = _sequence("long", *((f"a{i}", 1.0) for i in range(30)))
    assert exemplar(long, 10.5) == [f"a{i}" for i in range(6, 19)]
    assert exemplar(long, 0.0)[0] == "a0"


def test_the_embedded_model_and_a_script_answer_by_the_same_interface(folder: Path) -> None:
    script = ScriptedModel(Script(otherwise="cheese"))
    models: list[LanguageModel] = [EmbeddedModel(folder), script]
    for llm in models:
        engine = _prompted(llm)
        first, second = (engine.believe(_after_start()).probabilities for _ in range(2))
        assert np.array_equal(first, second)
    plan = _prompted(script).plan(_after_start())
    assert plan[1].shares.argmax() == sorted(["start", "tomato", "cheese", "mix"]).index("cheese")


def test_an_endpoint_chooses_among_known_activities_or_fails_in_one_line() -> None:
    with serving("tomato") as endpoint:
        engine = _prompted(open_language_model(f"{endpoint.url}#small-model", retries=0))
        plan = engine.plan(_after_start())
        assert engine.believe(_after_start()).activities[plan[1].activity] == "tomato"
        assert "cheese" in str(endpoint.requests[0])
    with serving("juggling") as endpoint:
        engine = _prompted(open_language_model(f"{endpoint.url}#small-model", retries=0))
        with pytest.raises(UserError, match="one of 2 options"):
            engine.believe(_after_start())
