"""Learning the shipped anticipation model, and measuring it on subjects left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.anticipation.anticipator import Anticipator, language_shares
from agents.anticipation.asking import questions_by_the_clock
from agents.anticipation.intervals import Central, calibrated
from agents.anticipation.sequences import Happened, names
from agents.language import LanguageModel
from models.motion import DATASET_LABELS
from recordings.datasets import HELD_OUT_SUBJECTS, recordings_of

SOURCE = "HAPT's training subjects"
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)
# The language model's scores are the costly part: it is asked about every seventh position.
ASK_EVERY = 7


@dataclass(frozen=True, slots=True)
class Known:
    """One recording's annotated sequence. source: the recording's key."""

    subject: str
    episodes: tuple[Happened, ...]
    source: str = ""


def hapt_sequences(data_dir: Path, *, held_out: bool = False) -> list[Known]:
    """The annotated sequences of HAPT's training subjects, in the motion vocabulary; held_out: of everybody."""
    labels = DATASET_LABELS["hapt"]
    return [
        Known(
            str(recording.subject),
            tuple(Happened(labels[a.label], a.start_s, a.end_s) for a in recording.annotations if a.label in labels),
            recording.source,
        )
        for recording in recordings_of("hapt", data_dir)
        if held_out or recording.subject not in HELD_OUT_SUBJECTS["hapt"]
    ]


def measure(known: Sequence[Known], llm: LanguageModel | None = None) -> tuple[dict[str, float], Central, Central]:
    """Leave one subject out: accuracy of the next activity, the intervals' levels and what they then cover, and more.

    Every question is asked by the clock. The coverage is of the left-out people with levels calibrated on the others.
    """
    hits, top3, told, asked = 0, 0, 0, 0
    errors: list[float] = []
    off_onset: list[float] = []
    off_duration: list[float] = []
    people: list[str] = []
    mixed = dict.fromkeys(_SHARES, 0)
    nll = dict.fromkeys(_SHARES, 0.0)
    language_questions = position = 0
    for subject in sorted({k.subject for k in known}):
        model = Anticipator.from_sequences([k.episodes for k in known if k.subject != subject], source=SOURCE)
        for question in (q for k in known if k.subject == subject for q in questions_by_the_clock(k.episodes)):
            asked += 1
            forecast = model.forecast(question.so_far)
            position += 1
            if llm is not None and position % ASK_EVERY == 0:
                past = question.so_far
                shares = model.transitions.joined([names(past)], model.own_weight).following(names(past))
                said = language_shares(llm, past, list(shares))
                language_questions += 1
                for share in _SHARES:
                    both = {n: (1 - share) * p + share * said[n] for n, p in shares.items()}
                    mixed[share] += max(both, key=lambda n: both[n]) == question.following.activity
                    nll[share] -= float(np.log(max(both.get(question.following.activity, 0.0), 1e-4)))
            if not forecast:
                continue
            told += 1
            hits += forecast[0].activity == question.following.activity
            top3 += question.following.activity in [f.activity for f in forecast]
            errors.append(abs(forecast[0].start_s - question.following.start_s))
            placed = model.placed(question)
            off_onset.append(placed.onset)
            off_duration.append(placed.duration)
            people.append(subject)
    found = {
        "asked": float(asked),
        "told_share": told / asked,
        "next_accuracy": hits / told,
        "next_in_top3": top3 / told,
        "onset_covered_90": _covered(off_onset, people),
        "duration_covered_90": _covered(off_duration, people),
        "start_error_median_s": float(np.median(errors)),
    }
    found["language_questions"] = float(language_questions)
    for share in _SHARES if language_questions else ():
        found[f"accuracy_language_{share:g}"] = mixed[share] / language_questions
        found[f"nll_language_{share:g}"] = nll[share] / language_questions
    rounded = {name: round(value, 4) for name, value in found.items()}
    return rounded, calibrated(off_onset, people), calibrated(off_duration, people)


def _covered(off: Sequence[float], people: Sequence[str]) -> float:
    """The mean over people of the share of their truths inside, the level calibrated on all the others."""
    shares = []
    for who in sorted(set(people)):
        others = [i for i, p in enumerate(people) if p != who]
        level = calibrated([off[i] for i in others], [people[i] for i in others]).level
        shares.append(float(np.mean([off[i] <= level for i, p in enumerate(people) if p == who])))
    return float(np.mean(shares))


def calibrated_on(known: Sequence[Known], source: str = SOURCE, folds: int = 5) -> Anticipator:
    """Learnt from all of `known`, its intervals calibrated by leaving out a fifth of the people in turn."""
    people = sorted({k.subject for k in known})
    onset: list[float] = []
    duration: list[float] = []
    whose: list[str] = []
    for fold in range(min(folds, len(people))):
        apart = set(people[fold::folds])
        model = Anticipator.from_sequences([k.episodes for k in known if k.subject not in apart], source=source)
        for one in (k for k in known if k.subject in apart):
            for question in questions_by_the_clock(one.episodes):
                placed = model.placed(question)
                onset.append(placed.onset)
                duration.append(placed.duration)
                whose.append(one.subject)
    return Anticipator.from_sequences(
        [k.episodes for k in known],
        source=source,
        onset=calibrated(onset, whose),
        duration=calibrated(duration, whose),
    )


def fit_anticipation(data_dir: Path, target: Path, llm: LanguageModel | None = None) -> dict[str, float]:
    """Learn from HAPT's training subjects, measure with each left out, write `target`; the figures.

    The language model's share is the one with the lowest negative log-likelihood on left-out subjects (0 without a model).
    """
    known = hapt_sequences(data_dir)
    figures, onset, duration = measure(known, llm)
    share = 0.0
    if llm is not None:
        share = min(_SHARES, key=lambda s: (figures[f"nll_language_{s:g}"], s))
    model = Anticipator.from_sequences(
        [k.episodes for k in known], source=SOURCE, language_share=share, onset=onset, duration=duration
    )
    provenance: dict[str, str | int | float] = {
        "data": SOURCE,
        "licence": "HAPT: cite Reyes-Ortiz et al., Neurocomputing 2015; commercial use prohibited by its README",
        "what": "counts of transitions between annotated activities, and quantiles of their lengths",
        "subjects": len({k.subject for k in known}),
        "recordings": len(known),
        "language_model": "none" if llm is None else llm.name,
        **figures,
    }
    text = json.dumps(model.file(provenance).model_dump(), indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
    return figures
