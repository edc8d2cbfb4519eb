"""The frame of `telltale train MODEL`: the options that every training has, and what is done around it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypedDict

import typer

from apps import options
from apps.frame import own_options, shared_options, signed

if TYPE_CHECKING:
    from apps.console import Report


class Summary(Protocol):
    """What a training returns: a dataclass of the numbers that go into the card."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class How(TypedDict):
    """The keywords that every `train_…` of `models` takes. budget_minutes: None for the model's own length."""

    seed: int
    budget_minutes: float | None
    resume: bool
    device: str
    progress: Report


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One run as it was asked for. folder: of the public data sets, None where none is named; or_else: what may replace it.

    config: the file of settings that was named.
    """

    model: str
    folder: Path | None
    output: Path
    how: How
    or_else: str = ""
    config: Path | None = None

    @property
    def data(self) -> Path:
        """The folder with the public data sets. UserError where none is named."""
        from recordings.errors import UserError

        if self.folder is None:
            raise UserError(
                f"train {self.model}",
                expected=f"a folder with the public data sets{self.or_else and ', or ' + self.or_else}",
                found="neither" if self.or_else else "none",
                cure="add --data DIR (or TELLTALE_DATA)",
            )
        return self.folder


def training(*, or_else: str = "") -> Callable[[Callable[..., Summary]], Callable[..., None]]:
    """Makes a function `MODEL(run, its own options) -> Summary` the command that has these options and those of `conduct`.

    or_else: the option that may stand in place of --data; such a function asks `run.data` itself where it needs it.
    """

    def command_of(learn: Callable[..., Summary]) -> Callable[..., None]:
        own, shared = own_options(learn), shared_options(conduct)

        @functools.wraps(learn)
        def command(**given: Any) -> None:
            chosen = {option.name: given.pop(option.name) for option in own}
            conduct(learn.__name__, functools.partial(learn, **chosen), or_else, **given)

        # In the order of help: what goes in and out, what is the model's own, the run.
        return signed(command, [*shared[:2], *own, *shared[2:]])

    return command_of


def only_for(stage: str, given: Mapping[str, object], **theirs: str) -> None:
    """UserError where an option was given that another stage reads.

    given: option → its value, None where nobody wrote it. theirs: the parameter's name → the stages that read it, with a space between.
    """
    from recordings.errors import UserError

    for name, stages in theirs.items():
        if stage not in stages.split() and given[name] is not None:
            raise UserError(
                f"--{name.replace('_', '-')}",
                expected=f"--stage {stages.replace(' ', ' or ')}",
                found=f"--stage {stage}, which does not read it",
                cure="leave it out, or choose another stage",
            )


def conduct(
    model: str,
    learn: Callable[[TrainingRun], Summary],
    or_else: str,
    *,
    output: options.TrainingOutput,
    data: options.Data = None,
    seed: options.Seed = 0,
    budget_minutes: options.BudgetMinutes = None,
    resume: options.Resume = True,
    device: options.Device = "auto",
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Settings, the data's folder, a progress bar, the training itself; then its numbers on stdout."""
    from apps.console import progress, say
    from apps.settings import load_settings

    settings = load_settings(config, data=data)
    with progress(quiet) as report:
        how = How(seed=seed, budget_minutes=budget_minutes, resume=resume, device=device, progress=report)
        run = TrainingRun(model, settings.data, output, how, or_else, config)
        if not or_else:
            _ = run.data  # a folder that is missing is said before a network is imported
        facts = asdict(learn(run))
    if as_json:
        typer.echo(json.dumps(facts, indent=1, ensure_ascii=False, default=str))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
    say(f"written: {output}")
