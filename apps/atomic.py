"""The only way results reach the disk: whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recordings.errors import UserError

# What a killed process may leave behind; a report removes them when it continues.
UNFINISHED = ".telltale-unfinished-"

_FULL = {errno.ENOSPC, errno.EDQUOT}


class OutputFailure(UserError):
    """What is to be written cannot be: the disk is full, the folder is another's. The next file will fare no better."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file in the folder of `path`, for a library that insists on writing by name.

    When the block ends well the file takes the place of `path` in one step; when it does not (a full disk, Ctrl-C, a
    bug) it is removed and what stood at `path` before still stands there. UserError for what the user can cure.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The suffix is kept: writers choose their format by it.
        handle, name = tempfile.mkstemp(prefix=UNFINISHED, suffix=path.suffix, dir=path.parent)
    except OSError as failure:
        raise _cure(path, failure) from failure
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as failure:
        raise _cure(path, failure) from failure
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """`content` at `path`, whole or not at all."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(content)


def write_text(path: Path, content: str) -> None:
    """`content` at `path` as UTF-8 with Unix line ends, whole or not at all."""
    write_bytes(path, content.encode("utf-8"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cure(path: Path, failure: OSError) -> OutputFailure:
    if failure.errno in _FULL:
        return OutputFailure(path, expected="room to write", found="a full disk", cure="free some space and run again")
    if failure.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OutputFailure(
            path, expected="a folder that can be written", found=failure.strerror, cure="name another with -o"
        )
    if failure.errno in {errno.EEXIST, errno.ENOTDIR}:
        return OutputFailure(
            path.parent, expected="a folder", found="a file of that name", cure="name another folder with -o"
        )
    return OutputFailure(
        path, expected="a file that can be written", found=failure.strerror or failure, cure="check the path"
    )
