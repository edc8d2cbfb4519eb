"""One door: whatever the user names becomes a `Recording`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from recordings.errors import UserError, plain
from recordings.options import ReadOptions
from recordings.recording import Recording

DEMO = "demo"
_INFER_ALL = ReadOptions()


def open_recording(source: str, *, data_dir: Path | None = None, options: ReadOptions = _INFER_ALL) -> Recording:
    """`demo`, a data set's key (`hapt:exp05`), a file, a folder or a zip, as a `Recording`.

    data_dir: the folder of the public data sets, for keys only. options: what the user says instead of what would be
    inferred from a file. UserError, one line, for everything the user can cure; nothing is ever returned in part.
    """
    if source == DEMO:
        from recordings.simulate import simulate_demo

        return simulate_demo()
    path = Path(source).expanduser()
    if ":" in source and not path.exists():
        from recordings.datasets import is_dataset_key, open_dataset_recording

        if is_dataset_key(source):
            return open_dataset_recording(source, data_dir)
    where = plain(source)
    if not source.strip() or not path.exists():
        raise UserError(
            where or "(empty)",
            expected="a file, folder, zip, data-set key or demo",
            found="nothing of that name",
            cure="check the path",
        )
    try:
        return _open_path(path, source, where, options)
    except PermissionError:
        raise UserError(
            where, expected="a readable file", found="no permission to read it", cure="change its permissions"
        ) from None


def _open_path(path: Path, source: str, where: str, options: ReadOptions) -> Recording:
    from recordings.bundle import recording_of
    from recordings.formats.folder import Part, parts_of
    from recordings.formats.registry import read_file
    from recordings.formats.zip_archive import is_zip, unpack
    from recordings.identity import recording_id, sha256_of_file, sha256_of_files

    if path.is_dir():
        parts, notes = parts_of(path, options, where)
        sha256 = sha256_of_files([(part.name, part.path) for part in parts])
        stem = path.resolve().name
    elif not path.is_file():
        raise UserError(
            where, expected="a file, folder or zip", found="a device or pipe", cure="copy the recording into a file"
        )
    else:
        sha256, stem, notes = sha256_of_file(path), path.stem, ()
        if is_zip(path):
            with tempfile.TemporaryDirectory(prefix="telltale-") as folder:
                unpack(path, Path(folder), where)
                parts, notes = parts_of(Path(folder), options, where)
        else:
            parts = [Part(path.name, path, read_file(path, options, where))]
    return recording_of(parts, notes, options, id=recording_id(stem, sha256), source=source, sha256=sha256)
