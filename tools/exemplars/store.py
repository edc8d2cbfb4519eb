"""`ExemplarStore`: exemplars in a Chroma collection on disk, searched exactly while they are few enough."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recordings import Span, Stream, UserError
from tools.exemplars.chroma import COLLECTION, SPACE, client, own_numbers
from tools.exemplars.exemplar import REBUILD, Exemplar, ExemplarSet
from tools.exemplars.nearest import Filter, nearest
from tools.exemplars.neighbour import Neighbour
from tools.exemplars.vectors import Scaling, raw_vectors
from tools.perception import Flags, Floats, MotionModel

# Up to here every search is exact, in memory (50,000 exemplars: 40 MB). Beyond, Chroma's graph answers, except where a
# filter leaves so few that its recall would fall.
EXACT_UP_TO = 50_000
# Chroma's graph is asked for this many times k, so that what it nearly missed can still be ranked exactly.
OVERFETCH = 10
# Chroma looks up exemplars by id or filter in batches of at most this many.
BATCH = 4000
# Its database refuses a query whose queries times neighbours exceed the 32,766 variables of one statement.
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    ids: tuple[str, ...]
    exemplars: tuple[Exemplar, ...]
    vectors: Floats = field(repr=False)


class ExemplarStore:
    """Labelled windows as numeric vectors. Open one with `open`, `create` or `shipped`."""

    def __init__(self, path: Path, collection: Any, scaling: Scaling, exact_up_to: int = EXACT_UP_TO) -> None:
        self.path = path
        self.scaling = scaling
        self.exact_up_to = exact_up_to
        self._collection = collection
        self._snapshot: _Snapshot | None = None
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, revision: str | None = None, exact_up_to: int = EXACT_UP_TO) -> ExemplarStore:
        """The store in a folder. UserError when there is none, or when its vectors come from another motion checkpoint
        than `revision` (None: any)."""
        try:
            scaling = Scaling.load(path)
        except FileNotFoundError:
            raise UserError(path, expected="an exemplar store", found="none", cure=REBUILD) from None
        except ValueError as mismatch:
            raise UserError(path, expected="this version's exemplars", found=mismatch, cure=REBUILD) from None
        require_revision(path, scaling.revision, revision)
        collection = client(path).get_collection(COLLECTION, embedding_function=own_numbers())
        return cls(path, collection, scaling, exact_up_to)

    @classmethod
    def create(
        cls, path: Path, exemplars: ExemplarSet, *, overwrite: bool = False, exact_up_to: int = EXACT_UP_TO
    ) -> ExemplarStore:
        """A new store in a folder. UserError when one is there already and `overwrite` is False."""
        if (path / "scaling.safetensors").is_file() and not overwrite:
            raise UserError(
                path, expected="a new folder", found="an exemplar store", cure="overwrite it, or name another"
            )
        database = client(path)
        if any(c.name == COLLECTION for c in database.list_collections()):
            database.delete_collection(COLLECTION)
        collection = database.create_collection(
            COLLECTION,
            embedding_function=own_numbers(),
            configuration=SPACE,
            metadata={"revision": exemplars.scaling.revision},
        )
        store = cls(path, collection, exemplars.scaling, exact_up_to)
        store._add(exemplars.exemplars, exemplars.vectors)
        # Last: a folder without it is no store, so one that was stopped half-way is made again.
        exemplars.scaling.save(path)
        return store

    @classmethod
    def shipped(cls, cache_dir: Path, *, revision: str | None = None) -> ExemplarStore:
        """The exemplars that come with Telltale, put into a store below `cache_dir` on first use (1–2 s).

        UserError when they were made with another motion checkpoint than `revision`.
        """
        from tools.exemplars.prebuilt import digest, load_prebuilt

        prebuilt = load_prebuilt()
        require_revision("the shipped exemplars", prebuilt.scaling.revision, revision)
        path = cache_dir / f"exemplars-{digest()}"
        if (path / "scaling.safetensors").is_file():
            return cls.open(path, revision=revision)
        return cls.create(path, prebuilt)

    @property
    def revision(self) -> str:
        """The motion checkpoint whose embeddings these are."""
        return self.scaling.revision

    def __len__(self) -> int:
        return int(self._collection.count())

    def exemplars(self) -> tuple[Exemplar, ...]:
        """All of them, in the order of their ids."""
        return self._all().exemplars

    def labels(self) -> dict[str, int]:
        """Label → how many, most frequent first."""
        return dict(Counter(e.label for e in self.exemplars()).most_common())

    def vectors(self, model: MotionModel, stream: Stream, spans: Sequence[Span]) -> tuple[Floats, Flags]:
        """(n, dimension) query vectors of windows of a stream, and (n,) usable. UserError on another checkpoint's model."""
        require_revision(self.path, self.revision, model.revision)
        embeddings, features, usable = raw_vectors(model, stream, spans)
        return self.scaling.vectors(embeddings, features), usable

    def add(self, exemplars: Sequence[Exemplar], vectors: Floats) -> int:
        """Add exemplars with their vectors, (n, dimension); the number that was new. ValueError on another shape.

        An exemplar that is there already (the same window, label and recording) is replaced.
        """
        if vectors.shape != (len(exemplars), self.scaling.dimension):
            raise ValueError(
                f"{len(exemplars)} exemplars need vectors of {self.scaling.dimension}, not {vectors.shape}"
            )
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds a number that is not finite")
        return self._add(exemplars, vectors)

    def forget(self, *, subject: str | None = None, recording_id: str | None = None) -> int:
        """Delete a person's or a recording's exemplars; how many there were."""
        if (subject is None) == (recording_id is None):
            raise ValueError("forget either a subject or a recording")
        where = {"subject": subject} if subject is not None else {"recording_id": recording_id}
        with self._lock:
            ids = list(self._collection.get(where=where, include=[])["ids"])
            for first in range(0, len(ids), BATCH):
                self._collection.delete(ids=ids[first : first + BATCH])
            self._snapshot = None
        return len(ids)

    def search(
        self,
        vectors: Floats,
        k: int = 5,
        *,
        exclude_subject: str | None = None,
        exclude_recording: str | None = None,
        position: str | None = None,
        dataset: str | None = None,
    ) -> list[list[Neighbour]]:
        """The k nearest exemplars of each (q, dimension) query, nearest first; fewer when the store holds fewer.

        Nothing of `exclude_subject` (in any data set) or `exclude_recording` is ever returned. position: search only
        exemplars worn there, when there are any; None searches all. dataset: only exemplars of that set.
        """
        if k < 1:
            raise UserError(
                "exemplar search", expected="k of at least 1", found=k, cure="ask for one neighbour or more"
            )
        place = position if position is not None and self._worn_at(position) else None
        wanted = Filter(exclude_subject, exclude_recording, place, dataset)
        if len(self) <= self.exact_up_to:
            return self._exact(self._all(), vectors, k, wanted)
        where = wanted.where()
        if where is not None:
            ids = self._collection.get(where=where, include=[])["ids"]
            if len(ids) <= self.exact_up_to:
                return self._exact(self._read(where), vectors, k, wanted)
        return self._by_graph(vectors, k, wanted)

    def _exact(self, pool: _Snapshot, vectors: Floats, k: int, wanted: Filter) -> list[list[Neighbour]]:
        kept = np.flatnonzero(
            wanted.admits(
                [e.subject for e in pool.exemplars],
                [e.recording_id for e in pool.exemplars],
                [e.position for e in pool.exemplars],
                [e.dataset for e in pool.exemplars],
            )
        )
        counts = Counter(pool.exemplars[i].label for i in kept)
        rows, distances = nearest(pool.vectors[kept], vectors, k)
        return [
            [
                _neighbour(pool.ids[kept[i]], pool.exemplars[kept[i]], float(d), counts)
                for i, d in zip(found, apart, strict=True)
            ]
            for found, apart in zip(rows, distances, strict=True)
        ]

    def _by_graph(self, vectors: Floats, k: int, wanted: Filter) -> list[list[Neighbour]]:
        total = len(self)
        # The whole store's counts stand for the filtered pool's, which a graph search does not enumerate.
        counts = Counter(m["label"] for m in self._collection.get(include=["metadatas"])["metadatas"])
        wide = min(total, k * OVERFETCH)
        many = max(1, MOST_ROWS // wide)
        answers = []
        for first in range(0, len(vectors), many):
            part = vectors[first : first + many]
            found = self._collection.query(
                query_embeddings=part, n_results=wide, where=wanted.where(), include=["embeddings", "metadatas"]
            )
            for query, ids, rows, metadatas in zip(
                part, found["ids"], found["embeddings"], found["metadatas"], strict=True
            ):
                exemplars = [_from_metadata(m) for m in metadatas]
                apart = np.sqrt(((np.asarray(rows, dtype=np.float64) - query) ** 2).sum(axis=1))
                order = np.argsort(apart, kind="stable")[:k]
                answers.append([_neighbour(ids[i], exemplars[i], float(apart[i]), counts) for i in order])
        return answers

    def _worn_at(self, position: str) -> bool:
        return bool(self._collection.get(where={"position": position}, include=[], limit=1)["ids"])

    def _all(self) -> _Snapshot:
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._read(None)
            return self._snapshot

    def _read(self, where: dict[str, object] | None) -> _Snapshot:
        ids: list[str] = []
        exemplars: list[Exemplar] = []
        parts: list[Floats] = []
        total = len(self)
        for offset in range(0, max(total, 1), BATCH):
            page = self._collection.get(where=where, limit=BATCH, offset=offset, include=["embeddings", "metadatas"])
            if not page["ids"]:
                break
            ids += page["ids"]
            exemplars += [_from_metadata(m) for m in page["metadatas"]]
            parts.append(np.asarray(page["embeddings"], dtype=np.float32))
        vectors = np.concatenate(parts) if parts else np.empty((0, self.scaling.dimension), dtype=np.float32)
        # Chroma's order is that of insertion; the order of ids makes equal distances the same everywhere.
        order = np.argsort(np.array(ids)) if ids else np.empty(0, dtype=np.intp)
        return _Snapshot(tuple(ids[i] for i in order), tuple(exemplars[i] for i in order), vectors[order])

    def _add(self, exemplars: Sequence[Exemplar], vectors: Floats) -> int:
        with self._lock:
            before = len(self)
            unique = {e.id: (e, v) for e, v in zip(exemplars, vectors, strict=True)}
            ids = sorted(unique)
            for first in range(0, len(ids), BATCH):
                part = ids[first : first + BATCH]
                self._collection.upsert(
                    ids=part,
                    embeddings=np.stack([unique[i][1] for i in part]),
                    metadatas=[_metadata(unique[i][0]) for i in part],
                )
            self._snapshot = None
            return len(self) - before


def require_revision(where: object, found: str, wanted: str | None) -> None:
    """UserError when exemplars of one motion checkpoint would be compared with windows of another."""
    if wanted is not None and found != wanted:
        raise UserError(where, expected=f"exemplars of motion checkpoint {wanted}", found=found, cure=REBUILD)


def _neighbour(identity: str, exemplar: Exemplar, distance: float, counts: Counter[str]) -> Neighbour:
    return Neighbour(
        id=identity,
        label=exemplar.label,
        subject=exemplar.subject,
        dataset=exemplar.dataset,
        recording_id=exemplar.recording_id,
        position=exemplar.position,
        distance=distance,
        label_count=counts[exemplar.label],
    )


def _metadata(exemplar: Exemplar) -> dict[str, str | float]:
    return {
        "label": exemplar.label,
        "subject": exemplar.subject,
        "dataset": exemplar.dataset,
        "recording_id": exemplar.recording_id,
        "position": exemplar.position,
        "start_s": float(exemplar.start_s),
        "end_s": float(exemplar.end_s),
        "summary": exemplar.summary,
    }


def _from_metadata(facts: dict[str, Any]) -> Exemplar:
    return Exemplar(
        label=str(facts["label"]),
        subject=str(facts["subject"]),
        dataset=str(facts["dataset"]),
        recording_id=str(facts["recording_id"]),
        position=str(facts["position"]),
        start_s=float(facts["start_s"]),
        end_s=float(facts["end_s"]),
        summary=str(facts["summary"]),
    )
