"""Commands made of two parts: the options that are their own, and those that many commands share, spelled once.

typer reads a function's signature, so a command that is put together has one signature that holds both.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from apps import options

if TYPE_CHECKING:
    from apps.console import Report
    from apps.settings import Settings
    from apps.workbench import Workbench

Returned = TypeVar("Returned")
Parameters = list[inspect.Parameter]


def own_options(function: Callable[..., object], given: int = 1) -> Parameters:
    """The parameters of a function after the first `given`, which the frame fills."""
    return list(inspect.signature(function, eval_str=True).parameters.values())[given:]


def shared_options(frame: Callable[..., object]) -> Parameters:
    """The keyword-only parameters of a frame."""
    every = inspect.signature(frame, eval_str=True).parameters.values()
    return [option for option in every if option.kind is option.KEYWORD_ONLY]


def signed(command: Callable[..., Returned], merged: Sequence[inspect.Parameter]) -> Callable[..., Returned]:
    """`command`, which takes keywords, under a signature of these parameters in this order."""
    by_keyword = [option.replace(kind=option.KEYWORD_ONLY) for option in merged]
    command.__signature__ = inspect.Signature(by_keyword)  # type: ignore[attr-defined]
    command.__annotations__ = {option.name: option.annotation for option in by_keyword}
    return command


@dataclass(frozen=True, slots=True)
class Reading:
    """How a command was asked to read recordings and to speak."""

    settings: Settings
    as_json: bool
    quiet: bool

    def workbench(self, report: Report | None = None) -> Workbench:
        from apps.workbench import Workbench

        return Workbench(self.settings) if report is None else Workbench(self.settings, report)


def reading(function: Callable[..., Returned]) -> Callable[..., Returned]:
    """Makes a function `(asked: Reading, its own options)` the command that has these options and those of `read_with`."""
    own, shared = own_options(function), shared_options(read_with)

    @functools.wraps(function)
    def command(**given: Any) -> Returned:
        chosen = {option.name: given.pop(option.name) for option in own}
        return function(read_with(**given), **chosen)

    return signed(command, [*own, *shared])


def read_with(
    *,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    data: options.Data = None,
    config: options.Config = None,
    llm: options.Llm = None,
    fusion: options.Fusion = None,
    motion_model: options.MotionModel = None,
    audio_model: options.AudioModel = None,
    experts: options.Experts = None,
    sensorllm_model: options.SensorllmModel = None,
    llasa_model: options.LlasaModel = None,
    sensorlm_model: options.SensorlmModel = None,
    exemplars: options.Exemplars = None,
    labelled_sounds: options.LabelledSounds = None,
    exclude_subject: options.ExcludeSubject = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> Reading:
    """The settings that these options, the environment and the user's file make together."""
    from apps.settings import load_settings

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, experts=experts,
        sensorllm_model=sensorllm_model, llasa_model=llasa_model, sensorlm_model=sensorlm_model, exemplars=exemplars,
        labelled_sounds=labelled_sounds, exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    return Reading(settings, as_json, quiet)
