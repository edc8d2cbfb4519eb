"""A second reader of the motion stands in the table of modalities with the weight that it earned, and moves no boundary."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from test_annotate import Posture, wrist

from agents.annotate import AnnotateSettings, annotate
from agents.timeline import TimelineRecord
from recordings import Span, Stream
from tools import Bench


class Expert:
    """Says standing everywhere; reads streams worn at `position` alone."""

    name, revision, licence, labels = "sensorllm-test", "sensorllm-1", "none", ("sitting", "standing")
    window_s = None

    def __init__(self, weight: float, position: str = "wrist") -> None:
        self.fusion_weight, self.position = weight, position

    def predict(self, stream: Stream, spans: list[Span], *, position: str | None = None) -> SimpleNamespace:
        n = len(spans)
        here = (position or stream.position) == self.position
        return SimpleNamespace(
            labels=self.labels,
            probabilities=np.tile(np.array([[0.001, 0.999]], np.float32), (n, 1)),
            embeddings=np.zeros((n, 2), np.float32),
            usable=np.full(n, here),
        )


def told(expert: Expert | None) -> TimelineRecord:
    bench = Bench(motion=Posture(0.6), opinions={} if expert is None else {"sensorllm": expert})
    return annotate(
        wrist([("walking", 40.0), ("sitting", 40.0)]), bench=bench, llm=None, settings=AnnotateSettings(fusion="never")
    )


def test_without_a_weight_it_is_shown_and_decides_nothing() -> None:
    alone, both = told(None), told(Expert(0.0))
    assert [(e.start_s, e.end_s, e.activity) for e in both.episodes] == [
        (e.start_s, e.end_s, e.activity) for e in alone.episodes
    ]
    for episode in both.episodes:
        shown = {m.name: m for m in episode.modalities}
        assert shown["sensorllm"].weight == 0.0 and shown["sensorllm"].top[0].label == "standing"
        assert shown["sensorllm"].without is not None
    assert [m.revision for m in both.models if m.role == "sensorllm"] == ["sensorllm-1"]
    # Its evidence is no testimony of the motion classifier: the explanation reads as it did without it.
    assert [s.sentence for e in both.episodes for s in e.explanation] == [
        s.sentence for e in alone.episodes for s in e.explanation
    ]


def test_with_a_weight_it_can_change_an_activity_but_no_boundary() -> None:
    alone, both = told(None), told(Expert(1.0))
    assert [e.activity for e in alone.episodes] == ["walking", "sitting"]
    last = both.episodes[-1]
    assert last.activity == "standing"
    shown = next(m for m in last.modalities if m.name == "sensorllm")
    assert shown.weight == 1.0 and shown.without is not None and shown.without.activity == "sitting"


@pytest.mark.parametrize("expert", [None, Expert(1.0, position="waist")])
def test_where_it_cannot_read_it_is_not_mentioned(expert: Expert | None) -> None:
    timeline = told(expert)
    assert not [m for e in timeline.episodes for m in e.modalities if m.name.startswith("sensorllm")]
    assert not [m for m in timeline.models if m.role == "sensorllm"]
