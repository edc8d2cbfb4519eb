"""`telltale train limubert`."""

from __future__ import annotations

from typing import Annotated

import typer

from apps import options
from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training()
def limubert(
    run: TrainingRun,
    micro_batch: Annotated[int, typer.Option(min=1, help="Windows a step.")] = 128,
    epochs: options.Epochs = None,
) -> Summary:
    """The encoder of LLaSA: 6 s of motion at 20 Hz (g, rad/s).

    Fills in masked samples of windows (120, 6), without labels.
    """
    from models.limubert import train_limubert

    return train_limubert(run.data, run.output, epochs=epochs, batch_size=micro_batch, **run.how)
