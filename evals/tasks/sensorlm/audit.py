"""What the leak audit is shown: the windows that are asked, and the people whom the checkpoint has learnt from."""

from __future__ import annotations

from evals.leaks import Item, Material
from evals.systems.windows import WindowSet


def material(windows: WindowSet, dataset: str, subjects: frozenset[str]) -> Material:
    """dataset: prefix of the windows' subjects, "" where they have one already."""
    test = [
        Item(
            id=identity,
            subject=f"{dataset}/{who}" if dataset else str(who),
            recording=str(recording),
            start_s=float(start),
            end_s=float(start) + windows.window_s,
            label=windows.classes[int(truth)],
            digest=windows.digest(row),
        )
        for row, (identity, who, recording, start, truth) in enumerate(
            zip(windows.ids, windows.subjects, windows.recordings, windows.starts_s, windows.truth, strict=True)
        )
    ]
    train = [Item(id=f"everything of {who}", subject=who, recording=f"of {who}") for who in sorted(subjects)]
    return Material(train=train, test=test, shown=frozenset({"vector"}))
