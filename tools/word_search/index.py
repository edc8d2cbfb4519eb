"""`WindowIndex`: a person's own recordings as vectors of windows in a Chroma collection, added to as recordings come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recordings import ACCELERATION, Recording, Span, sliding
from tools.exemplars.chroma import SPACE, client, own_numbers
from tools.perception import Floats
from tools.word_search.model import WordModel

COLLECTION = "windows"
WINDOW_S, STRIDE_S = 2.56, 1.28
BATCH = 4000


@dataclass(frozen=True, slots=True)
class Place:
    """One window of one stream of one recording."""

    recording_id: str
    stream: str
    span: Span
    position: str
    subject: str


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """places: n windows in the order of recording, stream and time. vectors: (n, D)."""

    places: tuple[Place, ...]
    vectors: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which windows may be found. recordings: ids, None for all. start_s, end_s: the window lies between them."""

    recordings: tuple[str, ...] | None = None
    position: str | None = None
    subject: str | None = None
    start_s: float | None = None
    end_s: float | None = None

    def where(self) -> dict[str, object] | None:
        """In Chroma's words."""
        clauses: list[dict[str, object]] = []
        if self.recordings is not None:
            clauses.append({"recording_id": {"$in": list(self.recordings)}})
        if self.position is not None:
            clauses.append({"position": self.position})
        if self.subject is not None:
            clauses.append({"subject": self.subject})
        if self.start_s is not None:
            clauses.append({"start_s": {"$gte": self.start_s}})
        if self.end_s is not None:
            clauses.append({"end_s": {"$lte": self.end_s}})
        if not clauses:
            return None
        return clauses[0] if len(clauses) == 1 else {"$and": clauses}


class WindowIndex:
    """Windows of 2.56 s every 1.28 s. One folder holds one checkpoint's vectors; another's are a collection of their own."""

    def __init__(self, path: Path, model: WordModel) -> None:
        self.path = path
        self._model = model
        self._collection: Any = client(path).get_or_create_collection(
            f"{COLLECTION}-{model.revision}", embedding_function=own_numbers(), configuration=SPACE
        )

    def __len__(self) -> int:
        return int(self._collection.count())

    def has(self, recording: Recording) -> bool:
        """Whether these very samples are indexed, as worn where the recording now says."""
        rows = self._collection.get(where={"recording_id": recording.id}, limit=1, include=["metadatas"])["metadatas"]
        return bool(rows) and rows[0]["mark"] == mark(recording)

    def add(self, recording: Recording) -> int:
        """Index a recording; the number of windows that were added. 0 when it was there already or has no usable motion.

        One of the same id with other samples, or worn elsewhere, is replaced.
        """
        if self.has(recording):
            return 0
        self.forget(recording.id)
        found = windows_of(recording, self._model)
        ids = [f"{p.recording_id}/{p.stream}@{p.span.start_s:.3f}" for p in found.places]
        said = [
            {
                "recording_id": p.recording_id,
                "stream": p.stream,
                "start_s": p.span.start_s,
                "end_s": p.span.end_s,
                "position": p.position,
                "subject": p.subject,
                "mark": mark(recording),
            }
            for p in found.places
        ]
        for first in range(0, len(ids), BATCH):
            part = slice(first, first + BATCH)
            self._collection.add(ids=ids[part], embeddings=found.vectors[part], metadatas=said[part])
        return len(ids)

    def forget(self, recording_id: str) -> int:
        """Delete a recording's windows; how many there were."""
        ids = list(self._collection.get(where={"recording_id": recording_id}, include=[])["ids"])
        for first in range(0, len(ids), BATCH):
            self._collection.delete(ids=ids[first : first + BATCH])
        return len(ids)

    def recordings(self) -> tuple[str, ...]:
        """The ids of the indexed recordings, sorted."""
        found: set[str] = set()
        for offset in range(0, len(self), BATCH):
            page = self._collection.get(limit=BATCH, offset=offset, include=["metadatas"])["metadatas"]
            found |= {str(row["recording_id"]) for row in page}
        return tuple(sorted(found))

    def read(self, wanted: Filter) -> Indexed:
        """Every window that the filter leaves."""
        places: list[Place] = []
        parts: list[Floats] = []
        offset = 0
        while True:
            page = self._collection.get(
                where=wanted.where(), limit=BATCH, offset=offset, include=["embeddings", "metadatas"]
            )
            if not page["ids"]:
                break
            places += [_place(row) for row in page["metadatas"]]
            parts.append(np.asarray(page["embeddings"], dtype=np.float32))
            offset += len(page["ids"])
        if not places:
            return Indexed((), np.zeros((0, 0), dtype=np.float32))
        order = sorted(range(len(places)), key=lambda i: _order(places[i]))
        return Indexed(tuple(places[i] for i in order), np.concatenate(parts)[order])

    def nearest(self, vector: Floats, k: int, wanted: Filter) -> list[tuple[Place, float]]:
        """The k nearest windows by Chroma's graph, with the squared distance, nearest first."""
        if not len(self):
            return []
        found = self._collection.query(
            query_embeddings=vector[None], n_results=min(k, len(self)), where=wanted.where(), include=["metadatas", "distances"]
        )  # fmt: skip
        return [(_place(m), float(d)) for m, d in zip(found["metadatas"][0], found["distances"][0], strict=True)]


def windows_of(recording: Recording, model: WordModel) -> Indexed:
    """Every usable window of every motion stream of a recording."""
    places: list[Place] = []
    parts: list[Floats] = []
    for stream in recording.of("motion"):
        if not stream.has(*ACCELERATION):
            continue
        spans = [w.span for w in sliding(recording.id, stream.span, WINDOW_S, STRIDE_S)]
        found = model.windows(stream, spans)
        rows = np.flatnonzero(found.usable)
        worn, who = stream.position or "unknown", recording.subject or ""
        for i in rows.tolist():
            span = Span(round(spans[i].start_s, 3), round(spans[i].end_s, 3))
            places.append(Place(recording.id, stream.name, span, worn, who))
        parts.append(found.vectors[rows])
    return Indexed(tuple(places), np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32))


def mark(recording: Recording) -> str:
    """What must be the same for windows to be those of this recording."""
    worn = ",".join(f"{s.name}:{s.position or 'unknown'}:{s.n}" for s in recording.of("motion"))
    return f"{recording.sha256[:16]} {worn} {WINDOW_S:g}/{STRIDE_S:g}"


def _place(row: dict[str, Any]) -> Place:
    span = Span(float(row["start_s"]), float(row["end_s"]))
    return Place(str(row["recording_id"]), str(row["stream"]), span, str(row["position"]), str(row["subject"]))


def _order(place: Place) -> tuple[str, str, float]:
    return (place.recording_id, place.stream, place.span.start_s)
