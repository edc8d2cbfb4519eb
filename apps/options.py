"""The options that commands share, spelled once. None means "not given": the variable, the file or the default decides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

_MODELS = "Models"
_FILE = "What the file does not say"
_TRAINING = "The run"

RecordingArgument = Annotated[
    str, typer.Argument(metavar="RECORDING", help="A file, folder, zip, data-set key, or demo.")
]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder with the public data sets (TELLTALE_DATA).")
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings in TOML, instead of the user's own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Llm = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="MODEL",
        rich_help_panel=_MODELS,
        help="embedded (default), an OpenAI-compatible URL such as http://localhost:8000/v1#model, or provider:model.",
    ),
]
Fusion = Annotated[
    Literal["auto", "always", "never"] | None,
    typer.Option(
        "--fusion",
        rich_help_panel=_MODELS,
        help="When the language model decides: auto asks it where the others disagree.",
    ),
]
MotionModel = Annotated[
    str | None,
    typer.Option(
        "--motion-model", metavar="DIR", rich_help_panel=_MODELS, help="A checkpoint folder instead of the shipped one."
    ),
]
AudioModel = Annotated[
    str | None,
    typer.Option(
        "--audio-model",
        metavar="MODEL",
        rich_help_panel=_MODELS,
        help="A checkpoint folder or yamnet:PATH instead of the shipped one.",
    ),
]
Experts = Annotated[
    str | None,
    typer.Option(
        "--experts",
        metavar="NAMES",
        rich_help_panel=_MODELS,
        help="Who reads the motion: motion (default), or also sensorllm, llasa, sensorlm: motion,sensorlm.",
    ),
]
SensorllmModel = Annotated[
    str | None,
    typer.Option(
        "--sensorllm-model",
        metavar="DIR",
        rich_help_panel=_MODELS,
        help="A tuned SensorLLM checkpoint, for --experts motion,sensorllm.",
    ),
]
LlasaModel = Annotated[
    str | None,
    typer.Option(
        "--llasa-model",
        metavar="DIR",
        rich_help_panel=_MODELS,
        help="A LLaSA checkpoint, for --experts motion,llasa.",
    ),
]
SensorlmModel = Annotated[
    str | None,
    typer.Option(
        "--sensorlm-model",
        metavar="DIR",
        rich_help_panel=_MODELS,
        help="A SensorLM checkpoint, for --experts motion,sensorlm.",
    ),
]
Exemplars = Annotated[
    str | None,
    typer.Option(
        "--exemplars",
        metavar="DIR",
        rich_help_panel=_MODELS,
        help="A store of labelled examples instead of the shipped one.",
    ),
]
LabelledSounds = Annotated[
    str | None,
    typer.Option(
        "--labelled-sounds",
        metavar="DIR",
        rich_help_panel=_MODELS,
        help="A store of labelled sounds to compare with (telltale exemplars sounds makes one).",
    ),
]
ExcludeSubject = Annotated[
    str | None,
    typer.Option(
        "--exclude-subject",
        metavar="ID",
        rich_help_panel=_MODELS,
        help="Never recall this person's labelled examples and sounds.",
    ),
]
Units = Annotated[
    str | None,
    typer.Option(
        "--units",
        rich_help_panel=_FILE,
        help="Units, where they are guessed wrong: g, mg or ms2; dps or rads; both as g,dps.",
    ),
]
Rate = Annotated[float | None, typer.Option("--rate", metavar="HZ", rich_help_panel=_FILE, help="Samples per second.")]
Position = Annotated[
    str | None,
    typer.Option("--position", rich_help_panel=_FILE, help="Where it was worn: wrist, pocket, waist, hip, unknown."),
]
TrainingOutput = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", help="Checkpoint, card and the state to resume from.")
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", min=1, rich_help_panel=_TRAINING, help="Passes over the training data.")
]
Seed = Annotated[
    int, typer.Option("--seed", rich_help_panel=_TRAINING, help="Seed of weights, batches and augmentation.")
]
BudgetMinutes = Annotated[
    float | None,
    typer.Option(
        "--budget-minutes", min=0.1, rich_help_panel=_TRAINING, help="Train for as long as fits into this time here."
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume/--no-resume", rich_help_panel=_TRAINING, help="Go on where a stopped run in DIR was."),
]
Device = Annotated[
    str, typer.Option("--device", rich_help_panel=_TRAINING, help="auto, cpu, cuda or cuda:N; for auto, cuda if any.")
]
Backbone = Annotated[
    str, typer.Option("--backbone", metavar="MODEL", help="The language model: embedded, a folder or a hub id.")
]
Aligned = Annotated[
    Path | None, typer.Option("--aligned", metavar="DIR", help="tune: start from this aligned checkpoint.")
]
