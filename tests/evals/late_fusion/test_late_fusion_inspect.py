"""The Inspect task: the same prompts, answers read strictly, with Inspect's mock model and with an endpoint on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai import Task
from openai_server import serving

from evals.inspect_tasks import exact, late_fusion, one_of_the_classes
from evals.tasks.late_fusion.classes import PHRASES


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cooking", "cooking"),
        (' "Washing dishes." ', "washing dishes"),
        ("Activity: eating", "eating"),
        ("I think cooking", None),
        ("", None),
        ("cooking or eating", None),
    ],
)
def test_an_answer_is_one_option_or_invalid(said: str, meant: str | None) -> None:
    assert exact(said, PHRASES) == meant


def _small(truths: list[str], mode: str = "closed") -> Task:
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.solver import generate

    samples = [
        Sample(id=str(i), input=f"question {i}", target=truth, metadata={"pattern": "both"})
        for i, truth in enumerate(truths)
    ]
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=one_of_the_classes(mode))


def test_inspect_s_mock_model_is_scored(tmp_path: Path) -> None:
    from inspect_ai import eval as run
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    said = ["cooking", "eating.", "no idea"]
    # Usage is stated: without it Inspect's mock model loads a tokenizer from the network to count.
    usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    outputs = [ModelOutput.from_content("mockllm/model", text).model_copy(update={"usage": usage}) for text in said]
    model = get_model("mockllm/model", custom_outputs=outputs)
    task = _small(["cooking", "reading a book", "eating"])
    (log,) = run(task, model=model, log_dir=str(tmp_path), display="none")
    assert log.status == "success"
    assert log.samples is not None
    scores = {s.id: s.scores["one_of_the_classes"] for s in log.samples if s.scores}
    assert [scores[str(i)].value for i in range(3)] == ["C", "I", "I"]
    assert scores["2"].answer == "invalid"


def test_an_endpoint_on_loopback_is_asked_with_our_prompts(few_data: Path, tmp_path: Path) -> None:
    from inspect_ai import eval as run
    from inspect_ai.model import get_model

    with serving("cooking") as endpoint:
        model = get_model("openai-api/local/small-model", base_url=endpoint.url, api_key="none")
        task = late_fusion(data=str(few_data), limit=4)
        (log,) = run(task, model=model, log_dir=str(tmp_path), display="none")
    assert log.status == "success"
    assert log.samples is not None and len(log.samples) == 4
    sent = endpoint.requests[0]["messages"]
    assert sent[0]["role"] == "system" and "Answer with exactly one of the options" in sent[0]["content"]
    assert "Options: " in sent[1]["content"]
    assert all(phrase in sent[1]["content"] for phrase in PHRASES)
    right = [s.scores["one_of_the_classes"].value == "C" for s in log.samples if s.scores]
    assert right == [s.target == "cooking" for s in log.samples]


def test_absent_fields_are_not_mentioned(few_data: Path) -> None:
    task = late_fusion(data=str(few_data), inputs="labels+motion")
    assert {s.metadata["pattern"] for s in task.dataset if s.metadata} == {"both", "sound", "motion"}
    for sample in task.dataset:
        text = str(sample.input[1].content)  # type: ignore[union-attr]
        assert sample.metadata is not None
        assert ("Audio labels:" in text) == (sample.metadata["pattern"] != "motion")
        assert ("Motion prediction:" in text) == (sample.metadata["pattern"] != "sound")
