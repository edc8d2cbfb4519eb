"""Engines that say what comes next over a span of time, all behind one protocol: fit, then believe."""

from agents.anticipation.engines.actionllm import ActionLLMEngine
from agents.anticipation.engines.blend import Blend
from agents.anticipation.engines.cleaning import Cleaning, History
from agents.anticipation.engines.constant import MostFrequent, RepeatLast
from agents.anticipation.engines.deciding import Balance
from agents.anticipation.engines.denoised import Denoised, believe_about
from agents.anticipation.engines.engine import CELLS, Belief, Engine, Observed, vocabulary_of
from agents.anticipation.engines.forecasting import forecast_segments, observe, require_shares, taught_by
from agents.anticipation.engines.known import DEFAULT_ENGINE, ENGINES, engine_named
from agents.anticipation.engines.markov import Markov
from agents.anticipation.engines.neighbours import PrefixNeighbours
from agents.anticipation.engines.prompted import PromptedEngine
from agents.anticipation.engines.segment_network import SegmentNetworkEngine
from agents.anticipation.engines.semi_markov import SemiMarkov

__all__ = [
    "CELLS",
    "DEFAULT_ENGINE",
    "ENGINES",
    "ActionLLMEngine",
    "Balance",
    "Belief",
    "Blend",
    "Cleaning",
    "Denoised",
    "Engine",
    "History",
    "Markov",
    "MostFrequent",
    "Observed",
    "PrefixNeighbours",
    "PromptedEngine",
    "RepeatLast",
    "SegmentNetworkEngine",
    "SemiMarkov",
    "believe_about",
    "engine_named",
    "forecast_segments",
    "observe",
    "require_shares",
    "taught_by",
    "vocabulary_of",
]
