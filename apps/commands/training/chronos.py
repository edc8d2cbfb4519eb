"""`telltale train chronos`."""

from __future__ import annotations

import typer

from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training()
def chronos(run: TrainingRun) -> Summary:
    """The encoder of SensorLLM: one channel of up to 512 samples.

    Learns from the next samples of recorded and drawn series, without labels. Only the encoder is written.
    """
    from models.chronos import train_chronos

    return train_chronos(run.data, run.output, **run.how)
