"""YAMNet's real file through ai-edge-litert."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from models.audio import YamnetTagger, open_sound_tagger
from recordings import Span, Stream, UserError
from recordings.datasets.audio_clips import read_clip

needs_litert = pytest.mark.skipif(
    importlib.util.find_spec("ai_edge_litert") is None, reason="the extra `yamnet` is not installed"
)


def stream_of(data_dir: Path, file: str) -> Stream:
    samples, rate_hz = read_clip(data_dir, file)
    return Stream("sound", "audio", ("sound",), ("full scale",), rate_hz, samples)


@pytest.fixture(scope="module")
def yamnet(data_dir: Path) -> YamnetTagger:
    pytest.importorskip("ai_edge_litert")
    return YamnetTagger.open(data_dir / "audio" / "yamnet")


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("esc50/1-17367-A-10.ogg", {"Rain", "Rain on surface", "Raindrop"}),
        ("esc50/1-187207-A-20.ogg", {"Baby cry, infant cry"}),
    ],
)
def test_it_hears_what_a_person_hears(yamnet: YamnetTagger, data_dir: Path, file: str, names: set[str]) -> None:
    prediction = yamnet.predict(stream_of(data_dir, file), [Span(0, 5)])
    top = {prediction.labels[i] for i in prediction.probabilities[0].argsort()[::-1][:5]}
    assert prediction.probabilities.shape == prediction.embeddings.shape == (1, 521)
    assert names & top


@pytest.mark.data
def test_its_frames_average_over_the_span(yamnet: YamnetTagger, data_dir: Path) -> None:
    stream = stream_of(data_dir, "esc50/1-17367-A-10.ogg")
    whole = yamnet.predict(stream, [Span(0, 1.4625)])
    halves = [yamnet.predict(stream, [Span(a, a + 0.975)]) for a in (0.0, 0.4875)]
    np.testing.assert_allclose(whole.probabilities, np.mean([h.probabilities for h in halves], axis=0), atol=1e-6)


@pytest.mark.data
def test_gaps_are_not_usable_and_repeats_are_equal(yamnet: YamnetTagger) -> None:
    samples = 0.1 * np.random.default_rng(0).standard_normal((1, 64000)).astype(np.float32)
    samples[:, 20000:] = np.nan
    stream = Stream("sound", "audio", ("sound",), ("full scale",), 16000.0, samples)
    spans = [Span(0, 1), Span(2, 3)]
    first, second = yamnet.predict(stream, spans), yamnet.predict(stream, spans)
    assert first.usable.tolist() == [True, False]
    assert first.probabilities.tobytes() == second.probabilities.tobytes()
    assert len(yamnet.revision) == 12


@pytest.mark.data
def test_open_by_specification(yamnet: YamnetTagger, data_dir: Path) -> None:
    folder = data_dir / "audio" / "yamnet"
    for path in (folder, folder / "yamnet.tflite"):
        assert open_sound_tagger(f"yamnet:{path}").revision == yamnet.revision


@pytest.mark.data
def test_without_the_extra_the_cure_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(UserError, match=r'pip install "telltale\[yamnet\]"'):
        YamnetTagger.open(data_dir / "audio" / "yamnet")


@needs_litert
def test_a_broken_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "yamnet.tflite").write_bytes(b"not a model")
    (tmp_path / "yamnet_class_map.csv").write_text("index,mid,display_name\n0,/m/0,Speech\n", encoding="utf-8")
    with pytest.raises(UserError, match="TensorFlow Lite"):
        YamnetTagger.open(tmp_path)


@pytest.mark.data
def test_every_mapped_name_is_one_of_its_names(data_dir: Path) -> None:
    from models.audio import SOUND_LABELS
    from models.audio.yamnet_labels import AUDIOSET, mapped

    text = (data_dir / "audio" / "yamnet" / "yamnet_class_map.csv").read_text(encoding="utf-8")
    for label, names in AUDIOSET.items():
        assert label in SOUND_LABELS
        assert all(name in text for name in names)
    scores = np.array([[0.1, 0.9, 0.5], [0.9, 0.1, 0.2]], dtype=np.float32)
    assert mapped(["Speech", "Rain", "Dog"], scores, 1) == ["rain", "none_of_these"]
    assert mapped(["Speech", "Rain", "Dog"], scores, 2) == ["rain", "dog_barking"]
