"""All questions of a run to the language model in one place, so that they can be asked here, or elsewhere and read back.

`python -m evals.tasks.late_fusion.jobs write --data DIR FILE.jsonl.gz` writes them, `… answer FILE.jsonl.gz FOLDER --model FOLDER` asks
them in batches (resumable; CUDA where there is one) and `… keep FOLDER` puts the answers where `telltale eval late_fusion` finds them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.tasks.late_fusion.store import Job, ScoreStore, kept_answers


def write_jobs(jobs: Sequence[Job], target: Path) -> int:
    """Distinct jobs, one JSON line each. What many share (system prompts, options, exemplars) is written once."""
    distinct = list({job.key: job for job in jobs}.values())
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(text, len(texts))

    rows = []
    for job in distinct:
        cut = (
            job.prompt.rfind("Activity: ", 0, max(job.prompt.rfind("\n\nAudio"), job.prompt.rfind("\n\nMotion"), 0))
            if job.kind != "text"
            else 0
        )
        cut = max(cut, 0)
        rows.append(
            [job.kind, number(job.prompt[:cut]), job.prompt[cut:], number(json.dumps(job.options)), number(job.system)]
        )
    with gzip.open(target, "wt", encoding="utf-8", compresslevel=9) as out:
        out.write(json.dumps(list(texts)) + "\n")
        for row in sorted(rows, key=lambda r: (r[0], r[1], r[4], r[2])):
            out.write(json.dumps(row) + "\n")
    return len(distinct)


def read_jobs(source: Path) -> Iterator[Job]:
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        texts = json.loads(next(lines))
        for line in lines:
            kind, head, tail, options, system = json.loads(line)
            yield Job(kind, texts[head] + tail, tuple(json.loads(texts[options])), texts[system])


def answer_jobs(source: Path, folder: Path, model: Path, revision: str, minutes: float) -> int:
    """Answers what `folder` lacks until the time is up; scores first, free answers last. Returns how many are missing then."""
    from agents.language import EmbeddedModel
    from evals.tasks.late_fusion.asking import batched_answers, batches

    llm = EmbeddedModel(model)
    store = ScoreStore(folder, f"{llm.name} {revision or llm.revision}")
    missing = store.missing(read_jobs(source))
    started, done = time.monotonic(), 0
    for batch in batches(missing, 512):
        if time.monotonic() - started > 60 * minutes:
            break
        store.put(batch, batched_answers(llm, batch))
        done += len(batch)
        sys.stderr.write(f"{done}/{len(missing)} {batch[0].kind} {time.monotonic() - started:.0f} s\n")
    return len(missing) - done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("target", type=Path)
    writing.add_argument("--data", type=Path, required=True)
    writing.add_argument("--quick", action="store_true")
    answering = commands.add_parser("answer")
    answering.add_argument("source", type=Path)
    answering.add_argument("folder", type=Path)
    answering.add_argument("--model", type=Path, required=True)
    answering.add_argument("--revision", default="")
    answering.add_argument("--minutes", type=float, default=60.0)
    keeping = commands.add_parser("keep")
    keeping.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.command == "write":
        from evals.tasks.late_fusion.collecting import all_jobs

        count = write_jobs(all_jobs(asked.data, asked.quick), asked.target)
        sys.stderr.write(f"{count} questions, {asked.target.stat().st_size} bytes\n")
    elif asked.command == "answer":
        left = answer_jobs(asked.source, asked.folder, asked.model, asked.revision, asked.minutes)
        sys.stderr.write(f"{left} left\n")
    else:
        kept_answers().mkdir(parents=True, exist_ok=True)
        for file in sorted(asked.folder.glob("answers-*.jsonl*")):
            shutil.copy2(file, kept_answers() / file.name)


if __name__ == "__main__":
    main()


__all__ = ["Job", "answer_jobs", "read_jobs", "write_jobs"]
