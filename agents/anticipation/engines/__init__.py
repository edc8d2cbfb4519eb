"""Engines that say what comes next over a span of time, all behind one protocol: fit, then believe."""

from agents.anticipation.engines.constant import MostFrequent, RepeatLast
from agents.anticipation.engines.deciding import Balance
from agents.anticipation.engines.engine import CELLS, Belief, Engine, Observed, vocabulary_of
from agents.anticipation.engines.markov import Markov
from agents.anticipation.engines.neighbours import PrefixNeighbours
from agents.anticipation.engines.segment_network import SegmentNetworkEngine
from agents.anticipation.engines.semi_markov import SemiMarkov

__all__ = [
    "CELLS",
    "Balance",
    "Belief",
    "Engine",
    "Markov",
    "MostFrequent",
    "Observed",
    "PrefixNeighbours",
    "RepeatLast",
    "SegmentNetworkEngine",
    "SemiMarkov",
    "vocabulary_of",
]
