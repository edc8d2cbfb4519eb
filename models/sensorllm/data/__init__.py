"""What SensorLLM is trained on: exact trend texts that parse back, statistics, questions, segments and windows. No torch."""

from models.sensorllm.data.alignment import (
    KINDS,
    AlignmentCorpus,
    AlignmentOptions,
    AlignmentSample,
    Kind,
    alignment_sample,
    alignment_samples,
)
from models.sensorllm.data.answer import TrendStyle, draw_style, trend_answer
from models.sensorllm.data.channels import channel_tokens, spoken_channel
from models.sensorllm.data.constraint import ConstraintState, TrendConstraint
from models.sensorllm.data.facts import CountRule, TrendFacts, facts_of_segments, trend_facts
from models.sensorllm.data.merged import MergedFacts, merged_answer, merged_facts, parse_merged_answer
from models.sensorllm.data.parsing import (
    PartialAnswer,
    TrendParseError,
    parse_trend_answer,
    read_trend_answer,
)
from models.sensorllm.data.questions import activity_question, system_text, trend_question
from models.sensorllm.data.runs import MOTION_SETS, SplitName, labelled_runs, split_keys, split_of, split_recordings
from models.sensorllm.data.segments import random_partition, random_partitions, regular_windows
from models.sensorllm.data.statistics import parse_statistics, statistics_text
from models.sensorllm.data.token_trie import TokenTrie
from models.sensorllm.data.trend import Trend, TrendSegment, exact_segments
from models.sensorllm.data.values import A_CHANNEL, A_WINDOW, VALUE_KINDS, ValueKind, count_of, known_kinds, values_of
from models.sensorllm.data.variants import PARTS, Part, window_text
from models.sensorllm.data.windows import WINDOW_PROTOCOLS, WindowSample, window_samples

__all__ = [
    "A_CHANNEL",
    "A_WINDOW",
    "KINDS",
    "MOTION_SETS",
    "PARTS",
    "VALUE_KINDS",
    "WINDOW_PROTOCOLS",
    "AlignmentCorpus",
    "AlignmentOptions",
    "AlignmentSample",
    "ConstraintState",
    "CountRule",
    "Kind",
    "MergedFacts",
    "Part",
    "PartialAnswer",
    "SplitName",
    "TokenTrie",
    "Trend",
    "TrendConstraint",
    "TrendFacts",
    "TrendParseError",
    "TrendSegment",
    "TrendStyle",
    "ValueKind",
    "WindowSample",
    "activity_question",
    "alignment_sample",
    "alignment_samples",
    "channel_tokens",
    "count_of",
    "draw_style",
    "exact_segments",
    "facts_of_segments",
    "known_kinds",
    "labelled_runs",
    "merged_answer",
    "merged_facts",
    "parse_merged_answer",
    "parse_statistics",
    "parse_trend_answer",
    "random_partition",
    "random_partitions",
    "read_trend_answer",
    "regular_windows",
    "split_keys",
    "split_of",
    "split_recordings",
    "spoken_channel",
    "statistics_text",
    "system_text",
    "trend_answer",
    "trend_facts",
    "trend_question",
    "values_of",
    "window_samples",
    "window_text",
]
