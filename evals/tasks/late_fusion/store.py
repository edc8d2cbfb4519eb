"""What a language model answered, kept as it comes: a killed run asks nothing twice."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TextIO

Kind = Literal["text", "chat", "write"]
Answer = list[float] | str


@dataclass(frozen=True, slots=True)
class Job:
    """One question. text: `prompt` continued by each option. chat: the options as the answer to system and prompt.

    write: a free answer of at most `max_tokens`. The key is a digest of all of it.
    """

    kind: Kind
    prompt: str
    options: tuple[str, ...] = ()
    system: str = ""

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:24]


def kept_answers() -> Path:
    """The user's folder of answers that were asked elsewhere."""
    from models.backbone import default_cache

    return default_cache().parent / "answers"


class ScoreStore:
    """key → answer, for one revision of one model. folder None: in memory alone."""

    def __init__(self, folder: Path | None, model: str, read_also: Sequence[Path] = ()) -> None:
        name = hashlib.sha256(model.encode()).hexdigest()[:12]
        self._answers: dict[str, Answer] = {}
        self._journal: TextIO | None = None
        for place in [*read_also, *([folder] if folder is not None else [])]:
            for file in (place / f"answers-{name}.jsonl", place / f"answers-{name}.jsonl.gz"):
                if file.is_file():
                    self._read(file)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._journal = (folder / f"answers-{name}.jsonl").open("a", encoding="utf-8")

    def _read(self, file: Path) -> None:
        whole = 0
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # a half-written last line: asked again
                whole += len(line)
                row = json.loads(line)
                self._answers[row["key"]] = row["answer"]
        if file.suffix != ".gz" and whole < file.stat().st_size:
            with file.open("rb+") as torn:
                torn.truncate(whole)

    def __len__(self) -> int:
        return len(self._answers)

    def missing(self, jobs: Iterable[Job]) -> list[Job]:
        """Distinct jobs without an answer, in order."""
        found = {job.key: job for job in jobs}
        return [job for key, job in found.items() if key not in self._answers]

    def put(self, jobs: Sequence[Job], answers: Sequence[Answer]) -> None:
        rows = [{"key": job.key, "answer": rounded(answer)} for job, answer in zip(jobs, answers, strict=True)]
        if self._journal is not None:
            self._journal.write("".join(json.dumps(row) + "\n" for row in rows))
            self._journal.flush()
            os.fsync(self._journal.fileno())
        self._answers.update({str(row["key"]): row["answer"] for row in rows})

    def answer(self, job: Job) -> Answer:
        """KeyError when it was not asked."""
        return self._answers[job.key]

    def scores(self, job: Job) -> list[float]:
        """KeyError when it was not asked."""
        answer = self._answers[job.key]
        if isinstance(answer, str):
            raise TypeError(f"{job.kind}: a text, not scores")
        return answer

    def text(self, job: Job) -> str:
        return str(self._answers[job.key])


def rounded(answer: Answer) -> Answer:
    """Four digits: beyond them lies the noise of bfloat16."""
    return answer if isinstance(answer, str) else [round(float(value), 4) for value in answer]
