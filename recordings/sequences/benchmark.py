"""50 Salads and Breakfast: label sequences of kitchen videos with the folds of the anticipation literature.

Stein and McKenna, UbiComp 2013; Kuehne et al., CVPR 2014. Annotations only: no video, no features.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recordings.errors import UserError
from recordings.sequences.checking import require_known, require_tiling
from recordings.sequences.segment import Segment, SegmentSequence


@dataclass(frozen=True, slots=True)
class _Source:
    folder: str
    rate_hz: float
    folds: Mapping[str, str]
    trial: tuple[str, ...]


# Folds by name; the first is the default. "literature" is what anticipation papers use; "lea" is colincsl/TCN's.
BENCHMARKS: dict[str, _Source] = {
    "50salads": _Source("50salads", 30.0, {"literature": "splits.csv", "lea": "splits_lea.csv"}, ("subject", "trial")),
    "breakfast": _Source("breakfast", 15.0, {"literature": "splits.csv"}, ("subject", "activity")),
}


@dataclass(frozen=True, slots=True)
class SequenceFold:
    name: str
    train: tuple[SegmentSequence, ...]
    test: tuple[SegmentSequence, ...]


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """All sequences by name, the vocabulary in its own order, and the folds of one protocol."""

    name: str
    protocol: str
    vocabulary: tuple[str, ...]
    sequences: Mapping[str, SegmentSequence]
    folds: tuple[SequenceFold, ...]


def read_benchmark(name: str, data_dir: Path, protocol: str = "") -> SequenceSet:
    """`50salads` or `breakfast` from `data_dir`/anticipation, or UserError where something is not as it should be.

    protocol: the folds' name, "" for the literature's. Every sequence tiles its video; no subject is on both sides of a fold.
    """
    if name not in BENCHMARKS:
        raise UserError(
            name, expected=f"one of {', '.join(BENCHMARKS)}", found="no such set", cure="choose one of them"
        )
    source = BENCHMARKS[name]
    chosen = protocol or next(iter(source.folds))
    if chosen not in source.folds:
        raise UserError(
            f"{name} folds", expected=f"one of {', '.join(source.folds)}", found=repr(chosen), cure="choose one of them"
        )
    folder = data_dir / "anticipation" / source.folder
    vocabulary = tuple(row["action"] for row in rows_of(folder / "mapping.csv"))
    sequences = {s.name: s for s in _sequences(folder / "segments.csv", source, vocabulary)}
    return SequenceSet(name, chosen, vocabulary, sequences, tuple(_folds(folder / source.folds[chosen], sequences)))


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table with a header. UserError when the file is not there."""
    if not path.is_file():
        raise UserError(
            path,
            expected="the annotations of a public set",
            found="no such file",
            cure="name the folder of the data sets",
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _sequences(path: Path, source: _Source, vocabulary: tuple[str, ...]) -> Iterator[SegmentSequence]:
    by_video: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(path):
        by_video[row["video"]].append(row)
    for video, rows in by_video.items():
        segments = tuple(
            Segment(
                row["action"], (int(row["start_frame"]) - 1) / source.rate_hz, int(row["end_frame"]) / source.rate_hz
            )
            for row in rows
        )
        require_tiling(segments, f"{path}, {video}")
        require_known({s.activity for s in segments}, vocabulary, f"{path}, {video}")
        trial = "/".join(rows[0][column] for column in source.trial)
        yield SegmentSequence(video, segments, rows[0]["subject"], trial, source.rate_hz)


def _folds(path: Path, sequences: Mapping[str, SegmentSequence]) -> Iterator[SequenceFold]:
    sides: dict[str, dict[str, list[SegmentSequence]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(path):
        if row["video"] not in sequences:
            raise UserError(path, expected="videos with segments", found=row["video"], cure="restore the file")
        sides[row["split"]][row["subset"]].append(sequences[row["video"]])
    for number in sorted(sides, key=int):
        train, test = tuple(sides[number]["train"]), tuple(sides[number]["test"])
        both = {s.subject for s in train} & {s.subject for s in test}
        if both or not test:
            found = f"subjects {sorted(map(str, both))} on both" if both else "no test videos"
            raise UserError(
                f"{path}, split {number}", expected="disjoint subjects", found=found, cure="restore the file"
            )
        yield SequenceFold(number, train, test)
