"""A few real clips and wearers: what label-paired-12 is made of, small enough to be heard anew on a fresh machine."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from recordings.datasets import HELD_OUT_SUBJECTS

CLIPS_A_CLASS = 9
TAUGHT, HELD = 3, 2


@pytest.fixture(scope="session")
def few_data(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public folder with nine clips a class, of as many sources as there are, and five wearers of wisdm's watch."""
    root = tmp_path_factory.mktemp("few")
    (root / "audio").mkdir()
    for part in (data_dir / "audio").iterdir():
        if part.is_dir():
            (root / "audio" / part.name).symlink_to(part)
    with (data_dir / "audio" / "clips.csv").open(newline="", encoding="utf-8") as table:
        reader = csv.DictReader(table)
        rows, columns = [row for row in reader if row["activity12"]], list(reader.fieldnames or ())
    by_class: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_class[row["activity12"]][row["group"]].append(row)
    chosen: list[dict[str, str]] = []
    for groups in by_class.values():
        turns = [clips[i] for i in range(CLIPS_A_CLASS) for clips in groups.values() if i < len(clips)]
        chosen += turns[:CLIPS_A_CLASS]
    with (root / "audio" / "clips.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.DictWriter(table, columns)
        writer.writeheader()
        writer.writerows(chosen)
    (root / "wisdm").mkdir()
    for source in (data_dir / "wisdm").glob("*.parquet"):
        whole = pq.read_table(source)
        people = whole.column("subject").to_pylist()
        held = sorted({who for who in people if str(who) in HELD_OUT_SUBJECTS["wisdm"]})[:HELD]
        taught = sorted({who for who in people if str(who) not in HELD_OUT_SUBJECTS["wisdm"]})[:TAUGHT]
        wanted = {*held, *taught}
        pq.write_table(whole.filter([who in wanted for who in people]), root / "wisdm" / source.name)
    return root
