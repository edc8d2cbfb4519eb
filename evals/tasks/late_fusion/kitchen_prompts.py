"""A kitchen's moment as a sentence to be finished with a verb."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evals.tasks.late_fusion.kitchen_models import sentence
from evals.tasks.late_fusion.kitchens import QUESTIONS, Moment, Question, moments
from evals.tasks.late_fusion.store import Job

# The verbs that the language model may choose: together more than nine tenths of all actions. The rest it always gets wrong.
SHOWN_VERBS = 24
ASKED, ASKED_QUICK = 1000, 60
_GERUND = {
    "put": "putting", "cut": "cutting", "take": "taking", "move": "moving", "remove": "removing", "close": "closing",
    "mix": "mixing", "shake": "shaking", "squeeze": "squeezing", "scoop": "scooping", "get": "getting", "turn-on": "turning on",
    "turn-off": "turning off",
}  # fmt: skip


def shown_verbs(rows: Sequence[Moment]) -> tuple[str, ...]:
    counts = Counter(moment.truth for moment in rows)
    return tuple(sorted(sorted(counts, key=lambda verb: (-counts[verb], verb))[:SHOWN_VERBS]))


def asked_moments(rows: Sequence[Moment], quick: bool) -> list[int]:
    """A fixed sample, by a digest of the names: rows in time order."""
    order = sorted(range(len(rows)), key=lambda i: hashlib.sha256(rows[i].id.encode()).hexdigest())
    return sorted(order[: ASKED_QUICK if quick else ASKED])


def gerund(verb: str) -> str:
    """`turn-on` → "turning on"."""
    if verb in _GERUND:
        return _GERUND[verb]
    head, _, rest = verb.partition("-")
    stem = _GERUND.get(head) or (f"{head[:-1]}ing" if head.endswith("e") and head != "be" else f"{head}ing")
    return f"{stem} {rest.replace('-', ' ')}".strip()


def _text(said: str, question: Question) -> str:
    return f"In a kitchen. {said} {'The person is' if question == 'now' else 'Next, the person is'}"


def kitchen_job(moment: Moment, question: Question, verbs: Sequence[str], sound: bool) -> Job:
    return Job("text", _text(sentence(moment, True, sound), question), tuple(gerund(verb) for verb in verbs))


def kitchen_free(question: Question, verbs: Sequence[str], sound: bool) -> list[Job]:
    """The same prompt with nothing in it."""
    return [
        Job(
            "text",
            _text(f"Before: {word}." + (f" Sounds: {word}." if sound else ""), question),
            tuple(gerund(verb) for verb in verbs),
        )
        for word in ("N/A", "something", "unknown")
    ]


def kitchen_jobs(data_dir: Path, quick: bool) -> list[Job]:
    """Every question of both kinds."""
    jobs: list[Job] = []
    for question in QUESTIONS:
        rows = moments(data_dir, question)
        shown = shown_verbs(rows)
        for sound in (False, True):
            jobs += kitchen_free(question, shown, sound)
            jobs += [kitchen_job(rows[i], question, shown, sound) for i in asked_moments(rows, quick)]
    return jobs
