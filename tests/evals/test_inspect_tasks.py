"""`qa` and `captions` as Inspect tasks: our prompts, our strict reading, Inspect's mock model and an endpoint on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from inspect_ai import eval as run
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from openai_server import serving

from evals.inspect_tasks import captions, qa
from evals.questions import Item
from evals.questions.alone import made_up, told
from recordings import UserError

# Usage is stated: without it Inspect's mock model loads a tokenizer from the network to count.
_USAGE = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)


def _item(kind: str, expected: object) -> Item:
    return Item("r", "t", "?", kind, expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected", "right", "wrong"),
    [
        ("duration", 65.32, "You walked for 65.3 s.", "You walked for 66 s."),
        ("duration", 65.32, "1 min 5 s in all", "1 min 7 s in all"),
        ("duration", 65.32, "It took 1:05.", "It took 1:06."),
        ("share", 37.5, "37.5 % of it", "38.5 %"),
        ("share", 37.5, "About 38 percent.", "About 40 percent."),
        ("count", 2, "Twice.", "3 times"),
        ("count", 4, "There are 4 episodes.", "There are 4.0 episodes, or 5"),
        ("label", "walking_upstairs", "Walking upstairs.", "Walking."),
        ("labels", ("walking", "sitting"), "Sitting and walking.", "Sitting."),
        ("spans", ((12.8, 65.3),), "From 0:12.8 to 1:05.3.", "From 0:12.8 to 1:06.3."),
        ("truth", True, "Yes, there was.", "No."),
    ],
)
def test_words_are_read_at_their_own_precision(kind: str, expected: object, right: str, wrong: str) -> None:
    assert told(_item(kind, expected), right)
    assert not told(_item(kind, expected), wrong)


def test_silence_and_made_up_answers_are_inventions() -> None:
    absent = _item("absent", False)
    assert not made_up(absent, "There is no swimming in the recording.")
    assert made_up(absent, "Yes, from 0:10 to 0:20.")
    assert made_up(absent, "")


@pytest.mark.data
def test_questions_are_put_with_the_timeline_and_scored(data_dir: Path, tmp_path: Path) -> None:
    with serving("This cannot be told.") as endpoint:
        model = get_model("openai-api/local/small-model", base_url=endpoint.url, api_key="none")
        (log,) = run(qa(data=str(data_dir), limit=8), model=model, log_dir=str(tmp_path), display="none")
    assert log.status == "success" and log.samples is not None and len(log.samples) == 8
    sent = endpoint.requests[0]["messages"][1]["content"]
    assert "Timeline:" in sent and re.search(r"\d:\d\d.* to \d:\d\d.*: \w+", sent) and "Question:" in sent
    by_part: dict[str, list[object]] = {"present": [], "absent": []}
    for sample in log.samples:
        assert sample.scores is not None
        by_part[sample.metadata["part"]].append(sample.scores["as_known"].value)
    assert set(by_part["present"]) == {"I"} and set(by_part["absent"]) == {"C"} and len(by_part["absent"]) == 2


@pytest.mark.data
def test_the_exact_text_scores_full_and_another_does_not(data_dir: Path, tmp_path: Path) -> None:
    task = captions(data=str(data_dir), dataset="usc_had", segments=2, lengths="8-12")
    first = str(task.dataset[0].target)
    outputs = [
        ModelOutput.from_content("mockllm/model", text).model_copy(update={"usage": _USAGE})
        for text in (first, "It goes up and down.")
    ]
    (log,) = run(task, model=get_model("mockllm/model", custom_outputs=outputs), log_dir=str(tmp_path), display="none")
    assert log.status == "success" and log.samples is not None
    values = {s.id: s.scores["structure_told"].value for s in log.samples if s.scores}
    right, wrong = (values[task.dataset[i].id] for i in range(2))  # type: ignore[index]
    assert right == {"label_accuracy": 1.0, "boundary_f1": 1.0, "parsed": 1.0, "bleu1": pytest.approx(right["bleu1"])}  # type: ignore[index,call-overload]
    assert float(right["bleu1"]) > 0.99 and wrong["parsed"] == 0.0 and wrong["label_accuracy"] == 0.0  # type: ignore[index,call-overload,arg-type]


def test_an_unknown_set_is_named() -> None:
    with pytest.raises(UserError, match="usc_had"):
        captions(dataset="nowhere")
