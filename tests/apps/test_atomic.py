"""Files are written whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from apps.atomic import UNFINISHED, replacing, write_bytes, write_text
from recordings import UserError


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_text(path, "one\n")
    write_text(path, "zwei – 2\n")
    assert path.read_bytes() == "zwei – 2\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError("a bug")]
)
def test_what_stood_there_still_stands(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "a.parquet"
    write_bytes(path, b"before")
    expected = UserError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected), replacing(path) as temporary:
        assert temporary.name.startswith(UNFINISHED)
        assert temporary.suffix == ".parquet"
        temporary.write_bytes(b"half")
        raise failure
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with (
        pytest.raises(UserError, match="a full disk; free some space"),
        replacing(Path("/dev/shm/telltale-test.txt")) as temporary,
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(temporary.name.encode())
    assert not Path("/dev/shm/telltale-test.txt").exists()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UserError, match="expected a folder, found a file"):
        write_text(tmp_path / "out" / "a.json", "x")


def test_permissions_are_the_users_own(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode
