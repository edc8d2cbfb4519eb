"""How a node uses a tool: through the same LangChain tool that a tool-calling language model would use."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agents.annotate.context import Context
from recordings import Span
from tools import TOOLS, Evidence

_BY_NAME = {tool.name: tool for tool in TOOLS}


def call(context: Context, name: str, recording_id: str, **arguments: object) -> list[Evidence]:
    """What the tool found; empty where there is no such sensor, model or sample.

    Spans among the arguments are given as `Span`. ValueError when the tool calls the arguments a mistake: ours, then.
    """
    tool = _BY_NAME[name]
    said = tool.invoke(
        {
            "type": "tool_call",
            "id": name,
            "name": name,
            "args": {"recording_id": recording_id, **{key: _plain(value) for key, value in arguments.items()}},
        },
        config={"configurable": {"bench": context.bench}},
    )
    answer = json.loads(said.content)
    if answer["status"] == "mistake":
        raise ValueError(f"{name}: {answer['reason']}")
    found: list[Evidence] = said.artifact
    return found


def _plain(value: object) -> object:
    if isinstance(value, Span):
        return {"start_s": value.start_s, "end_s": value.end_s}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
