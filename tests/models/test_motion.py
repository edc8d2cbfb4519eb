"""The motion classifier's public interface: probabilities, groups, rates, gaps, gyroscopes, watches worn upside down."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from models.motion import LEAVES, POSITIONS, MotionClassifier, labels_for, leaves_of, position_of
from models.motion.orientation import AS_IS, GRID_POINTS, log_density, resolve, turned
from models.motion.protocols import PROTOCOLS
from models.motion.taxonomy import DATASET_LABELS, known_leaves
from recordings import ACCELERATION, ROTATION, Span, Stream, UserError, sliding

Samples = npt.NDArray[np.float32]


def walk(rate_hz: float, seconds: float = 30.0, position: str = "waist") -> Stream:
    """A band-limited walk-like signal: the same continuous function whatever the rate."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    step = 2 * np.pi * 1.9 * t
    acc = [9.81 + 2.5 * np.sin(step) + 0.8 * np.sin(2 * step + 1), 0.9 * np.sin(step / 2), 0.7 * np.cos(step + 0.4)]
    gyro = [0.5 * np.sin(step / 2), 0.3 * np.cos(step), 0.4 * np.sin(step + 0.3)]
    return Stream(
        name=position,
        modality="motion",
        channels=ACCELERATION + ROTATION,
        units=("m/s²",) * 3 + ("rad/s",) * 3,
        rate_hz=rate_hz,
        samples=np.stack(acc + gyro).astype(np.float32),
        position=position,
        gravity="included",
    )


def spans_of(stream: Stream, window_s: float = 2.56) -> list[Span]:
    return [w.span for w in sliding("r", stream.span, window_s, window_s / 2)]


@pytest.fixture(scope="module")
def dummy() -> MotionClassifier:
    return MotionClassifier.dummy()


@pytest.fixture(scope="module")
def shipped() -> MotionClassifier:
    return MotionClassifier.from_pretrained()


def test_every_label_of_every_set_is_in_the_taxonomy() -> None:
    for name, labels in DATASET_LABELS.items():
        assert all(set(leaves_of(label)) <= set(LEAVES) for label in labels.values())
        assert set(known_leaves(name)) <= set(LEAVES)
    assert set(LEAVES) == {leaf for name in DATASET_LABELS for leaf in known_leaves(name)}
    for protocol in PROTOCOLS.values():
        assert set(protocol.classes) <= set(DATASET_LABELS[protocol.dataset].values())


def test_labels_of_a_position() -> None:
    assert (
        labels_for(None) == labels_for("left ankle")
        and set(labels_for(None)) < set(LEAVES)
        and "typing" not in labels_for(None)
    )
    assert "stairs" in labels_for("wrist") and "walking_upstairs" not in labels_for("wrist")
    assert "stairs" not in labels_for("pocket") and {"walking_upstairs", "kicking_ball"} <= set(labels_for("pocket"))
    # Hands are not seen from a pocket; a closed set may still ask for them.
    assert "typing" in labels_for("wrist") and "typing" not in labels_for("pocket")
    assert "typing" not in labels_for("waist") and "lie_to_sit" in labels_for("waist")
    assert position_of("Watch") == "wrist" and all(position_of(p) == p for p in POSITIONS)


@pytest.mark.parametrize("position", [*POSITIONS, "forehead", None])
def test_probabilities_sum_to_one_over_the_labels_of_the_position(
    dummy: MotionClassifier, position: str | None
) -> None:
    stream = dataclasses.replace(walk(50.0), position=None)
    found = dummy.predict(stream, spans_of(stream), position=position)
    assert found.labels == dummy.labels_for(position)
    assert found.probabilities.shape == (len(spans_of(stream)), len(found.labels))
    assert found.probabilities.dtype == np.float32 and found.embeddings.shape[1] == dummy.embedding_size
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0, atol=1e-5)
    assert found.usable.all() and (found.probabilities >= 0).all()


def test_stairs_are_up_or_down(dummy: MotionClassifier) -> None:
    stream = walk(50.0)
    leaves = dummy.predict(stream, spans_of(stream))
    group = dummy.predict(stream, spans_of(stream), labels=("walking", "stairs"))
    up, down, level = (leaves.probability_of(x) for x in ("walking_upstairs", "walking_downstairs", "walking"))
    np.testing.assert_allclose(leaves.probability_of("stairs"), up + down, atol=1e-6)
    np.testing.assert_allclose(group.probability_of("stairs"), (up + down) / (up + down + level), atol=1e-5)


def test_a_window_in_a_gap_is_unusable_and_says_nothing(dummy: MotionClassifier) -> None:
    stream = walk(50.0)
    samples = stream.samples.copy()
    samples[:, 500:1000] = np.nan  # 10–20 s
    holed = dataclasses.replace(stream, samples=samples, gaps=(Span(10.0, 20.0),))
    found = dummy.predict(holed, [Span(2, 4.56), Span(12, 14.56), Span(9, 11.56), Span(29.5, 29.9), Span(40, 42.56)])
    assert found.usable.tolist() == [True, False, False, False, False]
    np.testing.assert_allclose(found.probabilities[1:], 1 / len(found.labels), atol=1e-6)
    assert not found.embeddings[1:].any() and np.isfinite(found.embeddings).all()


def test_a_short_hole_is_bridged(shipped: MotionClassifier) -> None:
    stream = walk(50.0)
    samples = stream.samples.copy()
    samples[:, 110:114] = np.nan
    found = shipped.predict(dataclasses.replace(stream, samples=samples), [Span(1, 3.56)])
    whole = shipped.predict(stream, [Span(1, 3.56)])
    assert found.usable.all()
    np.testing.assert_allclose(found.probabilities, whole.probabilities, atol=0.15)


def test_a_missing_gyroscope_is_known_to_be_missing(shipped: MotionClassifier) -> None:
    stream = walk(50.0)
    bare = dataclasses.replace(stream, channels=ACCELERATION, units=("m/s²",) * 3, samples=stream.samples[:3])
    silent = dataclasses.replace(stream, samples=np.concatenate([stream.samples[:3], np.full((3, stream.n), np.nan)]))
    a, b = (shipped.predict(s, spans_of(s)) for s in (bare, silent))
    assert a.usable.all()
    np.testing.assert_array_equal(a.probabilities, b.probabilities)
    still = dataclasses.replace(stream, samples=np.concatenate([stream.samples[:3], np.zeros((3, stream.n), "f4")]))
    assert np.abs(shipped.predict(still, spans_of(still)).embeddings - a.embeddings).max() > 1e-4


@pytest.mark.parametrize("rate_hz", [20.0, 33.3, 100.0])
def test_the_rate_hardly_matters(shipped: MotionClassifier, rate_hz: float) -> None:
    reference, other = walk(50.0), walk(rate_hz)
    spans = spans_of(reference)[1:-2]
    a, b = shipped.predict(reference, spans), shipped.predict(other, spans)
    assert (a.probabilities.argmax(axis=1) == b.probabilities.argmax(axis=1)).mean() >= 0.9
    assert np.abs(a.probabilities - b.probabilities).mean() < 0.02


def test_window_lengths_and_long_spans(dummy: MotionClassifier) -> None:
    stream = walk(50.0)
    spans = [Span(0, 2), Span(0, 5.12), Span(0, 20), Span(3, 4.2)]
    together = dummy.predict(stream, spans)
    assert together.usable.all()
    for i, span in enumerate(spans):
        np.testing.assert_allclose(dummy.predict(stream, [span]).probabilities[0], together.probabilities[i], atol=1e-5)
    assert dummy.predict(stream, []).probabilities.shape == (0, len(together.labels))


def test_the_same_answer_twice_and_in_any_batch(shipped: MotionClassifier) -> None:
    stream = walk(50.0)
    spans = spans_of(stream)
    first, again = shipped.predict(stream, spans), MotionClassifier.from_pretrained().predict(stream, spans)
    assert first.probabilities.tobytes() == again.probabilities.tobytes()
    assert first.embeddings.tobytes() == again.embeddings.tobytes()
    small = shipped.predict(stream, spans, batch_size=3)
    np.testing.assert_allclose(small.probabilities, first.probabilities, atol=1e-4)


def test_no_acceleration_is_the_users_mistake(dummy: MotionClassifier) -> None:
    stream = walk(50.0)
    only = dataclasses.replace(stream, channels=ROTATION, units=("rad/s",) * 3, samples=stream.samples[3:])
    with pytest.raises(UserError, match="three-axis acceleration"):
        dummy.predict(only, [Span(0, 2)])
    with pytest.raises(UserError, match="telltale train motion"):
        MotionClassifier.from_pretrained("no/such/checkpoint")


def test_a_turned_watch_is_told_by_where_gravity_points() -> None:
    rng = np.random.default_rng(0)
    usual = rng.normal((0.3, -0.8, 0.5), 0.15, size=(500, 3))
    density = log_density(usual / np.linalg.norm(usual, axis=1, keepdims=True))
    assert density.shape == (GRID_POINTS,)
    samples = np.repeat(np.concatenate([usual[:20].T * 9.81, np.zeros((3, 20))]), 128, axis=1).astype(np.float32)
    assert resolve(samples, 50.0, "wrist", density) is AS_IS
    worn = samples * np.array([-1, -1, 1, -1, -1, 1], dtype=np.float32)[:, None]
    turn = resolve(worn, 50.0, "wrist", density)
    assert turn.name == "watch turned by 180°"
    np.testing.assert_array_equal(turned(worn, turn), samples)
    assert resolve(worn, 50.0, "unknown", density) is AS_IS
    assert resolve(worn[:, :100], 50.0, "wrist", density) is AS_IS  # too short to tell


def test_the_ios_sign_is_told_at_the_waist(shipped: MotionClassifier) -> None:
    stream = walk(50.0)
    samples = stream.samples.copy()
    samples[:3] *= -1
    mirrored = dataclasses.replace(stream, samples=samples)
    assert [s.step for s in shipped.prepare(mirrored, "waist").steps] == ["resample", "turn axes"]
    a, b = shipped.predict(stream, spans_of(stream)), shipped.predict(mirrored, spans_of(stream))
    np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-5)
