"""`telltale train motion`."""

from __future__ import annotations

import typer

from apps import options
from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training()
def motion(run: TrainingRun, epochs: options.Epochs = None) -> Summary:
    """The activity in 2 to 5.12 s of motion (m/s², rad/s).

    Windows of 12 signals at 50 Hz, worn at hip, pocket, waist or wrist. Networks and regressions, pooled and calibrated.
    """
    from models.motion import train_motion

    return train_motion(run.data, run.output, epochs=epochs, **run.how)
