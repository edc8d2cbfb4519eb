"""`telltale eval sound`: the shipped tagger, YAMNet and simple baselines on recordings that none of them was trained on."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from evals.registry import Result, TaskOptions
from evals.tasks.sound_systems import (
    Clips,
    Outcome,
    alarm_share,
    clip_macro_f1,
    load_clips,
    logistic,
    majority,
    mean_recall,
    tagger,
    yamnet,
)
from models.audio import NONE_OF_THESE, SOUND_LABELS
from models.audio.clips import LabelledClip, foreign_clips, may_ship, shippable_clips
from models.audio.scoring import score_labels
from recordings import UserError

Progress = Callable[[str, int, int], None]
BOOTSTRAPS = 500
# Of each source label's foreign clips, when `quick`.
QUICK_CLIPS = 4
# What a caption would name: the top label at this probability.
NAMED = 0.5


def run_sound(
    data_dir: Path, quick: bool = False, checkpoint: Path | None = None, progress: Progress | None = None
) -> Result:
    """Whole clips, one label each. Two sets:

    held out: permissively licensed clips of source recordings that the shipped weights never saw;
    foreign: clips whose licence forbids training on them, other microphones and rooms. Those with one of our labels measure
    transfer (mean recall over labels); all the others should be `none_of_these`, and what is not is a false alarm.
    Intervals are 95 % bootstraps over source recordings. Without ai-edge-litert the YAMNet row is absent.
    """
    say = progress or (lambda stage, done, total: None)
    rows = shippable_clips(data_dir)
    train, validation, test = (
        load_clips(data_dir, [row for row in rows if row.part == part]) for part in ("train", "validation", "test")
    )
    foreign = load_clips(data_dir, _thinned(foreign_clips(data_dir)) if quick else foreign_clips(data_dir))
    outcomes = [majority(train, test, foreign)]
    for i, system in enumerate((logistic, yamnet)):
        say(f"sound: {system.__name__}", i + 1, 4)
        outcome = system(data_dir, train, validation, test, foreign)
        outcomes += [outcome] if outcome else []
    say("sound: shipped tagger", 3, 4)
    outcomes.append(tagger(checkpoint, test, foreign))
    say("sound: done", 4, 4)
    return {
        "task": "sound",
        "protocol": {
            "name": "clip tagging by source recording",
            "source": "clips.csv; labels in models/audio/labels.py",
            "split": "by source recording (group): about 60/20/20 of each label's sources, never by fold",
            "window_s": 5.0,
            "stride_s": 5.0,
            "classes": list(SOUND_LABELS),
            "train_subjects": len(set(train.sources)),
            "test_subjects": len(set(test.sources)),
        },
        "data": {
            "name": "audio",
            "sha256": hashlib.sha256((data_dir / "audio" / "clips.csv").read_bytes()).hexdigest(),
            "n_windows": len(test.rows),
            "n_train": len(train.rows),
            "n_validation": len(validation.rows),
            "n_foreign_labelled": sum(label != NONE_OF_THESE for label in foreign.truth),
            "n_foreign_other": sum(label == NONE_OF_THESE for label in foreign.truth),
            "provenance": "real",
        },
        "systems": [_row(outcome, test, foreign) for outcome in outcomes],
        "published": [
            {
                "system": "human listeners, ESC-50 / ESC-10",
                "value": [81.3, 95.7],
                "source": "Piczak, ESC, ACM MM 2015",
                "comparable": "no",
                "why": "accuracy over other label sets; here kitchen and desk sounds, and none_of_these, are labels too",
            }
        ],
        "leak_audit": {"checks": _audit(train, validation, test, foreign)},
        "seeds": [0],
        "command": "telltale eval sound --data DIR" + (" --limit 1" if quick else ""),
        "versions": {"python": platform.python_version()} | _versions("telltale", "torch", "transformers", "numpy"),
    }


def run(options: TaskOptions) -> Result:
    """The registry's entry: any `limit` makes it quick."""
    if options.data_dir is None:
        raise UserError("eval sound", expected="the public data sets", found="none named", cure="give --data DIR")
    return run_sound(options.data_dir, quick=options.limit is not None, progress=options.progress)


def _thinned(rows: Sequence[LabelledClip]) -> list[LabelledClip]:
    """The first few of each source label, by a digest of the file name, so that no folder's order chooses them."""
    ordered = sorted(rows, key=lambda row: hashlib.sha256(row.clip.file.encode()).hexdigest())
    taken: dict[str, int] = {}
    kept = []
    for row in ordered:
        taken[row.clip.label] = taken.get(row.clip.label, 0) + 1
        if taken[row.clip.label] <= QUICK_CLIPS:
            kept.append(row)
    return kept


def _interval(
    measure: Callable[[Sequence[str], Sequence[str], Sequence[str]], float],
    truth: Sequence[str],
    guess: Sequence[str],
    sources: Sequence[str],
) -> dict[str, object]:
    """The figure and its 95 % bootstrap over source recordings."""
    rng = np.random.default_rng(0)
    members: dict[str, list[int]] = {}
    for i, source in enumerate(sources):
        members.setdefault(source, []).append(i)
    groups = list(members.values())
    figures = []
    for _ in range(BOOTSTRAPS):
        rows = [i for g in rng.integers(0, len(groups), len(groups)) for i in groups[g]]
        figures.append(measure([truth[i] for i in rows], [guess[i] for i in rows], [sources[i] for i in rows]))
    low, high = np.percentile(figures, [2.5, 97.5])
    return {"value": round(measure(truth, guess, sources), 4), "ci95": [round(float(low), 4), round(float(high), 4)]}


def _row(outcome: Outcome, test: Clips, foreign: Clips) -> dict[str, object]:
    ours = [i for i, label in enumerate(foreign.truth) if label != NONE_OF_THESE]
    other = [i for i, label in enumerate(foreign.truth) if label == NONE_OF_THESE]

    def only(values: Sequence[str], rows: Sequence[int]) -> list[str]:
        return [values[i] for i in rows]

    transfer = (only(foreign.truth, ours), only(outcome.foreign, ours), only(foreign.sources, ours))
    strange = (only(foreign.truth, other), only(outcome.foreign, other), only(foreign.sources, other))
    metrics: dict[str, object] = {
        "macro_f1": _interval(clip_macro_f1, test.truth, outcome.held_out, test.sources),
        "accuracy": {
            "value": round(float(np.mean([t == g for t, g in zip(test.truth, outcome.held_out, strict=True)])), 4)
        },
        "foreign_mean_recall": _interval(mean_recall, *transfer),
        "false_alarms": _interval(alarm_share, *strange),
    }
    if outcome.foreign_probability is not None:
        named = [
            g if p >= NAMED else NONE_OF_THESE
            for g, p in zip(outcome.foreign, outcome.foreign_probability, strict=True)
        ]
        metrics["false_alarms_named"] = _interval(alarm_share, strange[0], only(named, other), strange[2])
        metrics["foreign_mean_recall_named"] = _interval(mean_recall, transfer[0], only(named, ours), transfer[2])
    if outcome.calibration_error is not None:
        metrics["calibration_error"] = {"value": round(outcome.calibration_error, 4)}
    return {
        "name": outcome.name,
        "revision": outcome.revision,
        "metrics": metrics,
        "per_label": _per_label(test.truth, outcome.held_out, test.sources),
        "per_label_foreign": _per_label(*transfer),
        "false_alarms_by_source_label": _by_source_label(foreign, outcome.foreign, other),
        "seconds": round(outcome.seconds, 1),
        "peak_mb": None,
        "llm_calls": 0,
        "note": outcome.note,
    }


def _per_label(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> dict[str, object]:
    return {
        label: {key: round(value, 4) for key, value in dataclasses.asdict(score).items()}
        for label, score in score_labels(SOUND_LABELS, truth, guess, sources).items()
    }


def _by_source_label(foreign: Clips, guess: Sequence[str], rows: Sequence[int]) -> dict[str, dict[str, object]]:
    """Of each unmapped source label: how many clips, the share with a false alarm, and what it is taken for most often."""
    by: dict[str, list[str]] = {}
    for i in rows:
        by.setdefault(foreign.rows[i].clip.label, []).append(guess[i])
    table: dict[str, dict[str, object]] = {}
    for label in sorted(by):
        wrong = sorted(g for g in by[label] if g != NONE_OF_THESE)
        most = max(wrong, key=wrong.count) if wrong else None
        table[label] = {"clips": len(by[label]), "share": round(len(wrong) / len(by[label]), 3), "mostly": most}
    return table


def _audit(train: Clips, validation: Clips, test: Clips, foreign: Clips) -> list[dict[str, object]]:
    taught = set(train.sources) | set(validation.sources)
    shared = (set(train.sources) & set(validation.sources)) | (taught & set(test.sources))
    barred = [row.clip.file for row in train.rows if not may_ship(row.clip.licence)]
    common = taught & set(foreign.sources)
    return [
        {"name": "no source recording in two parts", "passed": not shared, "detail": f"{len(shared)} shared"},
        {"name": "only permitted licences teach", "passed": not barred, "detail": f"{len(barred)} barred clips"},
        {
            "name": "foreign recordings are foreign",
            "passed": not common,
            "detail": f"{len(common)} shared with training",
        },
    ]


def _versions(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
