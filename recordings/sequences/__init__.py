"""Sequences of activities with their times: what was done, in order, without the samples it was seen in."""

from recordings.sequences.benchmark import BENCHMARKS, SequenceFold, SequenceSet, read_benchmark
from recordings.sequences.checking import require_known, require_tiling
from recordings.sequences.days import is_day_log, read_day_log
from recordings.sequences.homes import HomeActivity, HomeSensor, read_home, read_home_sensors
from recordings.sequences.kitchens import KitchenAction, SoundEvent, read_kitchen_actions, read_kitchen_sounds
from recordings.sequences.segment import Segment, SegmentSequence, joined
from recordings.sequences.table import is_sequence_table, read_sequences, read_sounds

__all__ = [
    "BENCHMARKS",
    "HomeActivity",
    "HomeSensor",
    "KitchenAction",
    "Segment",
    "SegmentSequence",
    "SequenceFold",
    "SequenceSet",
    "SoundEvent",
    "is_day_log",
    "is_sequence_table",
    "joined",
    "read_benchmark",
    "read_day_log",
    "read_home",
    "read_home_sensors",
    "read_kitchen_actions",
    "read_kitchen_sounds",
    "read_sequences",
    "read_sounds",
    "require_known",
    "require_tiling",
]
