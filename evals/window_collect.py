"""One system asked about one part's windows, and its answers put into the run."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from evals.runs import JsonValue, Run, Sample
from evals.systems import Answer, WindowSet, WindowSystem

if TYPE_CHECKING:
    from evals.leaks import Material
    from evals.systems.windows import Mask

# Smaller probabilities are not written down: a row of thirty classes would be mostly zeros.
LEAST_WRITTEN = 0.0005
# Windows whose samples the leak audit compares pair by pair; subjects, times and digests are compared for all.
COMPARED_WINDOWS = 1500


def samples_of(system: str, part: str, windows: WindowSet, answer: Answer, brief: bool = False) -> Iterator[Sample]:
    """A row a window. brief leaves out what the id says already (recording and time): a tenth of the disk in a big run."""
    for row, identity in enumerate(windows.ids):
        said = int(answer.predicted[row])
        detail: dict[str, JsonValue] = {}
        score = None
        if answer.probabilities is not None:
            shares = answer.probabilities[row]
            detail["probabilities"] = {
                windows.classes[i]: round(float(shares[i]), 4) for i in np.flatnonzero(shares >= LEAST_WRITTEN).tolist()
            }
            score = round(float(shares[said]), 4) if said >= 0 else None
        if not brief:
            span = windows.spans[row]
            detail |= {
                "recording": windows.sources[windows.recordings[row]],
                "start_s": round(span.start_s, 3),
                "end_s": round(span.end_s, 3),
            }
        yield Sample(
            id=identity,
            system=system,
            part=part,
            subject=str(windows.subjects[row]),
            truth=windows.classes[int(windows.truth[row])],
            prediction=windows.classes[said] if said >= 0 else None,
            score=score,
            status="ok" if said >= 0 else "invalid",
            detail=detail,
        )


def ask(
    run: Run,
    system: WindowSystem,
    part: str,
    train: WindowSet,
    validating: Mask,
    test: WindowSet,
    seed: int,
    brief: bool,
) -> None:
    """Fit, predict, store and finish one (system, part)."""
    began = time.perf_counter()
    system.fit(train, validating, seed)
    fitted = time.perf_counter()
    answer = system.predict(test)
    done = time.perf_counter()
    run.add_all(samples_of(system.name, part, test, answer, brief))
    run.finish(
        system.name,
        part,
        revision=system.detail,
        seconds=round(done - began, 2),
        predict_s=round(done - fitted, 3),
        windows_per_s=round(len(test) / max(1e-6, done - fitted), 1),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        llm_calls=answer.llm_calls,
        seed=seed,
        n_train=len(train) if system.learns else 0,
    )


def material(train: WindowSet, validating: Mask, test: WindowSet) -> Material:
    """What the leak audit looks at: every window of both sides, and a ridge that is refitted under shuffled labels."""
    from evals.leaks import Item, Material

    def items(windows: WindowSet) -> list[Item]:
        step = max(1, len(windows) // COMPARED_WINDOWS)
        return [
            Item(
                id=identity,
                subject=str(windows.subjects[row]),
                recording=str(windows.recordings[row]),
                start_s=float(windows.starts_s[row]),
                end_s=float(windows.starts_s[row]) + windows.window_s,
                label=windows.classes[int(windows.truth[row])],
                digest=windows.digest(row),
                vector=windows.values[row] if row % step == 0 else None,
            )
            for row, identity in enumerate(windows.ids)
        ]

    fitting, choosing = train.take(~validating), train.take(validating)
    fitted, chosen, tested = items(fitting), items(choosing), items(test)
    mean, deviation = fitting.features.mean(axis=0), fitting.features.std(axis=0) + 1e-6

    def refit(labels: list[str]) -> list[str]:
        from sklearn.linear_model import RidgeClassifier

        model = RidgeClassifier(alpha=10.0).fit((fitting.features - mean) / deviation, labels)
        return [str(label) for label in model.predict((test.features - mean) / deviation)]

    return Material(
        train=fitted,
        validation=chosen,
        test=tested,
        fitted_on={
            "scaler": [i.id for i in (*fitted, *chosen)],
            "selection": [i.id for i in chosen],
            "early_stopping": [i.id for i in chosen],
        },
        refit=lambda labels: refit(list(labels)),
    )
