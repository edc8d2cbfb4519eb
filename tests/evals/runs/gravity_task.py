"""A real, cheap task: which way does the hip's device hang, second by second, in held-out hapt recordings?

Two rules answer; a third takes its time, so that a test can kill the process in the middle. Run as a script it is
`telltale eval gravity` in a process of its own: `python gravity_task.py DATA_DIR RUN_DIR SECONDS_AN_ANSWER`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from evals.measure import measure
from evals.registry import TASKS, Result, TaskEntry, TaskOptions
from evals.runs import Run, Sample
from evals.statistics import label_interval
from recordings import Recording
from recordings.datasets import HELD_OUT_SUBJECTS, recordings_of

NAME = "gravity"
LYING, UPRIGHT = "lying", "upright"
PEOPLE = 2
PAUSE_S = 0.0


def collect(options: TaskOptions, run: Run) -> None:
    assert options.data_dir is not None
    people = [frozenset({who}) for who in sorted(HELD_OUT_SUBJECTS["hapt"])[:PEOPLE]]
    for number, who in enumerate(people):
        recording = next(iter(recordings_of("hapt", options.data_dir, who)))
        part = f"hapt/fixed/{number}"
        for system in ("always upright", "gravity"):
            if run.finished(system, part):
                continue
            for sample in answers(recording, system, part):
                if not run.has(system, part, sample.id):
                    time.sleep(PAUSE_S)
                    run.add(sample)
            run.finish(system, part, revision="1", seconds=0.0)
    run.note("data", {"name": "hapt", "provenance": "real"})


def answers(recording: Recording, system: str, part: str) -> Iterator[Sample]:
    stream = recording.streams[0]
    for annotation in recording.annotations:
        start = float(int(annotation.start_s) + 1)
        while start + 1 <= annotation.end_s:
            x, y, z = stream.between(start, start + 1)[:3].mean(axis=1)
            upright = abs(x) / (x * x + y * y + z * z) ** 0.5
            share = round(float(min(1.0, upright)), 4)
            said = UPRIGHT if system == "always upright" or share > 0.95 else LYING
            yield Sample(
                id=f"{recording.id}@{start:g}",
                system=system,
                part=part,
                subject=recording.subject or "",
                truth=LYING if annotation.label == "laying" else UPRIGHT,
                prediction=said,
                score=None if system == "always upright" else round(max(share, 1 - share), 4),
                detail={
                    "recording": f"hapt:{recording.id.removeprefix('hapt-')}",
                    "start_s": start,
                    "end_s": start + 1,
                },
            )
            start += 1


def score(run: Run) -> Result:
    rows: list[dict[str, object]] = []
    for system in run.systems():
        samples = list(run.samples(system))
        found = label_interval(
            [s.truth for s in samples], [s.prediction for s in samples], [s.subject for s in samples]
        )
        rows.append({"name": system, "part": "hapt/fixed", "metrics": {"macro_f1": found.metric()}, "n": len(samples)})
    return {
        "task": NAME,
        "protocol": {"name": "which way the device hangs"},
        "data": run.header["data"],
        "systems": rows,
        "published": [],
        "seeds": [],
        "command": f"telltale eval {NAME} --data DIR",
        "versions": {},
    }


def run(options: TaskOptions) -> Result:
    return measure(NAME, options, collect, score)


def register() -> None:
    TASKS[NAME] = TaskEntry(NAME, "gravity_task", "Which way does the device hang?")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    register()
    import gravity_task

    from evals.runs.execute import execute

    gravity_task.PAUSE_S = float(sys.argv[3])
    execute(NAME, TaskOptions(Path(sys.argv[1])), cast("str", f"telltale eval {NAME}"), Path(sys.argv[2]))
