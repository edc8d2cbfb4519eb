"""What names stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.reporting import Target, targets
from recordings import UserError


def test_a_folder_holds_recordings_and_other_things(tmp_path: Path) -> None:
    for name in ("b.csv", "a.wav", "notes.md", ".hidden.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "walk").mkdir()
    found = targets([str(tmp_path), str(tmp_path / "b.csv"), "demo", "demo"], None)
    assert [Path(target.source).name for target in found] == ["a.wav", "b.csv", "notes.md", "walk", "demo"]
    assert [Path(target.source).name for target in found if target.skip] == ["notes.md"]


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected recordings"):
        targets([str(tmp_path)], None)


def test_a_name_of_nothing_is_left_for_the_report_to_say() -> None:
    assert targets(["nothing.csv"], None) == [Target("nothing.csv")]


def test_patterns_need_the_data() -> None:
    with pytest.raises(UserError, match="--data DIR"):
        targets(["hapt:*"], None)


@pytest.mark.data
def test_patterns_of_keys(data_dir: Path) -> None:
    assert len(targets(["hapt:*"], data_dir)) == 61
    held_out = targets(["hapt:held-out"], data_dir)
    assert 15 <= len(held_out) <= 20
    assert Target("hapt:exp05") not in targets(["hapt:exp0[1-4]"], data_dir)
    with pytest.raises(UserError, match="a pattern that fits"):
        targets(["hapt:exp9*"], data_dir)
