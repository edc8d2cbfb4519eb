"""`caption_window`: three levels by rule, and by a decoder where the samples bear all of it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import pytest

from models.motion import MotionClassifier
from models.motion.predictor import MotionPrediction
from models.sensorlm.captions import WINDOW, read_activity, read_caption, unsupported, window_caption, window_data
from recordings import ACCELERATION, ROTATION, Recording, Span, Stream, UserError
from tools import Bench, CaptionWriter, NoData, caption_window, recompute
from tools.window_captions import AGREED, EXACT, LEARNED, NAMED, REPLACED

SPAN = Span(1.0, 3.56)


def a_stream(n: int = 500, gyro: bool = True) -> Stream:
    samples = np.random.default_rng(0).normal(size=(6, n)).cumsum(axis=1).astype(np.float32)
    samples[:, 350:450] = np.nan
    rows = 6 if gyro else 3
    return Stream("waist", "motion", (ACCELERATION + ROTATION)[:rows], (("m/s²",) * 3 + ("rad/s",) * 3)[:rows], 50.0, samples[:rows], position="waist")  # fmt: skip


@dataclass
class Said:
    text: str


class Decoder:
    """Writes the window's own captions in another wording, with some sentences spoilt, and an activity."""

    name, licence, revision, writes = "decoder", "none", "decoder-1", True

    def __init__(self, stream: Stream, activity: str, spoil: int) -> None:
        self.window, self.activity, self.spoil = stream.samples[:, 50:178], activity, spoil

    def write(self, stream: Stream, spans: Sequence[Span], level: str, *, position: str | None = None) -> list[Said]:
        if level == "semantic":
            return [Said(f"somebody is {self.activity}.")]
        sentences = window_caption(self.window, (level,), Random(7)).text.lower().split(". ")
        for i in range(min(self.spoil, len(sentences))):
            sentences[i] = sentences[i].replace("sample ", "sample 9").replace(".", ".1")
        return [Said(". ".join(sentences))] * len(spans)


class Sure:
    """The tiny classifier, nine parts in ten sure of what it likes best."""

    def __init__(self) -> None:
        self._inner = MotionClassifier.dummy()

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def predict(self, *args: Any, **kwargs: Any) -> MotionPrediction:
        found = self._inner.predict(*args, **kwargs)
        best = np.eye(found.probabilities.shape[1], dtype=np.float32)[found.probabilities.argmax(axis=1)]
        return replace(found, probabilities=0.9 * best + 0.1 * found.probabilities)


def bench(words: object = None, stream: Stream | None = None, sure: bool = True) -> Bench:
    made = Bench(motion=Sure() if sure else MotionClassifier.dummy(), words=words)  # type: ignore[arg-type]
    made.add(Recording(id="r", source="r", sha256="0", streams=(stream or a_stream(),)))
    return made


def test_three_levels_by_rule_and_every_number_from_the_samples() -> None:
    here = bench()
    found = caption_window(here, "r", SPAN)
    assert [e.quantity for e in found] == ["statistical_caption", "structural_caption", "semantic_caption"]
    assert [e.method for e in found] == [EXACT, EXACT, NAMED]
    data = window_data(a_stream().samples[:, 50:178].astype(np.float64))
    for e, level in zip(found[:2], ("statistical", "structural"), strict=True):
        read = read_caption(str(e.value), WINDOW, (level,))
        assert read.caption.claims and read.strange == () and unsupported(read.caption, data, decimals=2) == []
    said = read_activity(str(found[2].value))
    activity = here.motion_perception("r")
    assert (
        said is not None and activity is not None and said.label in activity.labels and found[2].probability is not None
    )
    assert [recompute(here, e) for e in found] == found


def test_a_decoder_s_text_is_told_where_all_of_it_holds() -> None:
    stream = a_stream()
    decoder = Decoder(stream, "running", spoil=0)
    assert isinstance(decoder, CaptionWriter)
    here = bench(decoder)
    found = caption_window(here, "r", SPAN, ["statistical", "structural"])
    data = window_data(stream.samples[:, 50:178].astype(np.float64))
    by_rule = caption_window(bench(), "r", SPAN, ["statistical", "structural"])
    for e, rule in zip(found, by_rule, strict=True):
        assert e.method == LEARNED and e.model == "decoder-1" and e.value != rule.value
        read = read_caption(str(e.value), WINDOW, ("structural",))
        assert read.strange == () and unsupported(read.caption, data, decimals=2) == []
    assert [recompute(here, e) for e in found] == found
    # One number that the samples do not show, and the rules tell; the method says how much of the rest held.
    spoilt = caption_window(bench(Decoder(stream, "running", spoil=1)), "r", SPAN, ["statistical"])[0]
    assert spoilt.value == by_rule[0].value and spoilt.model is None
    assert spoilt.method == f"{REPLACED}; written=8; held=7"
    # A span longer than a decoder has learnt is not shown to it.
    assert caption_window(here, "r", Span(0.0, 6.0), ["statistical"])[0].method == EXACT


def test_a_decoder_s_activity_is_told_only_where_the_classifier_agrees() -> None:
    stream = a_stream()
    seen = caption_window(bench(), "r", SPAN, ["semantic"])[0]
    label = read_activity(str(seen.value))
    assert label is not None
    from models.sensorlm.captions.wording import PHRASES

    same = caption_window(bench(Decoder(stream, PHRASES[label.label][0], 0)), "r", SPAN, ["semantic"])[0]
    assert same.method == AGREED and str(same.value).startswith("Somebody is ")
    other = next(name for name in PHRASES if name != label.label)
    differs = caption_window(bench(Decoder(stream, PHRASES[other][0], 0)), "r", SPAN, ["semantic"])[0]
    assert differs.method == NAMED and differs.value == seen.value


def test_what_was_not_recorded_is_not_told() -> None:
    found = caption_window(bench(stream=a_stream(gyro=False)), "r", SPAN, ["statistical", "structural"])
    assert all("otation" not in str(e.value) for e in found) and len(found) == 2
    short = caption_window(bench(), "r", Span(1.0, 1.4), ["statistical", "structural"])
    assert [e.quantity for e in short] == ["statistical_caption"]
    # Nobody is told an activity that is less likely than all the others together.
    unsure = caption_window(bench(sure=False), "r", SPAN)
    assert [e.quantity for e in unsure] == ["statistical_caption", "structural_caption"]
    with pytest.raises(NoData, match=r"from 7\.2 s to 8\.8 s"):
        caption_window(bench(), "r", Span(7.2, 8.8))
    with pytest.raises(UserError, match="statistical, structural, semantic"):
        caption_window(bench(), "r", SPAN, ["poetic"])
    with pytest.raises(UserError, match="comes after its start"):
        caption_window(bench(), "r", Span(3.0, 2.0))
