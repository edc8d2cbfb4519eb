"""`telltale train`: train a shipped model again, on data you have. One command a model, in `apps/commands/training`."""

from __future__ import annotations

from typing import ClassVar

import typer

from apps.lazy import Entry, LazyGroup

_SAMPLES, _WORDS, _NEXT = "What samples show", "What language says about samples", "What comes next"


class Trainings(LazyGroup):
    entries: ClassVar[dict[str, Entry]] = {
        name: Entry(f"apps.commands.training.{name}", summary, panel)
        for name, summary, panel in (
            ("motion", "The activity in 2 to 5.12 s of motion (m/s², rad/s).", _SAMPLES),
            ("audio", "Which household sound is heard in 1 to 4 s at 16 kHz.", _SAMPLES),
            ("chronos", "The encoder of SensorLLM: one channel of up to 512 samples.", _WORDS),
            ("sensorllm", "A language model that reads channels, then whole windows of motion.", _WORDS),
            ("sensorlm", "Windows of motion and sentences in one space, for search.", _WORDS),
            ("limubert", "The encoder of LLaSA: 6 s of motion at 20 Hz (g, rad/s).", _WORDS),
            ("llasa", "A language model that answers questions about 6 s of motion.", _WORDS),
            ("actionllm", "Which activities come next, and for how many seconds.", _NEXT),
        )
    }


app = typer.Typer(
    cls=Trainings,
    add_completion=False,
    rich_markup_mode=None,  # for this page only; the models' own help keeps it
    options_metavar="",
    subcommand_metavar="MODEL [OPTIONS]",
    epilog="Each model has options of its own, after its name: telltale train motion --help.",
)


@app.callback()
def train() -> None:
    """Train a model; the held-out subjects are never seen. Ends with the numbers that go into its card."""
