"""`telltale train audio`."""

from __future__ import annotations

import functools

import typer

from apps import options
from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training()
def audio(run: TrainingRun, epochs: options.Epochs = None) -> Summary:
    """Which household sound is heard in 1 to 4 s at 16 kHz.

    Log-mel of 64 bands every 10 ms. The clips are those whose licence permits passing the weights on.
    """
    from models.audio import train_audio

    train = train_audio if epochs is None else functools.partial(train_audio, epochs=epochs)
    return train(run.data, run.output, **run.how)
