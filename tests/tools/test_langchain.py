"""The tools as a tool-calling model meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from models.motion import MotionClassifier
from tests.tools.gait_signal import recording_of, stream_of, walk
from tools import KNOWN_CHANNELS, QUANTITIES, TOOLS, Bench, Evidence

SPAN = {"start_s": 1.0, "end_s": 9.0}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "classify_motion": {"spans": [SPAN]},
    "tag_audio": {"spans": [SPAN]},
    "caption_audio": {"spans": [SPAN]},
    "caption_trend": {"span": SPAN, "channels": ["acc_x"]},
    "describe_trend": {"span": SPAN, "channels": ["acc_x"]},
    "caption_window": {"span": SPAN, "levels": ["statistical"]},
    "classify_with_sensorllm": {"spans": [SPAN]},
    "classify_with_llasa": {"spans": [SPAN]},
    "classify_with_sensorlm": {"spans": [SPAN]},
    "ask_llasa": {"span": SPAN, "question": "How does the movement change?"},
    "explain_window": {"span": SPAN},
    "describe_statistics": {"span": SPAN},
    "detect_events": {"span": SPAN},
    "measure": {"span": SPAN, "quantity": "percentile_90", "channel": "acc_magnitude"},
    "search_exemplars": {"spans": [SPAN], "k": 3},
    "nearest_sounds": {"spans": [SPAN], "k": 3},
    "search_windows": {"words": "walking upstairs"},
}


def call(name: str, arguments: dict[str, Any], bench: Bench | None) -> ToolMessage:
    (tool,) = [t for t in TOOLS if t.name == name]
    message = tool.invoke(
        {"name": name, "args": {"recording_id": "made", **arguments}, "id": "1", "type": "tool_call"},
        config={"configurable": {"bench": bench}},
    )
    assert isinstance(message, ToolMessage)
    return message


@pytest.fixture(scope="module")
def bench() -> Bench:
    found = Bench(motion=MotionClassifier.dummy())
    found.add(recording_of(stream_of(walk(10, 50, 2.0))))
    return found


def test_every_tool_has_arguments_that_a_model_sees_and_a_bench_that_it_does_not() -> None:
    assert [t.name for t in TOOLS] == list(ARGUMENTS)
    for tool in TOOLS:
        schema = json.dumps(tool.tool_call_schema.model_json_schema())  # type: ignore[union-attr]
        assert "recording_id" in schema and "bench" not in schema and "config" not in schema
        assert len(tool.description) > 40


@pytest.mark.parametrize(
    "name", ["classify_motion", "caption_trend", "describe_statistics", "detect_events", "measure"]
)
def test_content_is_json_and_the_artifact_evidence(bench: Bench, name: str) -> None:
    message = call(name, ARGUMENTS[name], bench)
    content = json.loads(str(message.content))
    assert content["status"] == "found"
    assert all(isinstance(e, Evidence) and e.tool == name for e in message.artifact)
    shown = content["evidence"]
    assert [row["id"] for row in shown] == [e.id for e in message.artifact[: len(shown)]]
    assert len(shown) + content.get("left_out", 0) == len(message.artifact)


@pytest.mark.parametrize(
    ("name", "changed", "status"),
    [
        ("tag_audio", {}, "no_data"),
        ("search_exemplars", {}, "no_data"),
        ("nearest_sounds", {}, "no_data"),
        ("measure", {"channel": "gyro_x"}, "no_data"),
        ("measure", {"span": {"start_s": 500, "end_s": 510}}, "no_data"),
        ("measure", {"quantity": "vibe"}, "mistake"),
        ("measure", {"recording_id": "../other"}, "mistake"),
        ("describe_statistics", {"channels": ["nose"]}, "mistake"),
        ("detect_events", {"span": {"start_s": 9, "end_s": 1}}, "mistake"),
    ],
)
def test_absence_and_mistakes_are_answers(bench: Bench, name: str, changed: dict[str, Any], status: str) -> None:
    message = call(name, {**ARGUMENTS[name], **changed}, bench)
    assert json.loads(str(message.content))["status"] == status
    assert message.artifact == []


def test_a_forgotten_bench_is_a_bug() -> None:
    with pytest.raises(TypeError, match="bench"):
        call("measure", ARGUMENTS["measure"], None)


def test_the_documentation_names_every_tool_quantity_and_channel() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "tools.md").read_text(encoding="utf-8")
    for name in (*ARGUMENTS, *KNOWN_CHANNELS):
        assert f"`{name}`" in text
    for quantity in QUANTITIES.values():
        assert f"`{quantity.name}`" in text or f"`{quantity.name}_<" in text
