"""`describe_trend` and SensorLLM as a second opinion: what a model says is printed only where the samples show it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.sensorllm.data import draw_style, parse_trend_answer, trend_answer, trend_facts
from recordings import ACCELERATION, ROTATION, Recording, Span, Stream, UserError
from tools import TOOLS, Bench, describe_trend, recompute, second_opinion
from tools.sensor_language import EXACT, LEARNED, MERGED, UNHEARD, agreement


def recording(n: int = 400) -> Recording:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal((6, n)).astype(np.float32)
    samples[:, 300:320] = np.nan
    stream = Stream(
        name="waist", modality="motion", channels=ACCELERATION + ROTATION, units=("m/s²",) * 3 + ("rad/s",) * 3,
        rate_hz=50.0, samples=samples, position="waist",
    )  # fmt: skip
    return Recording(id="r", source="r", sha256="0", streams=(stream,))


class Model:
    """A describer whose every answer is exact, or has one word of its lines turned round."""

    name, licence, labels, fusion_weight = "model", "none", ("walking", "sitting"), 0.5
    window_s = None

    def __init__(self, lies: bool) -> None:
        self.lies, self.revision = lies, f"model-{'lies' if lies else 'true'}"

    def describe(self, series: Sequence[np.ndarray], rate_hz: float, channels: Sequence[str]) -> list[str]:
        out = []
        for values, channel in zip(series, channels, strict=True):
            if channel == "gyro_z":
                raise UserError(channel, expected="a known channel", found="another", cure="none")
            style = draw_style(np.random.default_rng(7))
            name = f"{channel[-1]}-axis {'accelerometer' if channel.startswith('acc') else 'gyroscope'}"
            out.append(trend_answer(trend_facts(-values if self.lies else values, rate_hz, name), style))
        return out

    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None):  # type: ignore[no-untyped-def]
        from models.motion.predictor import MotionPrediction

        n = len(spans)
        rows = np.tile(np.array([[0.8, 0.2]], dtype=np.float32), (n, 1))
        return MotionPrediction(self.labels, rows, np.zeros((n, 2), np.float32), np.ones(n, dtype=np.bool_))


def bench(model: Model | None) -> Bench:
    made = Bench(sensor_language=model, opinions={} if model is None else {"sensorllm": model})
    made.add(recording())
    return made


@pytest.mark.parametrize(("model", "how"), [(None, UNHEARD), (Model(lies=False), LEARNED), (Model(lies=True), EXACT)])
def test_only_what_the_samples_show_is_told(model: Model | None, how: str) -> None:
    here = bench(model)
    found = describe_trend(here, "r", Span(1.0, 1.5), ["acc_y"])
    assert [e.quantity for e in found] == ["trend", "trend_text"]
    # The lying model turns every trend round: it is right at no time, and the method says so.
    assert all(e.method == how + ("; agreed=0" if how == EXACT else "") and e.channel == "acc_y" for e in found)
    values = recording().streams[0].select("acc_y")[0, 50:75]
    exact = trend_facts(values.astype(np.float64), 50.0, "y-axis accelerometer")
    assert parse_trend_answer(str(found[1].value)).segments == exact.segments
    assert found[0].value == exact.overall
    assert [recompute(here, e) for e in found] == found


def test_a_replaced_text_says_for_how_much_of_the_time_it_was_right() -> None:
    values = np.array([0.0, 1.0, 2.0, 1.0, 0.0])
    facts, style = trend_facts(values, 1.0, "x-axis accelerometer"), draw_style(np.random.default_rng(0))
    other = trend_facts(np.array([0.0, 1.0, 2.0, 3.0, 2.0]), 1.0, "x-axis accelerometer")
    assert agreement(trend_answer(facts, style), facts) == 1.0
    assert agreement(trend_answer(other, style), facts) == 0.75
    assert agreement("no lines", facts) is None


def test_a_channel_that_the_model_does_not_know_is_told_exactly() -> None:
    assert describe_trend(bench(Model(lies=False)), "r", Span(1.0, 1.5), ["gyro_z"])[0].method == EXACT


def test_a_gap_says_nothing_and_a_long_span_is_told_on_the_whole() -> None:
    assert describe_trend(bench(None), "r", Span(5.9, 6.3), ["acc_x"]) == []
    found = describe_trend(bench(Model(lies=True)), "r", Span(0.0, 5.0), ["acc_x"])
    assert found[1].method == MERGED and "standard deviations" in str(found[1].value)


def test_the_second_expert_says_activities_and_only_where_it_is_there() -> None:
    found = second_opinion(bench(Model(lies=False)), "r", [Span(0.0, 5.0)], "sensorllm")
    assert [(e.value, e.probability, e.quantity) for e in found] == [("walking", 0.8, "activity_second_opinion")]
    assert recompute(bench(Model(lies=False)), found[0]) == found[0]
    assert second_opinion(bench(None), "r", [Span(0.0, 5.0)], "sensorllm") == []
    assert {"describe_trend", "classify_with_sensorllm"} <= {tool.name for tool in TOOLS}
