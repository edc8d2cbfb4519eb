"""Chroma on the local disk, offline: no telemetry, and our own numbers as embeddings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

COLLECTION = "exemplars"
# Chroma's own construction settings: a shipped store is made in a second. Searching looks further than its default.
SPACE = {"hnsw": {"space": "l2", "ef_search": 200}}


@lru_cache(maxsize=1)
def own_numbers() -> Any:
    """Chroma's embedding function for vectors that we compute. Without one, a reopened collection downloads a text model."""
    from chromadb import EmbeddingFunction
    from chromadb.utils.embedding_functions import register_embedding_function

    class OwnNumbers(EmbeddingFunction):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            pass

        def __call__(self, input: Any) -> Any:
            raise TypeError("exemplars are searched by numbers, not by text")

        @staticmethod
        def name() -> str:
            return "telltale_own_numbers"

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> OwnNumbers:
            return OwnNumbers()

        def get_config(self) -> dict[str, Any]:
            return {}

    register_embedding_function(OwnNumbers)
    return OwnNumbers()


def client(path: Path) -> Any:
    """The database in a folder, made when it is not there."""
    import chromadb
    from chromadb.config import Settings

    path.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False, allow_reset=False))
