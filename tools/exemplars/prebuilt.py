"""The exemplars that ship: vectors as half floats in safetensors, who they are in JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np

from recordings import UserError
from recordings.datasets import DATASETS, dataset
from tools.exemplars.exemplar import REBUILD, Exemplar, ExemplarSet
from tools.exemplars.features import FEATURES
from tools.exemplars.vectors import Scaling

FOLDER = Path(__file__).resolve().parent / "prebuilt"
_VECTORS, _NAMES = "vectors.safetensors", "exemplars.json"
_COLUMNS = tuple(f.name for f in dataclasses.fields(Exemplar))


def save_prebuilt(exemplars: ExemplarSet, folder: Path = FOLDER) -> None:
    """Write `vectors.safetensors`, `scaling.safetensors`, `exemplars.json` and the card `README.md` into the folder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    # Half floats: 1e-3 of a distance, a tenth of what tells neighbours apart, for half the bytes.
    save_file({"vectors": exemplars.vectors.astype(np.float16)}, folder / _VECTORS)
    exemplars.scaling.save(folder)
    rows = [[getattr(e, name) for name in _COLUMNS] for e in exemplars.exemplars]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{{"columns": {json.dumps(_COLUMNS)},\n"rows": [\n{lines}\n]}}\n'
    (folder / _NAMES).write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(card(exemplars), encoding="utf-8")
    for name in (_VECTORS, "scaling.safetensors"):
        # safetensors makes private files; an installed package is read by other users.
        (folder / name).chmod(0o644)


def load_prebuilt(folder: Path = FOLDER) -> ExemplarSet:
    """What `save_prebuilt` wrote. UserError when it is not there or of another version."""
    from safetensors.numpy import load_file

    try:
        scaling = Scaling.load(folder)
        vectors = load_file(folder / _VECTORS)["vectors"].astype(np.float32)
        table = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as missing:
        raise UserError(folder, expected="the shipped exemplars", found=missing, cure=REBUILD) from None
    exemplars = tuple(Exemplar(**dict(zip(table["columns"], row, strict=True))) for row in table["rows"])
    return ExemplarSet(exemplars, vectors, scaling)


def card(exemplars: ExemplarSet) -> str:
    """What the exemplars are, whose, and under which licences."""
    lines = [
        "# Exemplars",
        "",
        f"{len(exemplars.exemplars)} labelled windows of 2.56 s as vectors of {exemplars.scaling.dimension} numbers: the",
        f"embedding by motion checkpoint `{exemplars.scaling.revision}` and {len(FEATURES)} window statistics, standardised.",
        "Samples cannot be had back from them. Training subjects only: no held-out subject is among them.",
        "",
        "| set | licence as its files say | windows | subjects |",
        "| --- | --- | --- | --- |",
    ]
    for name in sorted({e.dataset for e in exemplars.exemplars}):
        of = [e for e in exemplars.exemplars if e.dataset == name]
        facts = dataset(name).card if name in DATASETS else None
        title = f"{facts.title}: {facts.citation}" if facts else name
        subjects = sorted({e.subject for e in of}, key=lambda s: (len(s), s))
        lines.append(f"| {title} | {facts.licence if facts else '-'} | {len(of)} | {', '.join(subjects)} |")
    lines += [
        "",
        "**Not for commercial use**, as the sets' licences say.",
        "",
        "| label | position | windows |",
        "| --- | --- | --- |",
    ]
    counts = Counter((e.label, e.position) for e in exemplars.exemplars)
    lines += [f"| {label} | {position} | {n} |" for (label, position), n in sorted(counts.items())]
    lines += [
        "",
        "Made by `tools.exemplars.build_exemplars` and `tools.exemplars.save_prebuilt`; a store of another motion checkpoint",
        "is refused, since distances between two networks' embeddings mean nothing.",
        "",
    ]
    return "\n".join(lines)


@lru_cache(maxsize=2)
def digest(folder: Path = FOLDER) -> str:
    """Twelve signs that change with any of the three files."""
    whole = hashlib.sha256()
    for name in (_VECTORS, _NAMES, "scaling.safetensors"):
        whole.update((folder / name).read_bytes())
    return whole.hexdigest()[:12]
