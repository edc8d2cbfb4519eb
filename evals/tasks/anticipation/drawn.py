"""Futures drawn one by one: what one of them is worth, and the best of many, which only the truth can choose.

Stochastic anticipation is reported so (Abu Farha and Gall, ICCV workshops 2019: the mean and the best of 25 samples). The best of
25 is no forecast: it says whether the truth was among what was held possible. It stands in parts of its own.
"""

from __future__ import annotations

import time

import numpy as np

from agents.anticipation.engines import SemiMarkov
from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks.anticipation.choosing import asked_of
from evals.tasks.anticipation.mean_over_classes import OBSERVED
from evals.tasks.anticipation.videos import material, sample_of
from recordings.sequences import BENCHMARKS, read_benchmark

DRAWN = "drawn"
FUTURES = 25
ONE, BEST = "remembering, one drawn", f"remembering, the best of {FUTURES} by the truth"


def collect_drawn(options: TaskOptions, run: Run) -> None:
    """Both sets, every fold, true labels of the observed part."""
    if options.data_dir is None:
        raise ValueError("no data")
    for name in BENCHMARKS:
        known = read_benchmark(name, options.data_dir, "")
        number = {activity: i for i, activity in enumerate(known.vocabulary)}
        run.note(f"vocabulary/{name}", list(known.vocabulary))
        for at, fold in enumerate(known.folds[: 1 if options.quick else None]):
            run.progress(f"anticipation: {DRAWN}/{name}", at, len(known.folds))
            part = f"{name}/{known.protocol}/oracle, {FUTURES} futures drawn/{fold.name}"
            if run.finished(BEST, part):
                continue
            run.audit(material(fold), part=part)
            began = time.process_time()
            engine = SemiMarkov(order=3, memory=0.3, draws=200, seed=options.seed)
            engine.fit(fold.train)
            fitted_s, began = time.process_time() - began, time.process_time()
            test = fold.test[:: 8 if options.quick else 1]
            samples = []
            for sequence in test:
                labels = np.array([number[activity] for activity in sequence.labels()])
                for share in OBSERVED:
                    names, doing = engine.futures(asked_of(sequence, share), FUTURES)
                    cells = np.array([number[activity] for activity in names])[doing]
                    told = [sample_of(known, sequence, share, labels, one, BEST, part) for one in cells]
                    samples.append(max(told, key=lambda sample: sample.score or 0.0))
                    samples.append(sample_of(known, sequence, share, labels, cells[0], ONE, part))
            run.add_all(samples)
            asking_s = time.process_time() - began
            for system in (ONE, BEST):
                run.finish(
                    system,
                    part,
                    seconds=round(asking_s + fitted_s, 2),
                    fit_s=round(fitted_s, 3),
                    seconds_per_video=round(asking_s / (len(test) * len(OBSERVED)), 5),
                    parameters=engine.parameters,
                )
        run.progress(f"anticipation: {DRAWN}/{name}", len(known.folds), len(known.folds))
