"""The exemplars that ship: vectors as half floats in safetensors, who they are in JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from recordings import UserError
from tools.exemplars.exemplar import Exemplar, ExemplarSet
from tools.exemplars.store import REBUILD
from tools.exemplars.vectors import Scaling

FOLDER = Path(__file__).resolve().parent / "prebuilt"
_VECTORS, _NAMES = "vectors.safetensors", "exemplars.json"
_COLUMNS = tuple(f.name for f in dataclasses.fields(Exemplar))


def save(exemplars: ExemplarSet, folder: Path = FOLDER) -> None:
    """Write `vectors.safetensors`, `scaling.safetensors` and `exemplars.json` into the folder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    # Half floats: 1e-3 of a distance, a tenth of what tells neighbours apart, for half the bytes.
    save_file({"vectors": exemplars.vectors.astype(np.float16)}, folder / _VECTORS)
    exemplars.scaling.save(folder)
    rows = [[getattr(e, name) for name in _COLUMNS] for e in exemplars.exemplars]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{{"columns": {json.dumps(_COLUMNS)},\n"rows": [\n{lines}\n]}}\n'
    (folder / _NAMES).write_text(text, encoding="utf-8")


def load(folder: Path = FOLDER) -> ExemplarSet:
    """What `save` wrote. UserError when it is not there or of another version."""
    from safetensors.numpy import load_file

    try:
        scaling = Scaling.load(folder)
        vectors = load_file(folder / _VECTORS)["vectors"].astype(np.float32)
        table = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as missing:
        raise UserError(folder, expected="the shipped exemplars", found=missing, cure=REBUILD) from None
    exemplars = tuple(Exemplar(**dict(zip(table["columns"], row, strict=True))) for row in table["rows"])
    return ExemplarSet(exemplars, vectors, scaling)


@lru_cache(maxsize=2)
def digest(folder: Path = FOLDER) -> str:
    """Twelve signs that change with any of the three files."""
    whole = hashlib.sha256()
    for name in (_VECTORS, _NAMES, "scaling.safetensors"):
        whole.update((folder / name).read_bytes())
    return whole.hexdigest()[:12]
