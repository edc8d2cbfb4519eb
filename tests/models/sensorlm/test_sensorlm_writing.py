"""Captions that a decoder writes: taught level by level, written word by word, read back and held against the samples."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from models.sensorlm import SensorLM, SensorLMConfig, SensorReader
from models.sensorlm.captions import (
    DAY,
    DAY_FEATURES,
    LEVELS,
    WINDOW,
    day_caption,
    read_activity,
    read_caption,
    supported,
    unsupported,
    window_caption,
    window_data,
    window_semantic,
)
from models.sensorlm.captions.wording import PHRASES
from models.sensorlm.modeling_sensorlm import END, PADDING, SensorBatch
from models.sensorlm.tokenizer import CaptionTokenizer, caption_vocabulary, pieces
from models.sensorlm.writing import written_caption
from recordings import Span, Stream, UserError

WORDS = caption_vocabulary()
TOKENIZER = CaptionTokenizer(WORDS)
NUMERIC = ("statistical", "structural")


def a_config(**changes: object) -> SensorLMConfig:
    small = {
        "width": 32,
        "depth": 1,
        "heads": 2,
        "inner_size": 32,
        "embedding_size": 8,
        "text_depth": 1,
        "detail_rank": 16,
    }
    return SensorLMConfig(**{**small, "detail_sizes": (4, 4), "objective": "coca", "vocabulary": WORDS, **changes})  # type: ignore[arg-type]


def a_window(seed: int, samples: int = 128) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(6, samples)).cumsum(axis=1).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(NUMERIC), st.integers(100, 256))
def test_a_caption_is_read_back_whole(seed: int, level: str, samples: int) -> None:
    """Through the decoder's words and back: the same claims in the same order, all of which the samples bear out."""
    window = a_window(seed, samples)
    caption = window_caption(window, (level,), Random(seed))
    words = TOKENIZER.caption(caption.text, level, 400)
    assert TOKENIZER.unknown not in words and len(pieces(caption.text)) + 2 <= a_config().caption_length
    read = read_caption(TOKENIZER.decode(words), WINDOW, (level,))
    assert read.strange == () and read.caption.claims == caption.claims
    data = window_data(window)
    assert unsupported(read.caption, data, decimals=2) == []
    assert supported(read.caption, data, decimals=2).text.lower() == caption.text.lower()


@pytest.mark.parametrize("level", NUMERIC)
def test_a_day_s_caption_is_read_back_too(level: str) -> None:
    caption = day_caption(np.random.default_rng(1).normal(size=(1440, 26)), DAY_FEATURES, level, Random(1))
    read = read_caption(caption.text, DAY, (level,))
    assert read.strange == () and read.caption.claims == caption.claims and read.caption.text == caption.text


@pytest.mark.parametrize("label", PHRASES)
def test_every_activity_is_read_back_from_every_wording(label: str) -> None:
    for seed in range(120):
        line, placed = window_semantic(label, "pocket", Random(seed))
        read = read_activity(line.text)
        assert read is not None and read.label == label and (read.place == "pocket") == placed


def test_what_no_wording_has_is_strange() -> None:
    assert read_activity("The person is juggling with fire.") is None and read_activity("") is None
    read = read_caption("For acceleration, acceleration x is nice. nobody knows 3", WINDOW, ("statistical",))
    assert read.caption.lines == () and read.strange == ("acceleration x is nice", "nobody knows 3")
    # A number that the wording has no place for makes the sentence strange, not true.
    text = "acceleration x is increasing from sample 0 to sample 21 or 22"
    assert read_caption(text, WINDOW, ("structural",)).strange == (text,)


def test_only_what_the_samples_bear_out_is_kept() -> None:
    window = a_window(3)
    true = window_caption(window, ("statistical",), Random(0)).text
    first, rest = true.split(". ", 1)
    number = next(n for n in first.replace(",", " ").split() if n.lstrip("-").replace(".", "", 1).isdigit())
    false = first.replace(number, f"{float(number) + 0.01:.2f}") + ". " + rest
    data = window_data(window)
    held = written_caption(true, "statistical", data)
    assert held.borne_out == true and held.kept == held.sentences == 8
    less = written_caption(false + "\nRotation is strange 4.", "statistical", data)
    assert (less.sentences, less.kept) == (9, 7)
    assert first.partition(", ")[2] not in less.borne_out
    assert unsupported(read_caption(less.borne_out, WINDOW, ("statistical",)).caption, data, decimals=2) == []
    assert written_caption("Somebody is running.", "semantic", data).borne_out == "Somebody is running."
    assert written_caption("Somebody somebody.", "semantic", data).borne_out == ""


def test_a_caption_s_words_open_with_the_level_and_end_once() -> None:
    rows = TOKENIZER.caption("Somebody is running.", "semantic", 9)
    assert rows == [
        TOKENIZER.mark("semantic"),
        *TOKENIZER.encode("Somebody is running.", 6)[1:],
        PADDING,
        PADDING,
        PADDING,
    ]
    # What does not fit has no end: none is to be learnt there.
    cut = TOKENIZER.caption("Somebody is running.", "semantic", 4)
    assert len(cut) == 4 and END not in cut
    assert len({TOKENIZER.mark(level) for level in LEVELS}) == 3


def test_every_caption_costs_alike_and_padding_nothing() -> None:
    """A long and two short captions, against PyTorch's own loss caption by caption."""
    torch.manual_seed(0)
    model = SensorLM(a_config()).eval()
    texts = [("structural", window_caption(a_window(1), ("structural",), Random(0)).text), ("semantic", "Running."), ("semantic", "Somebody is sitting.")]  # fmt: skip
    captions = torch.tensor([TOKENIZER.caption(text, level, 336) for level, text in texts])
    tokens = torch.randn(3, 5, 32)
    with torch.inference_mode():
        found = float(model.captioning(tokens, captions))
        each = []
        for row, sensor in zip(captions, tokens, strict=True):
            words = row[row != PADDING]
            logits = model.decoder(words[None], sensor[None])[0]  # type: ignore[misc]
            each.append(float(functional.cross_entropy(logits[:-1], words[1:])))
    assert found == pytest.approx(np.mean(each), rel=1e-5)


TEXTS = {
    "semantic": ["Somebody is running.", "The wearer is sitting on a chair."],
    "structural": ["Acceleration: acceleration x is stable from sample 0 to sample 21.", "Rotation: a drop marks rotation y at sample 65."],
}  # fmt: skip


@pytest.fixture(scope="module")
def learnt() -> tuple[SensorLM, torch.Tensor]:
    """A model that knows two windows' texts of two levels by heart, and what its tower sees of them."""
    torch.manual_seed(0)
    model = SensorLM(a_config(caption_length=48))
    values = torch.from_numpy(np.stack([a_window(1), a_window(2)]))
    windows = SensorBatch(values, torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.bool))
    captions = [torch.tensor([TOKENIZER.caption(t, level, 48) for t in said]) for level, said in TEXTS.items()]
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(200):
        tokens = model.embed_windows(windows)[1]
        loss = torch.stack([model.captioning(tokens, each) for each in captions]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        return model, model.embed_windows(windows)[1]


def test_captions_learnt_by_heart_are_written_and_each_level_when_asked(learnt: tuple[SensorLM, torch.Tensor]) -> None:
    model, tokens = learnt
    for level, said in TEXTS.items():
        opening = TOKENIZER.mark(level)
        assert model.decoder is not None
        rows = model.write(tokens, opening)
        assert [TOKENIZER.decode(row) for row in rows.tolist()] == [text.lower() for text in said]
        # Keys and values were kept from word to word: a decoder that is given all words again says the same.
        with torch.inference_mode():
            again = model.decoder(torch.cat([torch.full((2, 1), opening), rows], dim=1), tokens).argmax(dim=2)
        for row, other in zip(rows, again, strict=True):
            until = int((row == END).nonzero()[0]) + 1
            assert torch.equal(row[:until], other[:until]) and bool((row[until:] == END).all())


def a_stream(seconds: float = 30.0) -> Stream:
    n = round(seconds * 50)
    samples = np.random.default_rng(0).normal(size=(6, n)).astype(np.float32)
    samples[0] += 9.8
    samples[:, 500:1000] = np.nan
    names = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
    units = ("m/s²",) * 3 + ("rad/s",) * 3
    return Stream("watch", "motion", names, units, 50.0, samples, position="wrist", gravity="included")


def test_a_reader_describes_spans_and_refuses_what_it_cannot_describe(learnt: tuple[SensorLM, torch.Tensor]) -> None:
    reader = SensorReader(learnt[0], "by heart", torch.device("cpu"))
    spans = [Span(0, 2.56), Span(2, 4), Span(11, 13.56), Span(29, 29.5)]
    said = reader.write(a_stream(), spans, "structural")
    assert [s is not None for s in said] == [True, True, False, False]
    one = said[0]
    assert one is not None and one.level == "structural" and 0 <= one.kept <= one.sentences and one.text
    assert said == reader.write(a_stream(), spans, "structural", batch_size=1)
    with pytest.raises(UserError, match=r"at most 5\.12 s"):
        reader.write(a_stream(), [Span(20, 26)], "semantic")
    with pytest.raises(KeyError):
        reader.write(a_stream(), spans, "poetic")
