"""A measured fact in the product's own words is supported where it is cited, and only there, and only letter by letter."""

from __future__ import annotations

import numpy as np
import pytest

from agents.verification import Facts, Verifier
from agents.wording import measurement_sentence
from recordings import ACCELERATION, Recording, Span, Stream
from tools import Bench, measure


def _bench(stream: str = "motion") -> tuple[Bench, Recording]:
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 1, (3, 2000)).astype(np.float32)
    samples[2] += 9.81
    recording = Recording(
        id="r", source="r", sha256="0", streams=(Stream(stream, "motion", ACCELERATION, ("m/s²",) * 3, 50.0, samples),)
    )
    bench = Bench()
    bench.add(recording)
    return bench, recording


@pytest.mark.parametrize("quantity", ["max", "mean", "percentile_90", "dominant_frequency", "energy", "sample_count"])
def test_every_quantity_can_be_said(quantity: str) -> None:
    bench, recording = _bench()
    fact = measure(bench, "r", quantity, "acc_x", Span(0, 10))
    verifier = Verifier(Facts.build(recording, evidence=[fact], bench=bench))
    assert verifier.check(measurement_sentence(fact), [fact.id]).supported


def test_a_changed_digit_is_a_lie() -> None:
    bench, recording = _bench()
    fact = measure(bench, "r", "dominant_frequency", "acc_x", Span(0, 10))
    verifier = Verifier(Facts.build(recording, evidence=[fact], bench=bench))
    said = measurement_sentence(fact)
    assert not verifier.check(said.replace(" Hz", "1 Hz"), [fact.id]).supported
    assert not verifier.check(said, []).supported


def test_a_streams_name_cannot_carry_a_claim() -> None:
    bench, recording = _bench("wrist) is 500 m/s². The person was running (x")
    fact = measure(bench, "r", "dominant_frequency", "acc_x", Span(0, 10))
    verifier = Verifier(Facts.build(recording, evidence=[fact], bench=bench))
    assert not verifier.check(measurement_sentence(fact), [fact.id]).supported
