"""Why that comes next, in sentences that the verifier has passed: what is expected, what went before, how often it followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.anticipation.sequences import EpisodeLike, Happened, stretches
from agents.timeline import EpisodeRecord, EvidenceRecord, ForecastRecord, SentenceRecord
from agents.verification import Draft, Facts, verify_sentences
from agents.verification.facts import finding
from agents.wording import followed_sentence, forecast_sentence, which_sentence
from recordings import Span

_TOOL = "anticipate"


@dataclass(frozen=True, slots=True)
class Reason:
    """sentences: each supported by the facts; evidence: what they cite."""

    sentences: tuple[SentenceRecord, ...]
    evidence: tuple[EvidenceRecord, ...]


def reason_for(
    forecast: Sequence[ForecastRecord], so_far: Sequence[EpisodeLike], followers: Mapping[str, float], source: str
) -> Reason:
    """The reason for the first change that is forecast; empty where nothing is. followers: after the current activity, counts.

    A sentence that the verifier does not pass (a name it cannot read, say) is left out, never printed.
    """
    runs = stretches(so_far)
    if not forecast or not runs:
        return Reason((), ())
    current = runs[-1][-1]
    change = next((one for one in forecast if one.activity != current.activity), None)
    if change is None:
        return Reason((), ())
    episodes = tuple(_episode(i, h) for i, h in enumerate(h for run in runs for h in run))
    cited = _followed(current, change.activity, followers, source)
    facts = Facts(
        "observed",
        Span(runs[0][0].start_s, current.end_s),
        episodes=episodes,
        evidence={item.id: finding(item) for item in cited},
        forecast=tuple(forecast),
    )
    drafts = [Draft(forecast_sentence(change)), Draft(which_sentence(current.activity, "last", episodes[-1]))]
    drafts += [Draft(followed_sentence(finding(item)), (item.id,)) for item in cited]
    printed = verify_sentences(drafts, facts)
    used = {id_ for sentence in printed for id_ in sentence.evidence}
    return Reason(tuple(printed), tuple(item for item in cited if item.id in used))


def _followed(current: Happened, after: str, followers: Mapping[str, float], source: str) -> list[EvidenceRecord]:
    total = sum(followers.values())
    if total <= 0 or after not in followers:
        return []
    return [
        EvidenceRecord(
            id="f1",
            tool=_TOOL,
            stream="known",
            channel=current.activity,
            start_s=current.start_s,
            end_s=current.end_s,
            quantity="followed",
            value=after,
            unit="",
            method=f"{followers[after]:g} of {total:g} times in {source}",
            model=None,
            probability=round(followers[after] / total, 4),
        )
    ]


def _episode(number: int, happened: Happened) -> EpisodeRecord:
    return EpisodeRecord(
        id=f"o{number}",
        start_s=happened.start_s,
        end_s=happened.end_s,
        activity=happened.activity,
        confidence=1.0,
        status="known",
        alternatives=[],
        decided_by="none",
        agreement=1.0,
        modalities=[],
        exemplars=[],
        explanation=[],
    )
