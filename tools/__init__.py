"""What an agent may do: perceive, caption, search, measure. Each tool returns `Evidence`.

The functions are for code; `TOOLS` holds the same ones as LangChain tools, for a language model that calls tools.
Names are imported when first used, so that a command's help text loads no model library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.audio import caption_audio, tag_audio
    from tools.bench import Bench
    from tools.channels import KNOWN_CHANNELS
    from tools.errors import NoData
    from tools.events import detect_events
    from tools.evidence import Evidence, LabelProbability
    from tools.labelled_sounds import SpanLikeness, compared_sounds, nearest_sounds
    from tools.langchain import TOOLS
    from tools.llasa import ask_llasa, explain_window
    from tools.measurement import measure
    from tools.motion import classify_motion
    from tools.perception import LabelModel, MotionModel, Perception, SoundModel
    from tools.quantities import QUANTITIES, Quantity
    from tools.recomputation import NotRecomputable, recompute
    from tools.search import SpanNeighbours, nearest_exemplars, search_exemplars
    from tools.second_opinions import OPINIONS, second_opinion
    from tools.sensor_language import describe_trend
    from tools.statistics import describe_statistics
    from tools.trend import Trend, TrendSegment, TrendSummary, parse_trend, trend_text
    from tools.trend_caption import caption_trend
    from tools.window_captions import CaptionWriter, caption_window
    from tools.word_search.tool import search_windows
    from tools.writers import TrendDescriber, WindowReader

_HOME = {
    "Bench": "bench",
    "CaptionWriter": "window_captions",
    "Evidence": "evidence",
    "KNOWN_CHANNELS": "channels",
    "LabelModel": "perception",
    "LabelProbability": "evidence",
    "MotionModel": "perception",
    "NoData": "errors",
    "NotRecomputable": "recomputation",
    "OPINIONS": "second_opinions",
    "Perception": "perception",
    "QUANTITIES": "quantities",
    "Quantity": "quantities",
    "SoundModel": "perception",
    "SpanLikeness": "labelled_sounds",
    "SpanNeighbours": "search",
    "TOOLS": "langchain",
    "TrendDescriber": "writers",
    "Trend": "trend",
    "TrendSegment": "trend",
    "TrendSummary": "trend",
    "WindowReader": "writers",
    "ask_llasa": "llasa",
    "caption_audio": "audio",
    "caption_trend": "trend_caption",
    "caption_window": "window_captions",
    "classify_motion": "motion",
    "compared_sounds": "labelled_sounds",
    "describe_statistics": "statistics",
    "describe_trend": "sensor_language",
    "detect_events": "events",
    "explain_window": "llasa",
    "measure": "measurement",
    "nearest_exemplars": "search",
    "nearest_sounds": "labelled_sounds",
    "parse_trend": "trend",
    "recompute": "recomputation",
    "search_exemplars": "search",
    "search_windows": "word_search.tool",
    "second_opinion": "second_opinions",
    "tag_audio": "audio",
    "trend_text": "trend",
}

__all__ = [
    "KNOWN_CHANNELS",
    "OPINIONS",
    "QUANTITIES",
    "TOOLS",
    "Bench",
    "CaptionWriter",
    "Evidence",
    "LabelModel",
    "LabelProbability",
    "MotionModel",
    "NoData",
    "NotRecomputable",
    "Perception",
    "Quantity",
    "SoundModel",
    "SpanLikeness",
    "SpanNeighbours",
    "Trend",
    "TrendDescriber",
    "TrendSegment",
    "TrendSummary",
    "WindowReader",
    "ask_llasa",
    "caption_audio",
    "caption_trend",
    "caption_window",
    "classify_motion",
    "compared_sounds",
    "describe_statistics",
    "describe_trend",
    "detect_events",
    "explain_window",
    "measure",
    "nearest_exemplars",
    "nearest_sounds",
    "parse_trend",
    "recompute",
    "search_exemplars",
    "search_windows",
    "second_opinion",
    "tag_audio",
    "trend_text",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"tools.{_HOME[name]}"), name)
    raise AttributeError(f"module 'tools' has no attribute {name!r}")
