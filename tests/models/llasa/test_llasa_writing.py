"""SensorCaps and OpenSQA as files: the same bytes twice, counted, nobody on two sides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.limubert import windows_of
from models.llasa.data import side_of, writing
from models.llasa.data.words import Printed
from models.llasa.data.writing import CAPTIONS, COUNTS, EXCHANGES, PAGE, looked_up, write_corpus
from recordings.datasets import dataset


@pytest.fixture(scope="module")
def sides(data_dir: Path) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {"train": [], "validation": [], "test": []}
    chosen = dataset("hapt")
    for key in list(chosen.keys(data_dir))[::20]:
        for window in list(windows_of(chosen.open(key, data_dir)))[::5]:
            found[side_of(window)].append(window)
    return found


def test_two_runs_write_the_same_bytes(
    sides: dict[str, list[object]], data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "split_windows", lambda *a: sides)
    one = write_corpus(data_dir, tmp_path / "a", seed=3)
    two = write_corpus(data_dir, tmp_path / "b", seed=3)
    for name in (CAPTIONS, EXCHANGES, COUNTS, PAGE):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert one.printed() == two.printed()
    assert write_corpus(data_dir, tmp_path / "c", seed=4).digest != one.digest
    captions = [json.loads(line) for line in (tmp_path / "a" / CAPTIONS).read_text().splitlines()]
    exchanges = [json.loads(line) for line in (tmp_path / "a" / EXCHANGES).read_text().splitlines()]
    windows = sum(map(len, sides.values()))
    assert len(captions) == windows == sum(one.captions.values())
    assert len(exchanges) == 7 * windows == sum(one.exchanges.values())
    people = {side: {row["subject"] for row in captions if row["side"] == side} for side in one.captions}
    assert sum(map(len, people.values())) == len(set.union(*people.values()))
    assert one.numbers > 10 * windows and 0 <= one.duplicate_answers < 0.2
    assert 0 < one.distinct["1"] < one.distinct["2"] < one.distinct["3"] <= 1


def test_a_number_that_was_not_measured_stops_everything() -> None:
    assert looked_up("It is 0.42 g over 6 s.", (Printed("0.42", "movement", 0.4211),)) == 1
    with pytest.raises(ValueError, match="not measured"):
        looked_up("It is 0.43 g.", (Printed("0.42", "movement", 0.4211),))
