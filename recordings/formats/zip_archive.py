"""Unpacking a zip that somebody else made: every member is checked before a byte of it is written."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from recordings.errors import UserError, plain

MAX_MEMBERS = 2_000
MAX_MEMBER_BYTES = 4 * 1024**3
MAX_TOTAL_BYTES = 8 * 1024**3
# Sensor tables pack 3–20 to 1; deflate's limit is about 1030, which only a bomb comes near.
MAX_RATIO = 300
SMALL_BYTES = 1024**2
CHUNK = 1 << 20


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip does, whole or not."""
    with path.open("rb") as handle:
        return handle.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _refuse(
    where: str, member: str, found: str, cure: str = "make the zip again from the recording's folder"
) -> UserError:
    return UserError(
        f"{where}, member {plain(member, 80)}",
        expected="plain files inside the zip's own folder",
        found=found,
        cure=cure,
    )


def _checked(archive: zipfile.ZipFile, where: str) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise UserError(
            where,
            expected=f"at most {MAX_MEMBERS} members",
            found=f"{len(infos)}",
            cure="zip one recording, not an archive of many",
        )
    total = 0
    kept = []
    taken: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":") or "\x00" in name:
            raise _refuse(where, info.filename, "a path that leaves it")
        mode = info.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refuse(where, info.filename, "a link or device")
        if info.is_dir():
            continue
        if info.flag_bits & 0x1:
            raise _refuse(
                where, info.filename, "an encrypted member", "unpack it with its password and name the folder"
            )
        if info.file_size > MAX_MEMBER_BYTES or (total := total + info.file_size) > MAX_TOTAL_BYTES:
            raise _refuse(
                where,
                info.filename,
                f"{info.file_size / 1024**3:.1f} GiB unpacked",
                "unpack it yourself and name the folder",
            )
        if info.file_size > SMALL_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise _refuse(
                where,
                info.filename,
                f"{info.file_size / max(1, info.compress_size):.0f} times its packed size (a zip bomb)",
            )
        if name.casefold() in taken:
            raise _refuse(where, info.filename, "the same name twice")
        taken.add(name.casefold())
        if not any(part.startswith((".", "__MACOSX")) for part in path.parts):
            kept.append((info, path))
    return kept


def unpack(source: Path, target: Path, where: str) -> None:
    """Every plain, visible member below `target`. UserError, before anything is read, at an unsafe or broken archive."""
    try:
        with zipfile.ZipFile(source) as archive:
            for info, path in _checked(archive, where):
                place = target.joinpath(*path.parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                written = 0
                with archive.open(info) as packed, place.open("wb") as out:
                    while chunk := packed.read(CHUNK):
                        written += len(chunk)
                        if written > info.file_size:  # the directory lied about the size
                            raise _refuse(where, info.filename, "more bytes than the directory says")
                        out.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as problem:
        raise UserError(
            where,
            expected="a whole zip archive",
            found=plain(problem, 120) or "a broken one",
            cure="copy or download the zip again",
        ) from None
