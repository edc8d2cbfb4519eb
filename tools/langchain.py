"""`TOOLS`: the functions as LangChain tools for a language model that calls tools.

The model names a recording, spans and channels; the `Bench` comes in the runnable's configuration, out of its sight:
`tool.invoke(call, config={"configurable": {"bench": bench}})`. Content is compact JSON, the artifact the list of `Evidence`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict, Field

from models.sensorlm.captions import LEVELS
from recordings import Span, UserError
from tools.audio import caption_audio, tag_audio
from tools.bench import Bench
from tools.channels import KNOWN_CHANNELS
from tools.errors import NoData
from tools.events import detect_events
from tools.evidence import Evidence
from tools.labelled_sounds import nearest_sounds
from tools.llasa import ask_llasa, explain_window
from tools.measurement import measure
from tools.motion import classify_motion
from tools.quantities import quantity_names
from tools.search import search_exemplars
from tools.second_opinions import OPINIONS, SecondOpinion, second_opinion
from tools.sensor_language import describe_trend
from tools.statistics import describe_statistics
from tools.trend_caption import caption_trend
from tools.window_captions import caption_window
from tools.word_search import search_windows

Answer = tuple[str, list[Evidence]]
# A content longer than this drowns a model; the artifact always holds everything.
MAX_ROWS = 60
_CHANNELS = f"Channels such as {', '.join(KNOWN_CHANNELS)}; leave out for all."


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recording_id: str = Field(description="The id of an open recording.")


class SpanArgument(BaseModel):
    """A stretch of time, in seconds from the recording's start."""

    model_config = ConfigDict(extra="forbid")

    start_s: float = Field(description="Start, seconds from the recording's start.")
    end_s: float = Field(description="End, seconds from the recording's start; after start_s.")

    def span(self) -> Span:
        return Span(self.start_s, self.end_s)


class SpansArguments(Arguments):
    spans: list[SpanArgument] = Field(description="The stretches of time to look at.", min_length=1)


class SpanArguments(Arguments):
    span: SpanArgument = Field(description="The stretch of time to look at.")


class AskArguments(SpanArguments):
    question: str = Field(description="What to ask about six seconds of motion, in plain words.", min_length=3)


class ChannelsArguments(SpanArguments):
    channels: list[str] | None = Field(default=None, description=_CHANNELS)


class TrendArguments(ChannelsArguments):
    readable: bool = Field(
        default=True, description="True: only changes above the noise. False: every change, exactly."
    )
    noise: float | None = Field(
        default=None, ge=0, description="Noise threshold in the channel's unit; leave out to estimate it."
    )


class LevelsArguments(SpanArguments):
    levels: list[str] | None = Field(
        default=None, description="Of statistical, structural and semantic; leave out for all three."
    )


class MeasureArguments(SpanArguments):
    quantity: str = Field(description=f"One of {quantity_names()}; for example percentile_90.")
    channel: str | None = Field(
        default=None,
        description="The channel; leave out for duration_s, step_count, cadence and the other event counts.",
    )


class SearchArguments(SpansArguments):
    k: int = Field(default=5, ge=1, le=50, description="How many neighbours a span.")
    exclude_subject: str | None = Field(default=None, description="A person whose exemplars must not be found.")
    exclude_recording: str | None = Field(default=None, description="A recording that must not be found.")


class SoundsArguments(SpansArguments):
    k: int = Field(default=3, ge=1, le=50, description="How many of the most alike sounds to name.")
    exclude_subject: str | None = Field(default=None, description="A person whose sounds must not be compared with.")
    exclude_recording: str | None = Field(
        default=None, description="A recording that must not be compared with, besides the one that is asked about."
    )


class WordsArguments(Arguments):
    words: str = Field(
        description="What was done, in a few words; one thing may be said to come after or before another."
    )
    most: int = Field(default=5, ge=1, le=50, description="How many stretches at most.")


def bench_of(config: RunnableConfig) -> Bench:
    """The bench of a run. TypeError when the caller forgot it: a bug of ours, not of the model."""
    bench = config.get("configurable", {}).get("bench")
    if not isinstance(bench, Bench):
        raise TypeError('a tool needs config={"configurable": {"bench": Bench(…)}}')
    return bench


def _answer(find: Callable[[], list[Evidence]]) -> Answer:
    """What was found as JSON. "No data" and a mistake in the arguments are answers that the model can act on."""
    try:
        found = find()
    except NoData as nothing:
        return json.dumps({"status": "no_data", "reason": nothing.reason}, ensure_ascii=False), []
    except UserError as mistake:
        return json.dumps({"status": "mistake", "reason": str(mistake)}, ensure_ascii=False), []
    if not found:
        return json.dumps({"status": "no_data", "reason": "nothing to find in this span"}), []
    content: dict[str, Any] = {"status": "found", "evidence": [_row(e) for e in found[:MAX_ROWS]]}
    if len(found) > MAX_ROWS:
        content["left_out"] = len(found) - MAX_ROWS
    return json.dumps(content, ensure_ascii=False), found


def _row(found: Evidence) -> dict[str, Any]:
    row: dict[str, Any] = {"id": found.id, "quantity": found.quantity, "value": found.value}
    if found.unit:
        row["unit"] = found.unit
    row["stream"] = found.stream
    if found.channel is not None:
        row["channel"] = found.channel
    row["start_s"], row["end_s"] = found.start_s, found.end_s
    if found.probability is not None:
        row["probability"] = found.probability
    if found.alternatives:
        row["alternatives"] = {a.label: a.probability for a in found.alternatives}
    return row


def _classify_motion(recording_id: str, spans: list[SpanArgument], config: RunnableConfig) -> Answer:
    return _answer(lambda: classify_motion(bench_of(config), recording_id, [s.span() for s in spans]))


def _tag_audio(recording_id: str, spans: list[SpanArgument], config: RunnableConfig) -> Answer:
    return _answer(lambda: tag_audio(bench_of(config), recording_id, [s.span() for s in spans]))


def _caption_audio(recording_id: str, spans: list[SpanArgument], config: RunnableConfig) -> Answer:
    return _answer(lambda: caption_audio(bench_of(config), recording_id, [s.span() for s in spans]))


def _caption_trend(
    recording_id: str,
    span: SpanArgument,
    config: RunnableConfig,
    channels: list[str] | None = None,
    readable: bool = True,
    noise: float | None = None,
) -> Answer:
    return _answer(lambda: caption_trend(bench_of(config), recording_id, span.span(), channels, readable, noise))


def _describe_statistics(
    recording_id: str, span: SpanArgument, config: RunnableConfig, channels: list[str] | None = None
) -> Answer:
    return _answer(lambda: describe_statistics(bench_of(config), recording_id, span.span(), channels))


def _describe_trend(
    recording_id: str, span: SpanArgument, config: RunnableConfig, channels: list[str] | None = None
) -> Answer:
    return _answer(lambda: describe_trend(bench_of(config), recording_id, span.span(), channels))


def _caption_window(
    recording_id: str, span: SpanArgument, config: RunnableConfig, levels: list[str] | None = None
) -> Answer:
    return _answer(lambda: caption_window(bench_of(config), recording_id, span.span(), levels or LEVELS))


def _ask_llasa(recording_id: str, span: SpanArgument, question: str, config: RunnableConfig) -> Answer:
    return _answer(lambda: ask_llasa(bench_of(config), recording_id, span.span(), question))


def _explain_window(recording_id: str, span: SpanArgument, config: RunnableConfig) -> Answer:
    return _answer(lambda: explain_window(bench_of(config), recording_id, span.span()))


def _detect_events(recording_id: str, span: SpanArgument, config: RunnableConfig) -> Answer:
    return _answer(lambda: detect_events(bench_of(config), recording_id, span.span()))


def _measure(
    recording_id: str, span: SpanArgument, quantity: str, config: RunnableConfig, channel: str | None = None
) -> Answer:
    return _answer(lambda: [measure(bench_of(config), recording_id, quantity, channel, span.span())])


def _search_exemplars(
    recording_id: str,
    spans: list[SpanArgument],
    config: RunnableConfig,
    k: int = 5,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> Answer:
    return _answer(
        lambda: search_exemplars(
            bench_of(config), recording_id, [s.span() for s in spans], k, exclude_subject, exclude_recording
        )
    )


def _nearest_sounds(
    recording_id: str,
    spans: list[SpanArgument],
    config: RunnableConfig,
    k: int = 3,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> Answer:
    return _answer(
        lambda: nearest_sounds(
            bench_of(config), recording_id, [s.span() for s in spans], k, exclude_subject, exclude_recording
        )
    )


def _search_windows(recording_id: str, words: str, config: RunnableConfig, most: int = 5) -> Answer:
    return _answer(lambda: search_windows(bench_of(config), recording_id, words, most))


def _tool(function: Callable[..., Answer], name: str, description: str, arguments: type[Arguments]) -> BaseTool:
    return StructuredTool.from_function(
        func=function,
        name=name,
        description=description,
        args_schema=arguments,
        response_format="content_and_artifact",
        infer_schema=False,
    )


def _opinion_tool(asked: SecondOpinion) -> BaseTool:
    def ask(recording_id: str, spans: list[SpanArgument], config: RunnableConfig) -> Answer:
        return _answer(lambda: second_opinion(bench_of(config), recording_id, [s.span() for s in spans], asked.expert))

    return _tool(ask, asked.tool, asked.purpose, SpansArguments)


TOOLS: tuple[BaseTool, ...] = (
    _tool(
        _classify_motion,
        "classify_motion",
        "Say which activity the motion sensors show in each span, with its probability and the next most probable "
        "activities. Use it to find out what the person was doing.",
        SpansArguments,
    ),
    _tool(
        _tag_audio,
        "tag_audio",
        "Say which kind of sound the microphone recorded in each span, with its probability.",
        SpansArguments,
    ),
    _tool(
        _caption_audio,
        "caption_audio",
        "Describe in a sentence which sounds are heard in each span, and when.",
        SpansArguments,
    ),
    _tool(
        _caption_trend,
        "caption_trend",
        "Describe how each channel rises, falls or stays steady over a span: the overall trend, every stretch with its "
        "times, and the seconds spent in each.",
        TrendArguments,
    ),
    _tool(
        _describe_trend,
        "describe_trend",
        "Tell in a person's words how each channel goes over a short span, every line of it checked against the samples.",
        ChannelsArguments,
    ),
    _tool(
        _caption_window,
        "caption_window",
        "Describe a stretch of motion at three levels: sums of each axis, what rises, falls, stays and peaks, and what was "
        "done. Every sentence is checked against the samples.",
        LevelsArguments,
    ),
    *(_opinion_tool(asked) for asked in OPINIONS.values()),
    _tool(
        _ask_llasa,
        "ask_llasa",
        "Ask an open question about the six seconds in the middle of a span: causes, comparisons of axes, changes. Only "
        "sentences that the samples bear are given back.",
        AskArguments,
    ),
    _tool(
        _explain_window,
        "explain_window",
        "Say what was done in the six seconds in the middle of a span and which measurements speak for it, each checked.",
        SpanArguments,
    ),
    _tool(
        _describe_statistics,
        "describe_statistics",
        "Mean, standard deviation, minimum, maximum, median, root mean square and range of each channel over a span.",
        ChannelsArguments,
    ),
    _tool(
        _detect_events,
        "detect_events",
        "Find steps and cadence, posture changes, impacts and still bouts in a span, each with its time.",
        SpanArguments,
    ),
    _tool(
        _measure,
        "measure",
        "Compute one exact number over a span. Use it whenever a question asks for a number; never estimate one.",
        MeasureArguments,
    ),
    _tool(
        _search_exemplars,
        "search_exemplars",
        "Find labelled windows of other people that resemble each span: their labels and distances, and the label that "
        "they vote for.",
        SearchArguments,
    ),
    _tool(
        _nearest_sounds,
        "nearest_sounds",
        "Compare the sound of each span with labelled clips: which activity they speak for, with its probability, and the "
        "activities of the clips that it is most like.",
        SoundsArguments,
    ),
    _tool(
        _search_windows,
        "search_windows",
        "Find the stretches of a recording that a few words describe, such as 'climbing stairs after sitting'.",
        WordsArguments,
    ),
)
