"""How a node uses a tool: through the same LangChain tool that a tool-calling language model would use."""

from __future__ import annotations

from collections.abc import Sequence

import tools
from agents.annotate.context import Context
from recordings import Span
from tools import Evidence


def call(context: Context, tool: str, recording_id: str, spans: Sequence[Span], **arguments: object) -> list[Evidence]:
    return getattr(tools, tool)(context.bench, recording_id, spans, **arguments)
