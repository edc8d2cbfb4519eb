"""Episodes beside a postural transition are read in its light, and nothing else is touched."""

from __future__ import annotations

import pytest

from agents.annotate.postures import consistent
from agents.fusion import Decision, FusionResult
from agents.segmentation import Segment
from agents.timeline import ActivityRecord
from recordings import Span


def result(activity: str, confidence: float, *others: tuple[str, float], by: str = "pool") -> FusionResult:
    alternatives = tuple(ActivityRecord(activity=a, probability=p) for a, p in others)
    return FusionResult(
        activity=activity, confidence=confidence, alternatives=alternatives, decided_by=by, agreement=1.0,  # type: ignore[arg-type]
        modalities=(), pool=Decision(activity, confidence, alternatives), used_llm=by == "llm", reason="",
    )  # fmt: skip


def segments(count: int, apart: int | None = None) -> list[Segment]:
    """Touching segments of ten seconds; the one at `apart` starts a second late."""
    return [Segment(Span(10.0 * i + (apart == i), 10.0 * i + 10.0), "covered") for i in range(count)]


DOUBTFUL = result("standing", 0.6, ("sitting", 0.4))
SAT_DOWN = result("stand_to_sit", 0.95, ("sit_to_stand", 0.05))


def test_after_sitting_down_one_sits() -> None:
    out = consistent(segments(3), [result("walking", 1.0), SAT_DOWN, DOUBTFUL], 1.0)
    assert out[2] is not None
    assert out[2].activity == "sitting" and out[2].confidence > 0.5
    assert out[2].alternatives[0].activity == "standing"
    assert out[2].reason == "the postures before and after it speak against standing"
    assert out[2].confidence + out[2].alternatives[0].probability == pytest.approx(1.0, abs=1e-3)


def test_a_sure_episode_corrects_the_transition_instead() -> None:
    out = consistent(segments(2), [result("stand_to_sit", 0.6, ("sit_to_stand", 0.4)), result("walking", 1.0)], 3.0)
    assert [r and r.activity for r in out] == ["sit_to_stand", "walking"]


def test_without_transitions_or_without_a_cost_nothing_changes() -> None:
    plain = [result("walking", 0.7, ("running", 0.3)), DOUBTFUL]
    assert [(r.activity, r.confidence) for r in consistent(segments(2), plain, 1.0) if r] == [
        ("walking", 0.7), ("standing", 0.6),
    ]  # fmt: skip
    assert consistent(segments(2), [SAT_DOWN, DOUBTFUL], 0.0) == [SAT_DOWN, DOUBTFUL]


def test_a_gap_breaks_the_chain() -> None:
    assert consistent(segments(2, apart=1), [SAT_DOWN, DOUBTFUL], 5.0) == [SAT_DOWN, DOUBTFUL]
    assert consistent(segments(3), [SAT_DOWN, None, DOUBTFUL], 5.0) == [SAT_DOWN, None, DOUBTFUL]


def test_what_the_language_model_decided_stands() -> None:
    decided = result("standing", 0.6, ("sitting", 0.4), by="llm")
    out = consistent(segments(2), [SAT_DOWN, decided], 5.0)
    assert out[1] == decided
    assert out[0] is not None and out[0].activity == "sit_to_stand"
