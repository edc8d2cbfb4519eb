"""`search_exemplars`: labelled windows of other people that resemble a span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.motion.taxonomy import position_of
from recordings import Recording, Span, UserError
from tools.bench import Bench
from tools.channels import to_milliseconds
from tools.evidence import Evidence, LabelProbability
from tools.exemplars.features import window_features
from tools.exemplars.neighbour import Neighbour, neighbour_votes
from tools.exemplars.store import ExemplarStore, require_revision
from tools.method import method
from tools.perception import Flags, Floats, Perception
from tools.ranked import Vote, ranked

NEAREST = "nearest exemplars to the mean of the span's windows"


@dataclass(frozen=True, slots=True, eq=False)
class SpanNeighbours:
    """The neighbours of one span (as it was asked) of one stream, nearest first."""

    stream: str
    span: Span
    neighbours: tuple[Neighbour, ...] = field(default=())


def nearest_exemplars(
    bench: Bench,
    recording_id: str,
    spans: Sequence[Span],
    k: int = 5,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> list[SpanNeighbours]:
    """For each motion stream and span with a usable window: the k nearest exemplars.

    The query is the mean of the vectors of the span's windows: ranking by it is ranking by the mean squared distance to
    them. Only exemplars worn at the stream's position are searched, when it is known and there are some. A recording of a
    public set never finds itself. [] without exemplars, a motion model or a motion stream; UserError when the exemplars
    are of another motion checkpoint.
    """
    store, model = bench.exemplars, bench.motion
    recording = bench.recording(recording_id)
    if store is None or model is None:
        return []
    require_revision("exemplars", store.revision, model.revision)
    found = []
    for perception in bench.motion_perceptions(recording_id):
        vectors, usable = _window_vectors(bench, store, recording, perception)
        kept: list[tuple[Span, Floats]] = []
        for span in spans:
            rows = perception.rows_in(to_milliseconds(span))
            rows = rows[usable[rows]]
            if len(rows):
                kept.append((span, vectors[rows].mean(axis=0)))
        if not kept:
            continue
        place = position_of(recording.stream(perception.stream).position)
        answers = store.search(
            np.stack([v for _, v in kept]),
            k,
            exclude_subject=exclude_subject,
            exclude_recording=recording_id if exclude_recording is None else exclude_recording,
            position=None if place == "unknown" else place,
        )
        found += [
            SpanNeighbours(perception.stream, span, tuple(near)) for (span, _), near in zip(kept, answers, strict=True)
        ]
    return found


def search_exemplars(
    bench: Bench,
    recording_id: str,
    spans: Sequence[Span],
    k: int = 5,
    exclude_subject: str | None = None,
    exclude_recording: str | None = None,
) -> list[Evidence]:
    """`nearest_exemplars` as evidence: for each span the k labels (`exemplar`) and distances (`exemplar_distance`, "1") by
    rank, and `exemplar_vote`: the label with the largest share of the distance-weighted, class-balanced vote.
    """
    store = bench.exemplars
    if store is None:
        return []

    def described(rank: int | None) -> str:
        return method(
            NEAREST,
            k=k,
            rank=rank,
            exclude_subject=exclude_subject,
            exclude_recording=exclude_recording,
            window_s=bench.window_s,
            stride_s=bench.stride_s,
        )

    asked = Vote("search_exemplars", store.revision, "exemplar_vote", "exemplar", "exemplar_distance", described)
    found: list[Evidence] = []
    for near in nearest_exemplars(bench, recording_id, spans, k, exclude_subject, exclude_recording):
        votes = [LabelProbability(label, round(share, 4)) for label, share in neighbour_votes(near.neighbours).items()]
        if votes:
            nearest = [(neighbour.label, neighbour.distance) for neighbour in near.neighbours]
            found += ranked(asked, recording_id, near.stream, near.span, votes, nearest)
    return found


def _window_vectors(
    bench: Bench, store: ExemplarStore, recording: Recording, perception: Perception
) -> tuple[Floats, Flags]:
    """(n, dimension) of every window of the perception, computed once, and (n,) usable."""

    def compute() -> tuple[Floats, Flags]:
        features, usable = window_features(recording.stream(perception.stream), [w.span for w in perception.windows])
        if perception.embeddings.shape[1] != len(store.scaling.embedding_mean):
            raise UserError(
                "exemplars",
                expected=f"embeddings of {len(store.scaling.embedding_mean)} numbers",
                found=perception.embeddings.shape[1],
                cure="use the motion checkpoint that they were built with",
            )
        return store.scaling.vectors(perception.embeddings, features), np.asarray(perception.usable & usable)

    return bench.once(recording.id, f"exemplar vectors:{perception.stream}", compute)
