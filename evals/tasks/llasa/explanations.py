"""Telltale's own explanation prompt, written by the embedded model with and without the adapter, on held-out people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agents.language import LanguageModel
from agents.lessons import explanation_messages
from agents.timeline import EpisodeRecord, TimelineRecord
from agents.verification import Facts, Verifier
from evals.runs import JsonValue, Sample
from models.llasa.checking import sentences_of
from recordings import Span
from recordings.datasets import HELD_OUT_SUBJECTS, dataset
from tools import Bench

MOST_TOKENS = 90
RECORDINGS = (("hapt", 4), ("motionsense", 6), ("usc_had", 2), ("wisdm", 4))
RECORDINGS_QUICK = (("hapt", 1), ("motionsense", 1))


def timelines(bench: Bench, data_dir: Path, quick: bool) -> Iterator[tuple[str, str, TimelineRecord]]:
    """(set, subject, timeline) of held-out people, a person at most once; decided without a language model."""
    from agents.annotate import AnnotateSettings, annotate

    settings = AnnotateSettings(fusion="never", llm=None, neighbours=0)
    for name, most in RECORDINGS_QUICK if quick else RECORDINGS:
        chosen, met = dataset(name), set[str]()
        for key in chosen.keys(data_dir):
            who = chosen.subject_of(key, data_dir)
            if who not in HELD_OUT_SUBJECTS[name] or who in met or len(met) == most:
                continue
            met.add(who)
            yield name, who, annotate(chosen.open(key, data_dir), bench=bench, llm=None, settings=settings)


def explained(
    llm: LanguageModel, system: str, part: str, who: str, timeline: TimelineRecord, bench: Bench, most: int
) -> Iterator[Sample]:
    """A row an episode: every sentence that the model wrote, unaided, and whether the verifier lets it pass."""
    verifier = Verifier(Facts.of_timeline(timeline, bench))
    known = [e for e in timeline.episodes if e.status == "known" and len(e.explanation) > 1]
    for episode in known[:most]:
        text = llm.write(*explanation_messages(episode), max_tokens=MOST_TOKENS)
        yield _row(system, part, who, timeline, episode, text, verifier)


def _row(
    system: str, part: str, who: str, timeline: TimelineRecord, episode: EpisodeRecord, text: str, verifier: Verifier
) -> Sample:
    span = Span(episode.start_s, episode.end_s)
    evidence = tuple(dict.fromkeys(i for s in episode.explanation for i in s.evidence))
    sentences = sentences_of(text)
    checks = [verifier.check(sentence, evidence, span) for sentence in sentences]
    detail: dict[str, JsonValue] = {
        "text": text,
        "sentences": len(sentences),
        "supported": sum(c.supported for c in checks),
        "reasons": [c.reason for c in checks if not c.supported],
        "recording": timeline.recording.id,
        "start_s": episode.start_s,
        "end_s": episode.end_s,
    }
    return Sample(
        id=f"{timeline.recording.id}/{episode.id}",
        system=system,
        part=part,
        subject=who,
        truth=episode.activity,
        prediction=None,
        score=round(sum(c.supported for c in checks) / len(checks), 4) if checks else 0.0,
        status="ok" if checks else "invalid",
        detail=detail,
    )
