"""The sound tagger over spans: probabilities, rates, gaps, silence, determinism, loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.audio import NONE_OF_THESE, SOUND_LABELS, SoundTagger, level_dbfs, open_sound_tagger
from models.audio.prediction import sound_at_16k
from recordings import Span, Stream, UserError


def sound_stream(
    samples: np.ndarray, rate_hz: float = 16000.0, start_s: float = 0.0, gaps: tuple[Span, ...] = ()
) -> Stream:
    return Stream(
        "sound", "audio", ("sound",), ("full scale",), rate_hz, samples.astype(np.float32)[None], start_s, gaps=gaps
    )


def tone(hz: float, seconds: float, rate_hz: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(int(seconds * 16000))


@pytest.fixture(scope="module")
def dummy() -> SoundTagger:
    return SoundTagger.dummy()


def test_rows_are_distributions_over_exclusive_labels(dummy: SoundTagger) -> None:
    stream = sound_stream(np.concatenate([noise(4), tone(440, 4, 16000)]))
    spans = [Span(0, 2.56), Span(1, 1.8), Span(4, 8), Span(0, 0.3)]
    prediction = dummy.predict(stream, spans)
    assert prediction.labels == dummy.labels == SOUND_LABELS
    assert NONE_OF_THESE in prediction.labels
    assert prediction.probabilities.shape == (4, len(SOUND_LABELS))
    assert prediction.embeddings.shape == (4, dummy.embedding_size)
    assert prediction.usable.all()
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1.0, atol=1e-5)
    assert np.abs(prediction.probabilities[0] - prediction.probabilities[2]).max() > 1e-3, (
        "noise and a tone must differ"
    )


def test_no_spans_give_no_rows(dummy: SoundTagger) -> None:
    prediction = dummy.predict(sound_stream(noise(1)), [])
    assert prediction.probabilities.shape == (0, len(SOUND_LABELS))
    assert prediction.usable.shape == (0,)


def test_the_same_sound_gives_the_same_bytes(dummy: SoundTagger) -> None:
    stream = sound_stream(noise(6))
    spans = [Span(i * 0.5, i * 0.5 + 2.56) for i in range(6)]
    first, second = dummy.predict(stream, spans), SoundTagger.dummy().predict(stream, spans)
    assert first.probabilities.tobytes() == second.probabilities.tobytes()
    assert first.embeddings.tobytes() == second.embeddings.tobytes()


@pytest.mark.parametrize("rate_hz", [8000.0, 22050.0, 44100.0, 48000.0])
def test_any_rate_becomes_16_khz(rate_hz: float) -> None:
    sound, usable = sound_at_16k(sound_stream(tone(1000, 3, rate_hz), rate_hz), Span(0.5, 2.5))
    assert usable
    assert sound.shape == (32000,)
    expected = tone(1000, 3, 16000)[8000:40000]
    assert np.abs(sound[400:-400] - expected[400:-400]).max() < 0.01


def test_resampling_does_not_alias() -> None:
    sound, _ = sound_at_16k(sound_stream(tone(15000, 2, 44100), 44100), Span(0, 2))
    assert level_dbfs(sound[400:-400]) < -50, "15 kHz lies above what 16 kHz can hold"


def test_other_rates_give_nearly_the_same_tags(dummy: SoundTagger) -> None:
    a = dummy.predict(sound_stream(tone(700, 3, 16000)), [Span(0, 3)]).probabilities
    b = dummy.predict(sound_stream(tone(700, 3, 44100), 44100), [Span(0, 3)]).probabilities
    assert np.abs(a - b).max() < 0.1


def test_the_level_is_no_cue(dummy: SoundTagger) -> None:
    loud = dummy.predict(sound_stream(noise(3)), [Span(0, 3)]).probabilities
    soft = dummy.predict(sound_stream(noise(3) * 0.02), [Span(0, 3)]).probabilities
    np.testing.assert_allclose(loud, soft, atol=2e-3)


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_silence_is_none_of_these(dummy: SoundTagger, level: float) -> None:
    prediction = dummy.predict(sound_stream(level * noise(3) * 10), [Span(0, 3)])
    assert prediction.usable[0]
    assert prediction.labels[int(prediction.probabilities[0].argmax())] == NONE_OF_THESE
    assert prediction.probabilities[0].sum() == pytest.approx(1.0, abs=1e-5)


def test_gaps_and_the_outside_are_not_usable(dummy: SoundTagger) -> None:
    samples = noise(10)
    samples[16000 * 4 : 16000 * 7] = np.nan
    stream = sound_stream(samples, gaps=(Span(4, 7),))
    prediction = dummy.predict(stream, [Span(0, 2.5), Span(4.2, 6.8), Span(2, 4.2), Span(20, 22), Span(3.2, 5.8)])
    assert prediction.usable.tolist() == [True, False, True, False, False]
    np.testing.assert_allclose(prediction.probabilities[1], 1 / len(SOUND_LABELS))
    assert not prediction.embeddings[1].any()
    assert np.isfinite(prediction.probabilities).all()


def test_a_stream_that_starts_later_is_cut_at_its_own_times() -> None:
    samples = tone(500, 4, 16000)
    late, _ = sound_at_16k(sound_stream(samples, start_s=100.0), Span(101, 103))
    np.testing.assert_array_equal(late, samples[16000:48000].astype(np.float32))


def test_level_of_known_sounds() -> None:
    assert level_dbfs(np.ones(100)) == pytest.approx(0.0)
    assert level_dbfs(tone(1000, 1, 16000)) == pytest.approx(-13.47, abs=0.01)
    assert level_dbfs(np.zeros(10)) == float("-inf")
    assert level_dbfs(np.full(10, np.nan)) == float("-inf")


def test_a_folder_without_a_checkpoint_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no config\.json and model\.safetensors"):
        open_sound_tagger(str(tmp_path))
    with pytest.raises(UserError, match=r"yamnet"):
        open_sound_tagger(f"yamnet:{tmp_path}")


def test_transformers_reads_the_same_checkpoint(dummy: SoundTagger) -> None:
    import torch

    from models.audio import SoundTaggerModel
    from models.audio.tagger import DUMMY

    network = SoundTaggerModel.from_pretrained(DUMMY, local_files_only=True).eval()
    sound = torch.from_numpy(noise(2).astype(np.float32))[None]
    with torch.inference_mode():
        torch.testing.assert_close(network(sound)[0], dummy.network(sound)[0], rtol=1e-4, atol=1e-5)


def test_mel_filters_cover_the_band_without_holes() -> None:
    from models.audio.modeling_audio import SoundTaggerConfig, mel_filters

    c = SoundTaggerConfig()
    filters = mel_filters(c.rate_hz, c.n_fft, c.n_mels, c.low_hz, c.high_hz)
    assert filters.shape == (64, 257)
    assert (filters >= 0).all()
    centres = filters.argmax(axis=1)
    assert (np.diff(centres) >= 0).all()
    hz = np.linspace(0, 8000, 257)
    inside = (hz > 200) & (hz < 7400)
    assert (filters[:, inside].sum(axis=0) > 0).all()
