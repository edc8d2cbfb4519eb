"""An answer for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from agents.timeline import AnswerRecord
from apps.marks import marks
from apps.timeline_text import print_evidence
from recordings import plain


def print_answer(console: Console, answer: AnswerRecord) -> None:
    """The answer, and underneath what was computed and the evidence that its claims rest on."""
    mentioned = dict.fromkeys(i for claim in answer.claims for i in claim.evidence)
    order = {identity: place for place, identity in enumerate(mentioned)}
    facts = sorted(answer.evidence, key=lambda fact: order.get(fact.id, len(order)))
    cited = [number for number, fact in enumerate(facts, start=1) if fact.id in order]
    text = Text(plain(answer.answer, 4000), style="bold")
    text.append(f" {marks(cited)}" if cited else "", style="not bold cyan")
    console.print(text)
    if answer.status == "needs_clarification":
        return
    for query in answer.queries:
        arguments = ", ".join(
            f"{name}={plain(value, 60)}" for name, value in query.arguments.items() if value is not None
        )
        result = "" if query.result is None else f" → {plain(query.result, 120)}"
        console.print(Text(f"  computed: {query.tool}({arguments}){result}", style="dim"))
    print_evidence(console, facts)
