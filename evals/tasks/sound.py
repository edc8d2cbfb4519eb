"""`telltale eval sound`: the shipped tagger, YAMNet and simple baselines on recordings that none of them was trained on."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from evals.confusion import accuracy
from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.statistics import clustered_interval
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
from evals.versions import versions
from models.audio import NONE_OF_THESE, SOUND_LABELS
from models.audio.clips import LabelledClip, foreign_clips, may_ship, shippable_clips
from models.audio.scoring import score_labels
from recordings import UserError

BOOTSTRAPS = 500
BINS = 10
# Of each source label's foreign clips, when `quick`.
QUICK_CLIPS = 4
# What a caption would name: the top label at this probability.
NAMED = 0.5
HELD_OUT, FOREIGN = "held out", "foreign"
SYSTEMS = ("majority", "logistic", "yamnet", "tagger")
_NAMES = {"majority": "majority", "logistic": "logistic on mean log-mel", "yamnet": "yamnet, mapped", "tagger": "telltale-sound"}  # fmt: skip
Measure = Callable[[Sequence[str], Sequence[str], Sequence[str]], float]


def collect(options: TaskOptions, run: Run) -> None:
    """Whole clips, one label each. Two sets:

    held out: permissively licensed clips of source recordings that the shipped weights never saw;
    foreign: clips whose licence forbids training on them, other microphones and rooms. Those with one of our labels measure
    transfer (mean recall over labels); all the others should be `none_of_these`, and what is not is a false alarm.
    """
    if options.data_dir is None:
        raise UserError("eval sound", expected="the public data sets", found="none named", cure="give --data DIR")
    unknown = [name for name in options.systems if name not in SYSTEMS]
    if unknown:
        raise UserError(
            "--systems", expected=f"some of {', '.join(SYSTEMS)}", found=", ".join(unknown), cure="name known systems"
        )
    wanted = options.systems or SYSTEMS
    if all(run.finished(_NAMES[name], HELD_OUT) or _left_out(run, name) for name in wanted):
        return
    data_dir, quick = options.data_dir, options.quick or options.limit is not None
    rows = shippable_clips(data_dir)
    parts = ("train", "validation", "test")
    train, validation, test = (load_clips(data_dir, [row for row in rows if row.part == part]) for part in parts)
    foreign = load_clips(data_dir, _thinned(foreign_clips(data_dir)) if quick else foreign_clips(data_dir))
    _describe(run, data_dir, quick, train, validation, test, foreign)
    for number, name in enumerate(wanted):
        run.progress(f"sound: {name}", number, len(wanted))
        if run.finished(_NAMES[name], HELD_OUT) or _left_out(run, name):
            continue
        outcome = _ask(name, data_dir, train, validation, test, foreign)
        if outcome is None:
            left = cast("list[JsonValue]", run.header.get("left_out", []))
            run.note(
                "left_out", [*left, {"system": name, "why": "no ai-edge-litert, or no file of it beside the clips"}]
            )
            continue
        _keep(run, outcome, test, foreign)
    run.progress("sound: done", len(wanted), len(wanted))


def _ask(name: str, data_dir: Path, train: Clips, validation: Clips, test: Clips, foreign: Clips) -> Outcome | None:
    if name == "majority":
        return majority(train, test, foreign)
    if name == "tagger":
        return tagger(None, test, foreign)
    return (logistic if name == "logistic" else yamnet)(data_dir, train, validation, test, foreign)


def _left_out(run: Run, name: str) -> bool:
    return any(
        isinstance(r, dict) and r["system"] == name for r in cast("list[JsonValue]", run.header.get("left_out", []))
    )


def _keep(run: Run, outcome: Outcome, test: Clips, foreign: Clips) -> None:
    sides = (
        (HELD_OUT, test, outcome.held_out, outcome.held_out_probability),
        (FOREIGN, foreign, outcome.foreign, outcome.foreign_probability),
    )
    # The held-out unit last: it says that the system is done.
    for part, clips, guess, sure in reversed(sides):
        run.add_all(
            Sample(
                id=row.clip.file,
                system=outcome.name,
                part=part,
                subject=row.source,
                truth=row.label,
                prediction=str(guess[i]),
                score=None if sure is None else round(float(sure[i]), 6),
                detail={"recording": f"audio:{row.clip.file}", "source_label": row.clip.label},
            )
            for i, row in enumerate(clips.rows)
        )
        run.finish(
            outcome.name,
            part,
            revision=outcome.revision,
            seconds=round(outcome.seconds, 1),
            note=outcome.note,
            llm_calls=0,
        )


def _describe(
    run: Run, data_dir: Path, quick: bool, train: Clips, validation: Clips, test: Clips, foreign: Clips
) -> None:
    run.note("quick", quick)
    run.note(
        "data",
        {
            "name": "audio",
            "sha256": hashlib.sha256((data_dir / "audio" / "clips.csv").read_bytes()).hexdigest(),
            "n_windows": len(test.rows),
            "n_train": len(train.rows),
            "n_validation": len(validation.rows),
            "n_foreign_labelled": sum(label != NONE_OF_THESE for label in foreign.truth),
            "n_foreign_other": sum(label == NONE_OF_THESE for label in foreign.truth),
            "provenance": "real",
        },
    )
    run.note("sources", {"train": len(set(train.sources)), "test": len(set(test.sources))})
    run.note("own_checks", _audit(train, validation, test, foreign))
    from evals.leaks import Item, Material, digest_of

    def items(clips: Clips) -> list[Item]:
        return [
            Item(row.clip.file, row.source, row.clip.file, label=row.label, digest=digest_of(sound))
            for row, sound in zip(clips.rows, clips.sounds, strict=True)
        ]

    fitted = [row.clip.file for row in (*train.rows, *validation.rows)]
    chosen = [row.clip.file for row in validation.rows]
    run.audit(
        Material(
            train=items(train),
            validation=items(validation),
            test=items(test),
            fitted_on={"scaler": fitted, "selection": chosen, "calibration": chosen, "early_stopping": chosen},
        ),
        HELD_OUT,
    )


def score(run: Run) -> Result:
    """A pure function of the kept answers. Intervals are 95 % bootstraps over source recordings."""
    sources = cast("Mapping[str, JsonValue]", run.header["sources"])
    return {
        "task": "sound",
        "protocol": {
            "name": "clip tagging by source recording",
            "source": "clips.csv; labels in models/audio/labels.py",
            "split": "by source recording (group): about 60/20/20 of each label's sources, never by fold",
            "window_s": 5.0,
            "stride_s": 5.0,
            "classes": list(SOUND_LABELS),
            "train_subjects": sources["train"],
            "test_subjects": sources["test"],
        },
        "data": {**cast("Mapping[str, JsonValue]", run.header["data"]), "quick": run.header["quick"]},
        "systems": [_row(run, name) for name in _ordered(run)],
        "left_out": run.header.get("left_out", []),
        "published": [
            {
                "system": "human listeners, ESC-50 / ESC-10",
                "value": [81.3, 95.7],
                "source": "Piczak, ESC, ACM MM 2015",
                "comparable": "no",
                "why": "accuracy over other label sets; here kitchen and desk sounds, and none_of_these, are labels too",
            }
        ],
        "leak_audit": {"checks": run.header["own_checks"]},
        "seeds": [0],
        "command": "telltale eval sound --data DIR" + (" --quick" if run.header["quick"] else ""),
        "versions": versions("torch", "transformers", "numpy"),
    }


def run(options: TaskOptions) -> Result:
    return measure("sound", options, collect, score)


def _ordered(run: Run) -> list[str]:
    """The simple ones first, ours last, whatever another program answered between."""
    known = list(_NAMES.values())
    found = [name for name in run.systems(HELD_OUT) if run.finished(name, HELD_OUT)]
    return sorted(found, key=lambda name: (name == known[-1], known.index(name) if name in known else len(known), name))


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


def _columns(samples: Sequence[Sample], least: float = 0.0) -> tuple[list[str], list[str], list[str]]:
    """(truth, said, sources); what is less sure than `least` says nothing. No answer is `none_of_these` too."""

    def said(s: Sample) -> str:
        return s.prediction if s.prediction and (s.score is None or s.score >= least) else NONE_OF_THESE

    return [s.truth for s in samples], [said(s) for s in samples], [s.subject for s in samples]


def _interval(measured: Measure, columns: tuple[list[str], list[str], list[str]]) -> dict[str, object]:
    """The figure and its 95 % bootstrap over source recordings."""
    by_source: dict[str, list[tuple[str, str, str]]] = {}
    for row in zip(*columns, strict=True):
        by_source.setdefault(row[2], []).append(row)
    if not by_source:
        return {"value": None, "n": 0}

    def of(rows: Sequence[tuple[str, str, str]]) -> float:
        truth, guess, sources = zip(*rows, strict=True)
        return measured(truth, guess, sources)

    return clustered_interval(by_source, of, resamples=BOOTSTRAPS).metric()


def _row(run: Run, name: str) -> dict[str, object]:
    held = list(run.samples(name, HELD_OUT))
    foreign = list(run.samples(name, FOREIGN))
    ours = [s for s in foreign if s.truth != NONE_OF_THESE]
    other = [s for s in foreign if s.truth == NONE_OF_THESE]
    columns = _columns(held)
    metrics: dict[str, object] = {
        "macro_f1": _interval(clip_macro_f1, columns),
        "accuracy": {"value": round(accuracy(columns[0], columns[1]), 4)},
        "foreign_mean_recall": _interval(mean_recall, _columns(ours)),
        "false_alarms": _interval(alarm_share, _columns(other)),
    }
    if foreign and all(s.score is not None for s in foreign):
        metrics["false_alarms_named"] = _interval(alarm_share, _columns(other, NAMED))
        metrics["foreign_mean_recall_named"] = _interval(mean_recall, _columns(ours, NAMED))
    if held and all(s.score is not None for s in held):
        metrics["calibration_error"] = {"value": round(_calibration_error(held), 4)}
    facts = run.facts(name, HELD_OUT)
    return {
        "name": name,
        "part": HELD_OUT,
        "revision": facts.get("revision", ""),
        "metrics": metrics,
        "per_label": _per_label(*columns),
        "per_label_foreign": _per_label(*_columns(ours)),
        "false_alarms_by_source_label": _by_source_label(other),
        "seconds": facts.get("seconds"),
        "peak_mb": None,
        "llm_calls": 0,
        "note": facts.get("note", ""),
    }


def _calibration_error(samples: Sequence[Sample]) -> float:
    """Expected calibration error of the top label over equal-width bins (Guo et al. 2017, equation 3)."""
    sure = np.array([s.score for s in samples], dtype=np.float64)
    right = np.array([s.correct for s in samples])
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(right[place == b].mean() - sure[place == b].mean()) * (place == b).mean() for b in np.unique(place))
    )


def _per_label(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> dict[str, object]:
    return {
        label: {key: round(value, 4) for key, value in dataclasses.asdict(found).items()}
        for label, found in score_labels(SOUND_LABELS, truth, guess, sources).items()
    }


def _by_source_label(samples: Sequence[Sample]) -> dict[str, dict[str, object]]:
    """Of each unmapped source label: how many clips, the share with a false alarm, and what it is taken for most often."""
    by: dict[str, list[str]] = {}
    for s in samples:
        by.setdefault(str(s.detail.get("source_label", "")), []).append(s.prediction or NONE_OF_THESE)
    table: dict[str, dict[str, object]] = {}
    for label in sorted(by):
        wrong = sorted(g for g in by[label] if g != NONE_OF_THESE)
        most = max(wrong, key=wrong.count) if wrong else None
        table[label] = {"clips": len(by[label]), "share": round(len(wrong) / len(by[label]), 3), "mostly": most}
    return table


def _audit(train: Clips, validation: Clips, test: Clips, foreign: Clips) -> list[JsonValue]:
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
