"""An answer for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from agents.timeline import AnswerRecord
from apps.timeline_text import evidence_line
from recordings import plain


def print_answer(console: Console, answer: AnswerRecord) -> None:
    """The answer, and underneath what was computed and the evidence that its claims rest on."""
    numbers = {fact.id: number for number, fact in enumerate(answer.evidence, start=1)}
    marks = dict.fromkeys(i for claim in answer.claims for i in claim.evidence if i in numbers)
    text = Text(plain(answer.answer, 4000), style="bold")
    text.append("".join(f" [{numbers[i]}]" for i in marks), style="not bold cyan")
    console.print(text)
    if answer.status == "needs_clarification":
        return
    for query in answer.queries:
        arguments = ", ".join(
            f"{name}={plain(value, 60)}" for name, value in query.arguments.items() if value is not None
        )
        result = "" if query.result is None else f" → {plain(query.result, 120)}"
        console.print(Text(f"  computed: {query.tool}({arguments}){result}", style="dim"))
    for fact in answer.evidence:
        console.print(Text(f"  [{numbers[fact.id]}] {evidence_line(fact)}", style="dim"))
