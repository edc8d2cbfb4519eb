"""A conversation about one recording: the question graph with its turns kept in SQLite."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver

from agents.language import LanguageModel, SentenceEmbedder
from agents.questions.graph import checked_question, question_graph, sources_for
from agents.questions.state import Context, Turn
from agents.timeline import AnswerRecord, TimelineRecord
from recordings import UserError
from tools import Bench


class Conversation:
    """Questions that may refer to earlier ones ("and standing?", "why?"). A context manager: closes its database.

    path: the SQLite file; a conversation of the same name goes on where it stopped. UserError when it cannot be opened.
    """

    def __init__(
        self,
        timeline: TimelineRecord,
        bench: Bench,
        path: Path,
        name: str,
        llm: LanguageModel | None = None,
        embedder: SentenceEmbedder | None = None,
    ) -> None:
        self._context = Context(sources_for(timeline, bench), embedder or SentenceEmbedder(), llm)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False)
            self._saver = SqliteSaver(self._connection)
            self._saver.setup()
        except (sqlite3.Error, OSError) as error:
            raise UserError(
                path,
                expected="a conversation database that can be written",
                found=error,
                cure="move the file away or name another",
            ) from error
        self._graph = question_graph(self._saver)
        # Another recording's conversation never mixes with this one's, whatever its name.
        self._config: RunnableConfig = {"configurable": {"thread_id": f"{timeline.recording.sha256[:16]}:{name}"}}

    def ask(self, question: str) -> AnswerRecord:
        began = time.perf_counter()
        state = self._graph.invoke({"question": checked_question(question)}, self._config, context=self._context)
        answer = AnswerRecord.model_validate(state["answer"])
        return answer.model_copy(update={"timings": {"answer_s": round(time.perf_counter() - began, 3)}})

    @property
    def turns(self) -> list[Turn]:
        """Everything asked so far, oldest first."""
        return list(self._graph.get_state(self._config).values.get("turns", []))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
