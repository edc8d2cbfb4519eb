"""From what the user named to single recordings: files, folders, zips, data-set keys, patterns of keys."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recordings import UserError
from recordings.datasets import DATASETS, dataset, is_dataset_key, is_held_out
from recordings.formats import READERS

HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Target:
    """One recording to report on. skip: why it is not tried (not a recording, named twice), else None."""

    source: str
    skip: str | None = None


def targets(named: Iterable[str], data_dir: Path | None) -> list[Target]:
    """Every recording behind the names, in their order. UserError where a name stands for nothing."""
    found: list[Target] = []
    seen: set[str] = set()
    for name in named:
        for target in _expanded(name, data_dir):
            if target.source not in seen:
                seen.add(target.source)
                found.append(target)
    return found


def _expanded(name: str, data_dir: Path | None) -> Iterator[Target]:
    if name == "demo":
        yield Target(name)
    elif is_dataset_key(name):
        yield from (Target(source) for source in _keys(name, data_dir))
    elif Path(name).is_dir():
        yield from _folder(Path(name))
    else:
        yield Target(name)


def _folder(folder: Path) -> Iterator[Target]:
    """Each file and each sub-folder of a folder is one recording; hidden ones are none."""
    # By its name, so that an empty or torn recording fails by name; anything else is skipped. A file named by itself is always tried.
    suffixes = {".zip", *(suffix for reader in READERS for suffix in reader.extensions)}
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    possible = [path for path in inside if path.is_dir() or path.suffix.lower() in suffixes]
    if not possible:
        raise UserError(folder, expected="recordings (files, folders, zips)", found="none", cure="name another folder")
    for path in inside:
        yield Target(str(path), None if path in possible else "not a recording (by its name)")


def _keys(name: str, data_dir: Path | None) -> list[str]:
    """`hapt:exp05` as it is; `hapt:*`, `motionsense:s5/*` and `hapt:held-out` as the keys that they stand for."""
    set_name, _, pattern = name.partition(":")
    if pattern != HELD_OUT and not any(sign in pattern for sign in "*?["):
        return [name]
    if data_dir is None:
        raise UserError(
            name, expected="a folder with the public data sets", found="none", cure="add --data DIR (or TELLTALE_DATA)"
        )
    chosen = dataset(set_name)
    keys = chosen.keys(data_dir)
    if pattern == HELD_OUT:
        kept = [key for key in keys if is_held_out(set_name, chosen.subject_of(key, data_dir))]
    else:
        kept = fnmatch.filter(keys, pattern)
    if not kept:
        known = ", ".join(DATASETS)
        raise UserError(
            name,
            expected=f"a pattern that fits a key such as {keys[0]}",
            found="no such key",
            cure=f"the sets are {known}",
        )
    return [f"{set_name}:{key}" for key in kept]
