"""Real timelines to make sentences from: annotated by the product, or built from a recording's own labels and real tool evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agents.annotate import AnnotateSettings, annotate
from agents.annotate.records import evidence_record, recording_record
from agents.timeline import EpisodeRecord, EvidenceRecord, TimelineRecord, VerificationRecord
from agents.verification import Facts
from recordings import Recording, Span
from recordings.datasets import HELD_OUT_SUBJECTS, dataset
from tools import Bench, Evidence, NoData, caption_trend, classify_motion, describe_statistics, detect_events

# HAPT writes lying with an a.
_SPELLING = {"laying": "lying"}


def held_out_keys(data_dir: Path, name: str = "hapt") -> list[str]:
    """Keys of the recordings of the held-out subjects."""
    source = dataset(name)
    return [k for k in source.keys(data_dir) if source.subject_of(k, data_dir) in HELD_OUT_SUBJECTS[name]]


def annotated(bench: Bench, recording: Recording) -> tuple[TimelineRecord, Facts]:
    """The product's own timeline (no language model), more evidence of every kind, and the facts that a verifier gets."""
    timeline = annotate(recording, bench=bench, llm=None, settings=AnnotateSettings(fusion="never", llm=None))
    return _with_evidence(bench, recording, timeline)


def labelled(bench: Bench, recording: Recording) -> tuple[TimelineRecord, Facts]:
    """Episodes from the recording's own labels, evidence from the tools: for tests that load no trained model."""
    episodes = []
    for n, a in enumerate(sorted(recording.annotations, key=lambda a: a.start_s), start=1):
        episodes.append(
            EpisodeRecord(
                id=f"ep-{n:03d}", start_s=round(a.start_s, 3), end_s=round(a.end_s, 3), activity=_SPELLING.get(a.label, a.label), status="known",
                confidence=round(0.5 + 0.49 * ((n * 37) % 100) / 100, 4), alternatives=[], decided_by="pool", agreement=1.0, modalities=[], exemplars=[],
                explanation=[],
            )
        )  # fmt: skip
    timeline = TimelineRecord(
        recording=recording_record(recording), settings={}, models=[], episodes=episodes, forecast=[], evidence=[], timings={},
        verification=VerificationRecord(sentences=0, supported=0, rewritten=0, templated=0, unsupported_printed=0),
    )  # fmt: skip
    return _with_evidence(bench, recording, timeline)


def _with_evidence(bench: Bench, recording: Recording, timeline: TimelineRecord) -> tuple[TimelineRecord, Facts]:
    """Statistics, trends and events of up to eight episodes, and the classifier's word on every one."""
    spans = [Span(e.start_s, e.end_s) for e in timeline.episodes if e.status == "known"]
    chosen = spans[:: max(1, len(spans) // 8)][:8]
    found: list[Evidence] = []
    for span in chosen:
        try:
            found += describe_statistics(bench, recording.id, span)
            found += [e for e in caption_trend(bench, recording.id, span) if e.quantity == "trend"]
            found += detect_events(bench, recording.id, span)
        except NoData:
            continue
    if bench.motion is not None:
        found += classify_motion(bench, recording.id, spans)
    known: dict[str, EvidenceRecord] = {e.id: e for e in timeline.evidence}
    known.update({e.id: evidence_record(e) for e in found})
    full = timeline.model_copy(update={"evidence": list(known.values())})
    facts = Facts.build(
        full.recording,
        episodes=full.episodes,
        evidence=_rich(full.evidence, found),
        forecast=full.forecast,
        bench=bench,
    )
    return full, facts


def _rich(records: Sequence[EvidenceRecord], found: Sequence[Evidence]) -> list[Evidence | EvidenceRecord]:
    rich = {e.id: e for e in found}
    return [rich.get(r.id, r) for r in records]
