"""`ask_llasa`, `explain_window`, and LLaSA as a second opinion: only sentences that the samples bear are given back."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

from models.llasa.checking import check
from models.llasa.data import measure
from recordings import ACCELERATION, ROTATION, Recording, Span, Stream
from tools import Bench, NoData, ask_llasa, explain_window, recompute, second_opinion
from tools.llasa import EXACT, LEARNED, UNHEARD


def recording(channels: tuple[str, ...] = ACCELERATION + ROTATION, seconds: float = 20.0) -> Recording:
    rng = np.random.default_rng(0)
    at = np.arange(round(seconds * 50)) / 50
    samples = rng.normal(0, 0.2, (6, len(at))).astype(np.float32)
    samples[1] += 9.8 + 3 * np.sin(2 * np.pi * 2.0 * at)
    stream = Stream(
        name="waist", modality="motion", channels=channels, units=(("m/s²",) * 3 + ("rad/s",) * 3)[: len(channels)],
        rate_hz=50.0, samples=samples[: len(channels)], position="waist",
    )  # fmt: skip
    return Recording(id="r", source="r", sha256="0", streams=(stream,))


class Reader:
    """Says walking; answers with a true sentence, a false number, a false name and something else, as `lies` allows."""

    name, licence, labels, fusion_weight, window_s = "reader", "none", ("walking", "sitting"), 0.5, 6.0

    def __init__(self, lies: int) -> None:
        self.lies, self.revision = lies, f"reader-{lies}"
        self.asked: list[str] = []

    def answer(self, window: npt.NDArray[np.float32], question: str, position: str | None = None) -> str:
        self.asked.append(question)
        facts = measure(window)
        true = f"The device turns at {facts.turning:.2f} rad/s on average."
        false = [
            f"The movement repeats at {facts.rhythm_hz or 0 + 1:.1f}7 Hz.",
            "The person is sitting.",
            "Buy a bicycle.",
        ]
        return " ".join(([] if self.lies == 3 else [true]) + false[: self.lies])

    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> SimpleNamespace:
        n = len(spans)
        return SimpleNamespace(
            labels=self.labels,
            probabilities=np.tile(np.array([[0.8, 0.2]], np.float32), (n, 1)),
            embeddings=np.zeros((n, 2), np.float32),
            usable=np.ones(n, dtype=np.bool_),
        )


def bench(reader: Reader | None, opened: Recording | None = None) -> Bench:
    made = Bench(llasa=reader, opinions={} if reader is None else {"llasa": reader})
    made.add(opened or recording())
    return made


def test_what_the_samples_do_not_show_is_dropped_and_counted() -> None:
    (found,) = ask_llasa(bench(Reader(2)), "r", Span(4.0, 12.0), "How does it turn?")
    assert str(found.value).startswith("The device turns at") and "sitting" not in str(found.value)
    assert found.method.startswith(LEARNED) and "sentences=3" in found.method and "supported=1" in found.method
    assert (found.start_s, found.end_s) == (5.0, 11.0)


def test_where_nothing_holds_there_is_no_answer_and_an_explanation_is_measured() -> None:
    here = bench(Reader(3))
    with pytest.raises(NoData, match="no sentence"):
        ask_llasa(here, "r", Span(4.0, 12.0), "What is it?")
    (found,) = explain_window(here, "r", Span(4.0, 12.0))
    assert found.method.startswith(EXACT) and found.model is None
    (alone,) = explain_window(bench(None), "r", Span(4.0, 12.0))
    assert alone.method.startswith(UNHEARD) and alone.value == found.value


def test_a_measured_caption_holds_word_for_word() -> None:
    opened = recording()
    (found,) = explain_window(bench(None, opened), "r", Span(4.0, 12.0))
    from models.limubert import window_at

    values = window_at(opened.streams[0], found.start_s)
    assert values is not None
    assert all(v.supported for v in check(str(found.value), measure(values), None, "waist"))


@pytest.mark.parametrize("question", ["How fast was the heart?", "What did the microphone hear?"])
def test_a_sensor_that_no_window_has_is_no_data(question: str) -> None:
    reader = Reader(0)
    with pytest.raises(NoData, match="in a window of motion"):
        ask_llasa(bench(reader), "r", Span(4.0, 12.0), question)
    assert reader.asked == []


def test_rotation_is_no_data_without_a_gyroscope() -> None:
    with pytest.raises(NoData, match="no gyroscope"):
        ask_llasa(bench(Reader(0), recording(ACCELERATION)), "r", Span(4.0, 12.0), "How does the rotation change?")


def test_too_little_is_no_data() -> None:
    with pytest.raises(NoData, match="6 s of samples"):
        ask_llasa(bench(Reader(0), recording(seconds=4.0)), "r", Span(0.0, 3.0), "What is it?")


def test_every_evidence_is_found_again() -> None:
    here = bench(Reader(1))
    found = [
        *ask_llasa(here, "r", Span(4.0, 12.0), "What; and = why?"),
        *explain_window(here, "r", Span(0.0, 20.0)),
        *second_opinion(here, "r", [Span(0.0, 12.0)], "llasa"),
    ]
    assert [e.quantity for e in found] == ["window_answer", "window_answer", "activity_by_question"]
    for one in found:
        assert recompute(here, one) == one
    assert found[-1].value == "walking" and found[-1].probability == pytest.approx(0.8, abs=1e-3)


def test_without_a_model_there_is_no_second_opinion() -> None:
    assert second_opinion(bench(None), "r", [Span(0.0, 12.0)], "llasa") == []
