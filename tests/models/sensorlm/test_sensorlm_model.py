"""The towers, their losses, and what reads streams and words with them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from models.numbers import number_features
from models.sensorlm import SensorLM, SensorLMConfig, SensorReader, day_config
from models.sensorlm.captions import WINDOW, day_caption, window_caption
from models.sensorlm.captions.channels import DAY_FEATURES, WINDOW_COLUMNS
from models.sensorlm.captions.compose import window_data
from models.sensorlm.captions.structural import bin_edges, trend_rows, trends
from models.sensorlm.captions.structural import binned as binned_by_rule
from models.sensorlm.details import STRETCHES, binned, summed, verdicts_of
from models.sensorlm.modeling_sensorlm import SensorBatch
from models.sensorlm.objectives import sigmoid_loss, softmax_loss
from models.sensorlm.processing_sensorlm import SensorLMProcessor
from models.sensorlm.text_tower import Texts
from models.sensorlm.tokenizer import CaptionTokenizer, caption_vocabulary
from recordings import Span, Stream, UserError

SMALL = {
    "width": 16,
    "depth": 1,
    "heads": 2,
    "inner_size": 16,
    "embedding_size": 8,
    "text_depth": 1,
    "detail_rank": 16,
    "detail_sizes": (4, 4),
}


def batch(n: int = 4, samples: int = 128) -> SensorBatch:
    torch.manual_seed(1)
    return SensorBatch(torch.randn(n, 6, samples), torch.ones(n, dtype=torch.int64), torch.ones(n, dtype=torch.bool))


def texts(n: int = 4, tokens: int | None = None) -> Texts:
    torch.manual_seed(2)
    words = None if tokens is None else torch.randint(4, tokens, (n, 32))
    return Texts(torch.randn(n, 3, 384), torch.randn(n, 3, 4), torch.ones(n, 3, dtype=torch.bool), words)


@pytest.fixture(scope="module")
def dummy() -> SensorReader:
    return SensorReader.dummy()


def a_stream(seconds: float = 30.0, rate_hz: float = 50.0, gyro: bool = True) -> Stream:
    rng = np.random.default_rng(0)
    n = round(seconds * rate_hz)
    samples = rng.normal(size=(6, n)).astype(np.float32)
    samples[0] += 9.8
    names = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
    units = ("m/s²",) * 3 + ("rad/s",) * 3
    rows = 6 if gyro else 3
    return Stream("watch", "motion", names[:rows], units[:rows], rate_hz, samples[:rows], position="wrist", gravity="included")  # fmt: skip


def test_the_sigmoid_loss_is_the_published_one():
    """−1/n Σ_i Σ_j log σ(y_ij (t s_ij + b)), y = +1 on the diagonal and −1 elsewhere."""
    torch.manual_seed(0)
    logits, n = torch.randn(5, 5, dtype=torch.float64), 5
    truth = 2 * torch.eye(n, dtype=torch.float64) - 1
    expected = (
        -sum(np.log(1 / (1 + np.exp(-float(truth[i, j] * logits[i, j])))) for i in range(n) for j in range(n)) / n
    )
    assert float(sigmoid_loss(logits, truth)) == pytest.approx(expected, abs=1e-9)
    # What cannot be judged costs nothing.
    truth[0, 1] = 0
    changed = logits.clone()
    changed[0, 1] += 5
    assert float(sigmoid_loss(changed, truth)) == float(sigmoid_loss(logits, truth))


def test_the_softmax_loss_of_single_matches_is_cross_entropy():
    torch.manual_seed(0)
    logits = torch.randn(6, 6)
    truth = 2 * torch.eye(6) - 1
    at = torch.arange(6)
    expected = (torch.nn.functional.cross_entropy(logits, at) + torch.nn.functional.cross_entropy(logits.T, at)) / 2
    assert float(softmax_loss(logits, truth)) == pytest.approx(float(expected), abs=1e-6)


def test_scale_and_bias_begin_at_ten():
    model = SensorLM(SensorLMConfig(**SMALL))
    assert float(model.log_scale.detach().exp()) == pytest.approx(10.0) and float(model.bias.detach()) == -10.0


@pytest.mark.parametrize("samples", [50, 100, 128, 250, 256])
def test_windows_of_any_length_become_unit_vectors(samples: int):
    model = SensorLM(SensorLMConfig(**SMALL)).eval()
    with torch.inference_mode():
        vectors, tokens = model.embed_windows(batch(samples=samples))
    assert vectors.shape == (4, 16) and torch.allclose(vectors.norm(dim=1), torch.ones(4), atol=1e-5)
    assert tokens.shape == (4, 2 + 10 + 2 * -(-samples // 16), 16)


def test_the_day_s_layout_is_the_faithful_one():
    """1440 × 26 in patches of 10 × 2: 144 × 13 = 1872 tokens."""
    model = SensorLM(day_config(**SMALL)).eval()
    with torch.inference_mode():
        vectors, tokens = model.embed_days(torch.randn(1, 1440, 26, 1), torch.zeros(1, 1440, 26, dtype=torch.bool))
    assert tokens.shape == (1, 1872, 16) and vectors.shape == (1, 8)


def test_the_shipped_shape_has_one_to_three_million_parameters():
    from models.sensorlm import default_config

    for objective, tower in (("sigmoid", "sentences"), ("coca", "sentences"), ("softmax", "tokens")):
        assert 1e6 < sum(p.numel() for p in SensorLM(default_config(objective, tower)).parameters()) < 3e6


def test_a_missing_gyroscope_is_not_read():
    model = SensorLM(SensorLMConfig(**SMALL)).eval()
    one = batch()
    silent = SensorBatch(one.windows, one.placement, torch.zeros(4, dtype=torch.bool))
    loud = one.windows.clone()
    loud[:, 3:] *= 7
    with torch.inference_mode():
        a, b = model.embed_windows(silent)[0], model.embed_windows(SensorBatch(loud, one.placement, silent.has_gyro))[0]
    assert torch.equal(a, b)


def test_a_text_s_padding_changes_nothing():
    model = SensorLM(SensorLMConfig(**SMALL)).eval()
    short = texts(2)
    padded = Texts(
        torch.cat([short.vectors, torch.randn(2, 5, 384)], 1),
        torch.cat([short.numbers, torch.full((2, 5, 4), 3.0)], 1),
        torch.cat([short.there, torch.zeros(2, 5, dtype=torch.bool)], 1),
    )
    with torch.inference_mode():
        assert torch.allclose(model.embed_texts(short), model.embed_texts(padded), atol=1e-5)


def test_numbers_enter_by_value():
    features = number_features(torch.tensor([9.81, 9.9, float("nan")]))
    assert float((features[0] - features[1]).norm()) > 0.1 and not features[2].any()


@pytest.mark.parametrize(
    ("objective", "tower"), [("softmax", "sentences"), ("sigmoid", "tokens"), ("coca", "sentences")]
)
def test_every_variant_learns_a_batch_by_heart(objective: str, tower: str):
    words = caption_vocabulary()
    torch.manual_seed(0)
    model = SensorLM(SensorLMConfig(**SMALL, objective=objective, text_tower=tower, vocabulary=words, text_length=32))
    one, said, truth = batch(), texts(tokens=len(words)), 2 * torch.eye(4) - 1
    assert said.tokens is not None
    captions = said.tokens.clone()
    captions[:2, 9:] = 0
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    first = None
    for _ in range(120):
        found = model(one, said, truth, captions)
        first = first or float(found["loss"].detach())
        optimizer.zero_grad()
        found["loss"].backward()
        optimizer.step()
    assert float(found["loss"].detach()) < 0.5 * first
    assert ("captioning" in found) == (objective == "coca")
    with torch.inference_mode():
        near = model.logits(model.eval().embed_windows(one)[0], model.embed_texts(said))
    assert near.argmax(dim=1).tolist() == [0, 1, 2, 3]


def test_only_coca_writes():
    model = SensorLM(SensorLMConfig(**SMALL))
    with pytest.raises(ValueError, match="coca"):
        model.write(torch.zeros(1, 3, 16), 4)
    with pytest.raises(ValueError, match="coca"):
        model.captioning(torch.zeros(1, 3, 16), torch.ones(1, 4, dtype=torch.int64))
    shape = {**SMALL, "objective": "coca", "vocabulary": caption_vocabulary(), "caption_length": 7}
    said = SensorLM(SensorLMConfig(**shape)).eval().write(torch.randn(2, 3, 16), 4)
    assert said.shape[0] == 2 and said.shape[1] <= 6


def test_the_tokenizer_knows_every_caption():
    tokenizer = CaptionTokenizer(caption_vocabulary())
    rng = np.random.default_rng(0)
    for seed in range(30):
        texts_ = [
            window_caption(rng.normal(size=(6, 128)).cumsum(axis=1), ("statistical", "structural", "semantic"), Random(seed), label="walking_upstairs", position="hip").text,
            day_caption(rng.normal(size=(1440, 26)), DAY_FEATURES, "structural+statistical", Random(seed)).text,
        ]  # fmt: skip
        for text in texts_:
            rows = tokenizer.encode(text, 4000)
            assert tokenizer.unknown not in rows and len(rows) == 4000 and rows[-1] == tokenizer.end
            assert tokenizer.decode(rows[1:]).split() == text.lower().split()
    assert WINDOW.tick == "sample"


def test_the_processor_reads_each_sentence_once(dummy: SensorReader):
    class Counting:
        size = 384
        asked = 0

        def embed(self, sentences):
            Counting.asked += len(sentences)
            return np.full((len(sentences), 384), float(len(sentences)), dtype=np.float32)

    reads = SensorLMProcessor(dummy.model.config, Counting())
    found = reads(["sitting at 3. walking", "walking", "sitting at 4."])
    assert Counting.asked == 2 and found.there.tolist() == [[True, True], [True, False], [True, False]]
    assert float(found.numbers[2, 0, 0]) == 4.0 and torch.isnan(found.numbers[1, 0, 0])


def test_vectors_are_kept_between_runs(tmp_path, dummy: SensorReader):
    reads = SensorLMProcessor(dummy.model.config, dummy.processor._embedder)
    before = reads.vectors(["sitting", "walking"])
    reads.save(tmp_path / "s.safetensors")
    again = SensorLMProcessor(dummy.model.config, dummy.processor._embedder)
    again.load(tmp_path / "s.safetensors", 1)
    assert len(again) == 1 and np.array_equal(again.vectors(["sitting"]), before[:1])


def test_a_stream_becomes_vectors_and_gaps_none(dummy: SensorReader):
    stream = a_stream()
    stream.samples[:, 500:1000] = np.nan
    found = dummy.windows(stream, [Span(0, 2.56), Span(11, 13.56), Span(21, 29), Span(29.5, 29.9)])
    assert found.usable.tolist() == [True, False, True, False]
    assert np.allclose(np.linalg.norm(found.vectors[[0, 2]], axis=1), 1, atol=1e-5) and not found.vectors[[1, 3]].any()
    again = dummy.windows(stream, [Span(0, 2.56)])
    assert np.allclose(again.vectors[0], found.vectors[0], atol=1e-5)


def test_labels_of_any_words(dummy: SensorReader):
    answer = dummy.predict(a_stream(gyro=False), [Span(0, 2.56), Span(5, 7.56)], ["sitting", "juggling with fire"])
    assert answer.probabilities.shape == (2, 2) and np.allclose(answer.probabilities.sum(axis=1), 1, atol=1e-5)


def test_familiarity_tells_what_training_had_words_for(dummy: SensorReader):
    near, far = dummy.familiarity(["going upstairs", "the price of tea in china"])
    assert near > 0.57 > far
    assert dummy.nearest_phrase("going upstairs") == "walking upstairs"


def test_mistakes_say_their_cure(tmp_path, dummy: SensorReader):
    with pytest.raises(UserError, match="telltale train sensorlm"):
        SensorReader.from_pretrained(tmp_path)
    with pytest.raises(UserError, match="coca"):
        dummy.write(a_stream(), [Span(0, 2.56)], "semantic")
    sound = Stream("mic", "audio", ("sound",), ("",), 16000.0, np.zeros((1, 16000), np.float32))
    with pytest.raises(UserError, match="acceleration"):
        dummy.windows(sound, [Span(0, 1)])


def test_a_saved_model_is_the_same(tmp_path):
    torch.manual_seed(3)
    model = SensorLM(SensorLMConfig(**SMALL)).eval()
    model.save_pretrained(tmp_path)
    assert {p.suffix for p in tmp_path.iterdir()} <= {".json", ".safetensors"}
    again = SensorReader.from_pretrained(tmp_path, device="cpu").model
    with torch.inference_mode():
        assert torch.equal(model.embed_windows(batch())[0], again.embed_windows(batch())[0])


def test_a_window_is_summed_up_as_its_captions_sum_it_up() -> None:
    values = np.random.default_rng(3).normal(size=(2, 6, 128)).astype(np.float32)
    sums = summed(torch.from_numpy(values))
    assert sums.shape == (2, len(WINDOW_COLUMNS), 4)
    columns = window_data(values[1])
    for row, name in enumerate(WINDOW_COLUMNS):
        x = columns[name]
        np.testing.assert_allclose(sums[1, row], [x.mean(), x.std(), x.min(), x.max()], atol=1e-4)


def test_a_window_s_bins_and_stretches_are_those_of_its_captions() -> None:
    values = np.random.default_rng(5).normal(size=(3, 6, 150)).cumsum(axis=2).astype(np.float32)
    bins = binned(torch.from_numpy(values)).numpy()
    edges = bin_edges(150)
    for window in range(3):
        for axis in range(6):
            rule = binned_by_rule(values[window, axis])
            np.testing.assert_allclose(bins[window, axis], (rule - rule.min()) / (rule.max() - rule.min()), atol=1e-4)
            judged = verdicts_of(binned(torch.from_numpy(values)))[window, axis].numpy().astype(bool)
            told = {
                (STRETCHES[s], ("increasing", "decreasing", "stable")[way])
                for way, s in zip(*judged.nonzero(), strict=True)
            }
            assert told == {((trend.first, trend.last + 1), trend.way) for trend in trends(rule)}
            for trend in trends(rule):
                assert (trend.first, trend.last + 1) in STRETCHES
                assert trend_rows(trend, 150) == (edges[trend.first], edges[trend.last + 1])


def test_numbers_that_agree_lie_together_before_anything_is_learnt() -> None:
    """A sentence that knows its channel and its numbers' roles stands nearest to the window that it was written of."""
    torch.manual_seed(0)
    model = SensorLM(SensorLMConfig(**{**SMALL, "detail_rank": 128, "detail_sizes": (128, 4)})).eval()
    assert model.details is not None and model.values is not None and model.detail_heads is not None
    rng = np.random.default_rng(1)
    level, size = rng.normal(scale=4, size=(40, 6, 1)), rng.uniform(0.05, 3, size=(40, 6, 1))
    values = torch.from_numpy((level + size * rng.normal(size=(40, 6, 128))).astype(np.float32))
    with torch.inference_mode():
        windows = model.detail_heads[0](model.details(values, torch.ones(40, dtype=torch.bool), model.values)[0])
        told = summed(values).mul(100).round().div(100)
        written = model.detail_heads[0]((model.values.placed(told, (0, 1, 2, 3)) * model.details.channel).sum(dim=1))
        near = torch.nn.functional.normalize(windows, dim=1) @ torch.nn.functional.normalize(written, dim=1).T
    assert float((near.argmax(dim=1) == torch.arange(40)).float().mean()) > 0.8


def test_what_is_measured_is_told_apart_in_every_digit_under_bfloat16() -> None:
    model = SensorLM(SensorLMConfig(**SMALL)).eval()
    one = batch()
    with torch.inference_mode():
        plain = model.embed_windows(one)[0]
        with torch.autocast("cpu", torch.bfloat16):
            short = model.embed_windows(one)[0]
    measured, again = (torch.nn.functional.normalize(x[:, 8:], dim=1) for x in (plain, short.float()))
    assert torch.allclose(measured, again, atol=1e-6)


def test_a_label_with_a_number_is_asked_as_what_is_done(dummy: SensorReader) -> None:
    size = dummy.model.config.embedding_size
    assert dummy.texts(["walking for 5 minutes"])[0, size:].any()
    assert not dummy.labels(["walking for 5 minutes"])[0, size:].any()
    assert dummy.done(dummy.labels(["walking"])).shape == (1, size)
