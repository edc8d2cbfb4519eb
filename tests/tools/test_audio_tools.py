"""`tag_audio` and `caption_audio`: evidence from a tagger's windows, sentences that say no more than the tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.audio import NONE_OF_THESE, SoundTagger, YamnetTagger
from models.audio.prediction import SoundPrediction
from recordings import Recording, Span, Stream
from recordings.datasets.audio_clips import read_clip
from tools.audio import caption_audio, tag_audio
from tools.bench import Bench

RATE_HZ = 16000
LABELS = ("rain", "keyboard_typing", "running_water", NONE_OF_THESE)


class PlainTagger:
    """Reads the sound it is to name from the samples: amplitude 0.1 is the first label, 0.2 the second, and so on.

    It keeps the caption's arithmetic apart from what a network thinks. Windows over a border share their probability.
    """

    name, revision, licence = "plain", "p1", "Apache-2.0"
    labels = LABELS

    def __init__(self, sureness: float = 0.9, scores: bool = False) -> None:
        self.sureness, self.scores = sureness, scores

    def predict(self, stream: Stream, spans: Sequence[Span]) -> SoundPrediction:
        rows, usable = [], []
        for span in spans:
            part = stream.between(span.start_s, span.end_s)[0]
            heard = part[np.isfinite(part)]
            usable.append(heard.size > 0.5 * span.duration_s * stream.rate_hz)
            shares = (
                np.array([np.mean(np.abs(np.abs(heard) - 0.1 * (i + 1)) < 0.02) for i in range(3)])
                if heard.size
                else np.zeros(3)
            )
            row = np.append(shares * self.sureness, 0.0)
            row[3] = 0.05 if self.scores else 1.0 - row.sum()
            rows.append(row if usable[-1] else np.full(4, 0.25))
        return SoundPrediction(
            LABELS,
            np.array(rows, dtype=np.float32).reshape(-1, 4),
            np.zeros((len(spans), 2), dtype=np.float32),
            np.array(usable, dtype=bool),
        )


def square(level: float, seconds: float) -> np.ndarray:
    return level * np.where(np.arange(int(seconds * RATE_HZ)) % 2, -1.0, 1.0)


def bench_with(samples: np.ndarray, model: object, start_s: float = 0.0) -> Bench:
    stream = Stream(
        "mic", "audio", ("sound",), ("full scale",), float(RATE_HZ), samples.astype(np.float32)[None], start_s
    )
    bench = Bench(sound=model)  # type: ignore[arg-type]
    bench.add(Recording("r", "r.wav", "00", (stream,)))
    return bench


def caption(bench: Bench, *spans: Span) -> list[str]:
    return [str(found.value) for found in caption_audio(bench, "r", spans)]


@pytest.fixture
def day() -> np.ndarray:
    return np.concatenate([square(0.2, 64), square(1e-5, 12.8), square(0.3, 38.4)])


def test_a_caption_tells_what_is_heard_and_when(day: np.ndarray) -> None:
    """True borders: 1:04 and 1:16.8. A window across a border is sure of nothing, so sounds end up to a stride early."""
    bench = bench_with(day, PlainTagger())
    assert caption(bench, Span(0, 115.2)) == [
        "Keyboard typing is heard from 0:00 to 1:03 (90 %), then running water from 1:17 to 1:55 (90 %)."
    ]
    assert caption(bench, Span(0, 30)) == ["Keyboard typing is heard from 0:00 to 0:30 (90 %)."]


def test_quiet_is_measured_and_its_level_stated(day: np.ndarray) -> None:
    bench = bench_with(day, PlainTagger())
    assert caption(bench, Span(66, 75)) == ["No known sound is recognised. All of it is quiet (under −65 dBFS)."]
    (partly,) = caption(bench, Span(57.6, 76.8))
    assert partly.startswith("Keyboard typing is heard from 0:58 to 1:03 ")
    share = int(re.search(r"(\d+) % of the time is quiet \(under −65 dBFS\)", partly).group(1))  # type: ignore[union-attr]
    assert 50 <= share <= 70
    loud = bench_with(square(0.9, 20), PlainTagger())
    assert caption(loud, Span(0, 20)) == ["No known sound is recognised."]


def test_an_unsure_window_is_bridged_but_a_pause_is_not() -> None:
    blip = np.concatenate([square(0.1, 12.1), square(0.9, 1.4), square(0.1, 13.38)])
    (bridged,) = caption(bench_with(blip, PlainTagger()), Span(0, 26.88))
    assert re.fullmatch(r"Rain is heard from 0:00 to 0:27 \(\d\d %\)\.", bridged)
    pause = np.concatenate([square(0.1, 12.8), square(0.9, 10.24), square(0.1, 12.8)])
    assert caption(bench_with(pause, PlainTagger()), Span(0, 36)) == [
        "Rain is heard from 0:00 to 0:12 (90 %), then rain from 0:24 to 0:36 (90 %)."
    ]


def test_many_stretches_are_summed_up() -> None:
    turns = np.concatenate([square(0.1 if i % 2 else 0.3, 10.24) for i in range(9)])
    (told,) = caption(bench_with(turns, PlainTagger()), Span(0, 92.16))
    assert told == (
        "Running water is heard 5 times, 46 s in all; rain 4 times, 36 s in all; "
        "the first begins at 0:00 and the last ends at 1:32."
    )


def test_a_label_below_one_half_is_not_named() -> None:
    assert caption(bench_with(square(0.1, 20), PlainTagger(0.45)), Span(0, 20)) == ["No known sound is recognised."]


def test_every_time_in_a_caption_lies_in_its_span(day: np.ndarray) -> None:
    bench = bench_with(day, PlainTagger(), start_s=100.0)
    for span in (Span(110, 140), Span(150, 190), Span(100, 215.2)):
        (told,) = caption(bench, span)
        times = [60 * int(m) + int(s) for m, s in re.findall(r"(\d+):(\d\d)", told)]
        assert times
        assert all(span.start_s - 0.5 <= time_s <= span.end_s + 0.5 for time_s in times)


def test_a_tag_is_the_pooled_top_label(day: np.ndarray) -> None:
    bench = bench_with(day, PlainTagger())
    first, second = tag_audio(bench, "r", [Span(0, 60), Span(80, 110)])
    assert (first.tool, first.quantity, first.value, first.stream, first.model) == (
        "tag_audio",
        "sound",
        "keyboard_typing",
        "mic",
        "p1",
    )
    assert first.probability == pytest.approx(0.9, abs=0.001)
    assert [other.label for other in first.alternatives] == [NONE_OF_THESE]
    assert second.value == "running_water"


def test_independent_scores_are_not_renormalised(day: np.ndarray) -> None:
    (found,) = tag_audio(bench_with(day, PlainTagger(0.6, scores=True)), "r", [Span(0, 60)])
    assert found.value == "keyboard_typing"
    assert found.probability == pytest.approx(0.6, abs=0.001)
    assert "score" in found.method


def test_nothing_heard_gives_no_evidence() -> None:
    samples = square(0.1, 20)
    samples[:] = np.nan
    gap = bench_with(samples, PlainTagger())
    deaf = bench_with(square(0.1, 20), None)
    outside = bench_with(square(0.1, 20), PlainTagger())
    for bench, span in ((gap, Span(0, 20)), (deaf, Span(0, 20)), (outside, Span(50, 60))):
        assert tag_audio(bench, "r", [span]) == []
        assert caption_audio(bench, "r", [span]) == []


def test_the_same_samples_give_the_same_ids(day: np.ndarray) -> None:
    spans = [Span(0, 50), Span(70, 90)]
    one, two = (bench_with(day, PlainTagger()) for _ in range(2))
    assert tag_audio(one, "r", spans) == tag_audio(two, "r", spans)
    assert caption_audio(one, "r", spans) == caption_audio(two, "r", spans)
    ids = [found.id for found in tag_audio(one, "r", spans) + caption_audio(one, "r", spans)]
    assert len(set(ids)) == 4


@pytest.mark.data
def test_real_clips_through_the_shipped_tagger(data_dir: Path) -> None:
    files = ["esc50/1-187207-A-20.ogg", "esc50/1-17367-A-10.ogg"]
    sounds = [read_clip(data_dir, file)[0][0] for file in files]
    bench = bench_with(
        np.concatenate([np.tile(sound, 4) for sound in sounds]), SoundTagger.from_pretrained(device="cpu")
    )
    assert [found.value for found in tag_audio(bench, "r", [Span(0, 20), Span(20.5, 40)])] == ["baby_crying", "rain"]
    (told,) = caption(bench, Span(0, 40))
    assert told.startswith("Baby crying is heard from 0:0")
    assert "rain" in told


@pytest.mark.data
def test_real_clips_through_yamnet(data_dir: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    sound = read_clip(data_dir, "esc50/1-17367-A-10.ogg")[0][0]
    bench = bench_with(np.tile(sound, 2), YamnetTagger.open(data_dir / "audio" / "yamnet"))
    (found,) = tag_audio(bench, "r", [Span(0, 10)])
    rain = {"Rain", "Rain on surface", "Raindrop"}
    assert rain & {found.value, *(other.label for other in found.alternatives)}
    assert found.probability is not None
    assert found.probability == max(found.probability, *(other.probability for other in found.alternatives))
    assert " is heard " in caption(bench, Span(0, 10))[0]
