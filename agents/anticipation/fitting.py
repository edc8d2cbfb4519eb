"""Learning the shipped anticipation model, and measuring it on subjects left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.anticipation.anticipator import Anticipator, language_shares
from agents.anticipation.sequences import Happened, names, stretches
from agents.language import LanguageModel
from models.motion import DATASET_LABELS
from recordings.datasets import HELD_OUT_SUBJECTS, recordings_of

SOURCE = "HAPT's training subjects"
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)
# The language model's scores are the costly part: it is asked about every seventh position.
ASK_EVERY = 7
_CUTS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Known:
    """One recording's annotated sequence."""

    subject: str
    episodes: tuple[Happened, ...]


def hapt_sequences(data_dir: Path) -> list[Known]:
    """The annotated sequences of HAPT's training subjects, in the motion vocabulary."""
    labels = DATASET_LABELS["hapt"]
    return [
        Known(
            str(recording.subject),
            tuple(Happened(labels[a.label], a.start_s, a.end_s) for a in recording.annotations if a.label in labels),
        )
        for recording in recordings_of("hapt", data_dir)
        if recording.subject not in HELD_OUT_SUBJECTS["hapt"]
    ]


def measure(known: Sequence[Known], llm: LanguageModel | None = None) -> dict[str, float]:
    """Leave one subject out: accuracy of the next activity, the share of true starts inside the 80 % interval, and more.

    Each forecast is asked when a quarter, half and three quarters of the current activity are over.
    """
    hits, top3, inside, errors, told, asked = 0, 0, 0, [], 0, 0
    mixed = dict.fromkeys(_SHARES, 0)
    nll = dict.fromkeys(_SHARES, 0.0)
    questions = position = 0
    for subject in sorted({k.subject for k in known}):
        model = Anticipator.from_sequences([k.episodes for k in known if k.subject != subject], source=SOURCE)
        for run in (r for k in known if k.subject == subject for r in stretches(k.episodes)):
            for i in range(1, len(run) - 1):
                past, after = run[: i + 1], run[i + 1]
                for cut in _CUTS:
                    now = past[-1].start_s + cut * past[-1].duration_s
                    so_far = [*past[:-1], Happened(past[-1].activity, past[-1].start_s, now)]
                    asked += 1
                    forecast = model.forecast(so_far)
                    if not forecast:
                        continue
                    told += 1
                    hits += forecast[0].activity == after.activity
                    top3 += after.activity in [f.activity for f in forecast]
                    low, high = forecast[0].interval_s or (0.0, 0.0)
                    inside += low <= after.start_s <= high
                    errors.append(abs(forecast[0].start_s - after.start_s))
                position += 1
                if llm is not None and position % ASK_EVERY == 0:
                    shares = model.transitions.joined([names(past)], model.own_weight).following(names(past))
                    said = language_shares(llm, past, list(shares))
                    questions += 1
                    for share in _SHARES:
                        both = {n: (1 - share) * p + share * said[n] for n, p in shares.items()}
                        mixed[share] += max(both, key=lambda n: both[n]) == after.activity
                        nll[share] -= float(np.log(max(both.get(after.activity, 0.0), 1e-4)))
    found = {
        "asked": float(asked),
        "told_share": told / asked,
        "next_accuracy": hits / told,
        "next_in_top3": top3 / told,
        "start_inside_80": inside / told,
        "start_error_median_s": float(np.median(errors)),
    }
    found["language_questions"] = float(questions)
    for share in _SHARES if questions else ():
        found[f"accuracy_language_{share:g}"] = mixed[share] / questions
        found[f"nll_language_{share:g}"] = nll[share] / questions
    return {name: round(value, 4) for name, value in found.items()}


def fit_anticipation(data_dir: Path, target: Path, llm: LanguageModel | None = None) -> dict[str, float]:
    """Learn from HAPT's training subjects, measure with each left out, write `target`; the figures.

    The language model's share is the one with the lowest negative log-likelihood on left-out subjects (0 without a model).
    """
    known = hapt_sequences(data_dir)
    figures = measure(known, llm)
    share = 0.0
    if llm is not None:
        share = min(_SHARES, key=lambda s: (figures[f"nll_language_{s:g}"], s))
    model = Anticipator.from_sequences([k.episodes for k in known], source=SOURCE, language_share=share)
    provenance: dict[str, str | int | float] = {
        "data": SOURCE,
        "licence": "HAPT: cite Reyes-Ortiz et al., Neurocomputing 2015; commercial use prohibited by its README",
        "what": "counts of transitions between annotated activities, and quantiles of their durations",
        "subjects": len({k.subject for k in known}),
        "recordings": len(known),
        "language_model": "none" if llm is None else llm.name,
        **figures,
    }
    text = json.dumps(model.file(provenance).model_dump(), indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
    return figures
