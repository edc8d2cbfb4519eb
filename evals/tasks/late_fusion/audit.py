"""What the leak audit is shown of label-paired-12 and of the kitchens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.leaks import Item, Material, Prompt
from evals.leaks.material import Vector
from evals.leaks.sounds import slow_sound
from evals.tasks.late_fusion.draws import Pair
from evals.tasks.late_fusion.evidence import Evidence
from evals.tasks.late_fusion.fields import fixed_exemplars
from evals.tasks.late_fusion.grid import exemplar_ids
from evals.tasks.late_fusion.kitchen_models import fold_of
from evals.tasks.late_fusion.kitchens import Moment
from evals.tasks.late_fusion.prompts import CONTROL, Cell, cell_job, shuffled
from recordings.datasets.audio_clips import read_clip

# Quieter than this, two clips are alike because neither holds anything.
_SILENCE = 10 ** (-65 / 20)


def pairs_material(given: Evidence, data_dir: Path, development: Sequence[Pair], test: Sequence[Pair]) -> Material:
    """Clips by source recording and windows by wearer on both sides; the exemplars; a one-shot prompt a test pair."""
    exemplars = fixed_exemplars(given)
    one_shot = Cell(CONTROL.names, "one", "closed")
    # One prompt an item: the same clip in another draw is asked the same.
    once = {_name(given, pair): pair for pair in test}
    asked = [(pair, cell_job(given, pair, one_shot, exemplars)) for pair in once.values()]
    ids = exemplar_ids(given, exemplars)
    learnt = _items(given, data_dir, development)
    trained = sorted({item.id for item in learnt})
    return Material(
        train=learnt,
        test=_items(given, data_dir, test),
        exemplars=_items(given, data_dir, exemplars),
        prompts=[Prompt(_name(given, pair), job.prompt, ids) for pair, job in asked if job is not None],
        fitted_on=dict.fromkeys(
            ("scaler", "threshold", "calibration", "selection", "early_stopping", "few_shots"), trained
        ),
        option_orders={_name(given, pair): shuffled(f"{pair.clip}/{pair.movement}") for pair in once.values()},
    )


def _items(given: Evidence, data_dir: Path, pairs: Sequence[Pair]) -> list[Item]:
    """Every clip, with its sound at 4 kHz, and every window of some pairs, once. A clip is digested by its file."""
    found: dict[str, Item] = {}
    for pair in pairs:
        if pair.clip is not None:
            clip = given.heard.clips[pair.clip]
            source = f"audio/{clip.group}"
            if clip.file not in found:
                found[clip.file] = Item(
                    clip.file, source, f"audio/{clip.file}", label=clip.activity, group=clip.group,
                    digest=hashlib.sha256((data_dir / "audio" / clip.file).read_bytes()).hexdigest(),
                    vector=_sound(data_dir, clip.file),
                )  # fmt: skip
        if pair.movement is not None:
            window = given.moved.windows[pair.movement]
            wearer = f"wisdm/{window.subject}"
            found[window.id] = Item(
                window.id, wearer, f"{wearer}/{window.truth}", window.start_s, window.start_s + 20.0, window.truth
            )
    return list(found.values())


def _sound(data_dir: Path, file: str) -> Vector | None:
    """None for what is not to be heard: silence is like silence."""
    samples, rate_hz = read_clip(data_dir, file)
    slow = slow_sound(samples[0], rate_hz)
    return slow if float(np.sqrt(np.mean(slow.astype(np.float64) ** 2))) > _SILENCE else None


def _name(given: Evidence, pair: Pair) -> str:
    """The item that stands for a pair: its clip, or its window where there is none."""
    if pair.clip is not None:
        return given.heard.clips[pair.clip].file
    return given.moved.windows[pair.movement or 0].id


def kitchens_material(rows: Sequence[Moment], fold: int) -> Material:
    """One fold: the moments of other participants teach, the fold's own are asked."""
    items = [
        Item(m.id, f"epic/{m.participant}", f"epic/{m.video}", m.start_s, m.end_s, m.truth, metadata={"gap_s": m.gap_s})
        for m in rows
    ]
    train = [item for item, m in zip(items, rows, strict=True) if fold_of(m.participant) != fold]
    return Material(
        train=train, test=[item for item, m in zip(items, rows, strict=True) if fold_of(m.participant) == fold]
    )
