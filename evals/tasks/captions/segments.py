"""The segments that are told: random stretches of one channel of held-out people, the same for every system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.sensorllm.data import AlignmentCorpus, AlignmentOptions, AlignmentSample, split_recordings
from recordings import UserError

PER_SET = 200
# SensorLLM's own range for USC-HAD and UCI-HAR.
DEFAULT_PROTOCOL = "5-200"
QUICK_PROTOCOL, QUICK_PER_SET = "5-20", 12
_RANGE = re.compile(r"^(\d{1,5})-(\d{1,5})$")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Samples of a segment, shortest and longest."""

    shortest: int
    longest: int


def lengths_of(protocol: str) -> Lengths:
    """`5-200` → a range of samples. UserError for anything else."""
    found = _RANGE.match(protocol)
    if found is None or not 2 <= int(found[1]) <= int(found[2]):
        raise UserError(
            "eval captions",
            expected="a protocol SHORTEST-LONGEST in samples, such as 5-200 or 5-50",
            found=protocol,
            cure="name two numbers, the first at least 2",
        )
    return Lengths(int(found[1]), int(found[2]))


def test_segments(name: str, data_dir: Path, lengths: Lengths, number: int, seed: int) -> list[AlignmentSample]:
    """`number` segments of a set's held-out subjects, drawn at random from one random partition of every labelled run.

    Their `answer` is the exact text in a random wording: the reference.
    """
    options = AlignmentOptions(seed=seed, partitions=1, shortest=lengths.shortest, longest=lengths.longest)
    corpus = AlignmentCorpus(split_recordings(name, data_dir, {"test"}), options)
    chosen = np.random.default_rng([seed, 7]).permutation(len(corpus))[:number]
    return [corpus[int(i)] for i in chosen]


def example_segment(name: str, data_dir: Path, seed: int) -> AlignmentSample:
    """One short segment of a training subject, for a prompt: 8 to 12 samples that hold at least two kinds of trend."""
    options = AlignmentOptions(seed=seed, partitions=1, shortest=8, longest=12, share=0.2)
    for recording in split_recordings(name, data_dir, {"training"}):
        for sample in AlignmentCorpus([recording], options):
            if sample.answer.count("\n") >= 5:
                return sample
    raise UserError(
        "eval captions", expected=f"recordings of training subjects of {name}", found="none", cure="check --data"
    )
