"""`telltale eval har`: one window, one activity, on the held-out subjects of four public sets, beside library models."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from evals.registry import Result, TaskOptions
from evals.window_baselines import Guess, Labels, Windows, minirocket, random_forest
from models.motion import MotionClassifier
from models.motion.protocols import PROTOCOLS, WindowProtocol
from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import Recording, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

Progress = Callable[[str, int, int], None]
BOOTSTRAPS = 1000
SEED = 0
# Every n-th recording when `quick`, and no MiniRocket kernels to wait for.
QUICK_STEP = 6

# Best of the project's earlier measurements with library models (macro-F1 × 100): the floor under the claim.
FLOORS: dict[str, tuple[str, float]] = {
    "usc_had": ("CNN, 130 k parameters", 61.7),
    "hapt": ("MiniRocket + ridge", 97.5),
    "motionsense": ("MiniRocket + ridge", 95.2),
    "wisdm_watch": ("features + gradient boosting (logistic with the turned watch corrected: 83.6)", 79.5),
    "wisdm_phone": ("features + logistic", 47.1),
}
PUBLISHED = {"usc_had": (61.2, 60.2), "hapt": (91.2, 93.2)}


@dataclass(frozen=True)
class Split:
    """One side of a protocol: windows as recorded (n, 6, samples), class numbers, subjects, recordings and their windows."""

    windows: Windows
    truth: Labels
    subjects: npt.NDArray[np.str_]
    recordings: tuple[Recording, ...]
    rate_hz: float


def run_har(
    data_dir: Path, *, quick: bool = False, progress: Progress | None = None, checkpoint: Path | None = None
) -> Result:
    """Closed-set window macro-F1 of the motion classifier, MiniRocket and a random forest on each held-out split.

    The baselines are trained here on the same windows of every other subject, the classifier's own training subjects.
    Intervals are 95 % bootstraps over test subjects (with two or four of them: indicative). MiniRocket is left out, and
    said to be, when aeon is not installed. `quick` keeps every sixth recording and leaves MiniRocket out.
    """
    say = progress or (lambda stage, done, total: None)
    tests: dict[str, Split] = {}
    guesses: dict[str, list[Guess]] = {}
    sizes: dict[str, object] = {}
    checks: list[dict[str, object]] = []
    for number, protocol in enumerate(PROTOCOLS.values()):
        say(f"har: {protocol.name}", number, len(PROTOCOLS) + 1)
        held = HELD_OUT_SUBJECTS[protocol.dataset]
        step = QUICK_STEP if quick else 1
        train, test = (_split(protocol, data_dir, held, inside, step) for inside in (False, True))
        sizes[protocol.name] = _sizes(protocol, train, test)
        tests[protocol.name] = test
        guesses[protocol.name] = _baselines(protocol, train, test, quick)
        common = set(train.subjects.tolist()) & set(test.subjects.tolist())
        check = f"{protocol.name}: no subject on both sides"
        checks.append({"name": check, "passed": not common, "detail": f"{len(common)} shared"})
    say("har: telltale motion", len(PROTOCOLS), len(PROTOCOLS) + 1)
    model = MotionClassifier.from_pretrained(checkpoint, device="cpu")
    systems = [
        _row(guess, PROTOCOLS[name], test)
        for name, test in tests.items()
        for guess in (_classifier(model, PROTOCOLS[name], test), *guesses[name])
    ]
    say("har: done", len(PROTOCOLS) + 1, len(PROTOCOLS) + 1)
    return {
        "task": "har",
        "protocol": {
            "name": "closed-set windows, subject-disjoint",
            "source": "the splits of recordings.datasets.HELD_OUT_SUBJECTS",
            "split": "by subject; the classifier's recipe and temperatures come from further training subjects",
            "splits": sizes,
            "baselines": "trained in this run on the windows as recorded, every subject that is not held out",
        },
        "data": {"name": "usc_had, hapt, motionsense, wisdm", "provenance": "real", "quick": quick},
        "systems": systems,
        "published": _published(),
        "leak_audit": {"checks": checks},
        "seeds": [SEED],
        "command": "telltale eval har --data DIR" + (" --limit 1" if quick else ""),
        "versions": {"python": platform.python_version()}
        | _versions("telltale", "torch", "aeon", "scikit-learn", "numpy"),
    }


def run(options: TaskOptions) -> Result:
    """The registry's entry: any `limit` makes it quick."""
    if options.data_dir is None:
        raise UserError("eval har", expected="the public data sets", found="none named", cure="give --data DIR")
    return run_har(options.data_dir, quick=options.limit is not None, progress=options.progress)


def held_out_table(result: Mapping[str, object]) -> str:
    """Markdown rows of a result: split, windows, subjects, every system's macro-F1 with its interval, calibration."""
    rows = cast("list[dict[str, Any]]", result["systems"])
    splits = cast("dict[str, dict[str, Any]]", cast("dict[str, Any]", result["protocol"])["splits"])
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    lines = [
        f"| split | windows | people | {' | '.join(names)} | accuracy, ECE of ours |",
        "|" + " --- |" * (len(names) + 4),
    ]
    for split, size in splits.items():
        cells, ours = [], ""
        for row in (next((r for r in rows if (r["split"], r["name"]) == (split, name)), None) for name in names):
            if row is None:
                cells.append("–")
                continue
            f1 = row["metrics"]["macro_f1"]
            low, high = f1["ci95"]
            cells.append(f"{100 * f1['value']:.1f} [{100 * low:.0f}, {100 * high:.0f}]")
            if "calibration_error" in row["metrics"]:
                error = row["metrics"]["calibration_error"]["value"]
                ours = f"{100 * row['metrics']['accuracy']['value']:.1f}, {100 * error:.1f}"
        people = len(size["test_subjects"])
        lines.append(f"| {split} | {size['n_windows']} | {people} | {' | '.join(cells)} | {ours} |")
    return "\n".join(lines)


def _split(protocol: WindowProtocol, data_dir: Path, held: frozenset[str], inside: bool, step: int) -> Split:
    chosen = dataset(protocol.dataset)
    rows: list[Windows] = []
    truth: list[int] = []
    subjects: list[str] = []
    recordings: list[Recording] = []
    keys = [k for k in chosen.keys(data_dir) if (chosen.subject_of(k, data_dir) in held) == inside]
    rate_hz = chosen.card.rate_hz
    if protocol.dataset == "wisdm":
        keys = [k for k in keys if f"/{'watch' if protocol.position == 'wrist' else 'phone'}/" in k]
    for key in keys[::step]:
        recording = chosen.open(key, data_dir)
        stream = recording.streams[0]
        length = round(protocol.window_s * rate_hz)
        recordings.append(recording)
        for window, label in protocol.windows(recording):
            first = stream.index_at(window.start_s)
            rows.append(_bridged(stream.samples[:, first : first + length], length))
            truth.append(protocol.classes.index(label))
            subjects.append(recording.subject or "")
    return Split(np.stack(rows), np.array(truth), np.array(subjects), tuple(recordings), rate_hz)


def _bridged(samples: Windows, length: int) -> Windows:
    """Exactly `length` samples without NaN: holes bridged linearly, a missing last sample repeated."""
    out = np.pad(samples, ((0, 0), (0, length - samples.shape[1])), mode="edge")
    for row in out if np.isnan(out).any() else ():
        good = np.flatnonzero(np.isfinite(row))
        row[:] = np.interp(np.arange(length), good, row[good]) if len(good) else 0.0
    return np.ascontiguousarray(out)


def _classifier(model: MotionClassifier, protocol: WindowProtocol, test: Split) -> Guess:
    started = time.perf_counter()
    found = []
    for recording in test.recordings:
        spans = [window.span for window, _ in protocol.windows(recording)]
        if spans:
            found.append(model.predict(recording.streams[0], spans, labels=protocol.classes).probabilities)
    probabilities = np.concatenate(found)
    seconds = time.perf_counter() - started
    error = _calibration_error(probabilities, test.truth)
    return Guess("telltale motion", model.revision, probabilities.argmax(axis=1).astype(np.int64), seconds, error)


def _sizes(protocol: WindowProtocol, train: Split, test: Split) -> dict[str, object]:
    return {
        "n_windows": len(test.truth),
        "n_train": len(train.truth),
        "classes": list(protocol.classes),
        "window_s": protocol.window_s,
        "stride_s": protocol.stride_s,
        "train_subjects": sorted(set(train.subjects.tolist())),
        "test_subjects": sorted(set(test.subjects.tolist())),
        "source": protocol.source,
    }


def _baselines(protocol: WindowProtocol, train: Split, test: Split, quick: bool) -> list[Guess]:
    top = np.bincount(train.truth).argmax()
    guesses = [
        Guess("majority", protocol.classes[top], np.full(len(test.truth), top), 0.0),
        random_forest(train.windows, train.truth, test.windows, train.rate_hz, SEED),
    ]
    if not quick:
        validating = np.isin(train.subjects, sorted(VALIDATION_SUBJECTS[protocol.dataset]))
        with suppress(ImportError):  # the row is absent, and the versions say why: no aeon
            guesses.append(minirocket(train.windows, train.truth, test.windows, validating, SEED))
    return guesses


def _calibration_error(probabilities: npt.NDArray[np.float32], truth: Labels, bins: int = 15) -> float:
    """Expected calibration error of the top class, equal-width bins (Guo et al., ICML 2017)."""
    top = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    which = np.minimum((top * bins).astype(int), bins - 1)
    return float(
        sum(abs(hit[which == b].mean() - top[which == b].mean()) * (which == b).mean() for b in np.unique(which))
    )


def _macro_f1(truth: Labels, predicted: Labels, classes: int) -> float:
    """Mean F1 over the classes of the truth or the prediction."""
    confusion = np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    seen = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float((2 * np.diag(confusion)[seen > 0] / seen[seen > 0]).mean())


def _interval(test: Split, predicted: Labels, classes: int) -> list[float]:
    """95 % bootstrap over test subjects."""
    rng = np.random.default_rng(SEED)
    members = [np.flatnonzero(test.subjects == who) for who in sorted(set(test.subjects.tolist()))]
    values = []
    for _ in range(BOOTSTRAPS):
        rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        values.append(_macro_f1(test.truth[rows], predicted[rows], classes))
    low, high = np.percentile(values, [2.5, 97.5])
    return [round(float(low), 4), round(float(high), 4)]


def _row(guess: Guess, protocol: WindowProtocol, test: Split) -> dict[str, object]:
    classes = len(protocol.classes)
    metrics: dict[str, object] = {
        "macro_f1": {
            "value": round(_macro_f1(test.truth, guess.predicted, classes), 4),
            "ci95": _interval(test, guess.predicted, classes),
        },
        "accuracy": {"value": round(float((guess.predicted == test.truth).mean()), 4)},
    }
    if guess.calibration_error is not None:
        metrics["calibration_error"] = {"value": round(guess.calibration_error, 4)}
    return {
        "name": guess.name,
        "split": protocol.name,
        "revision": guess.detail,
        "metrics": metrics,
        "per_class_f1": {
            label: round(_one_f1(test.truth, guess.predicted, i), 4) for i, label in enumerate(protocol.classes)
        },
        "n_windows": len(test.truth),
        "seconds": round(guess.seconds, 1),
        "peak_mb": None,
        "llm_calls": 0,
    }


def _one_f1(truth: Labels, predicted: Labels, number: int) -> float:
    total = (truth == number).sum() + (predicted == number).sum()
    return float(2 * ((truth == number) & (predicted == number)).sum() / total) if total else 0.0


def _published() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "system": f"floor on {name}: {system}",
            "value": round(value / 100, 4),
            "source": "the project's earlier run of library models on the same splits",
            "comparable": "yes",
            "why": "same subjects and window lengths; the best of several was chosen on the test subjects",
        }
        for name, (system, value) in FLOORS.items()
    ]
    for name, values in PUBLISHED.items():
        rows += [
            {
                "system": f"{system} on {name}",
                "value": round(value / 100, 4),
                "source": "SensorLLM, its table of macro-F1",
                "comparable": "no",
                "why": "their windows of the same set",
            }
            for system, value in zip(("SensorLLM", "Attend"), values, strict=True)
        ]
    return rows


def _versions(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
