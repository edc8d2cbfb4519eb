"""Window classifiers: each learns, keeps to its promise of determinism, and says where it cannot be asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.protocols import Fold, folds
from evals.systems import SYSTEMS, Setting, WindowSet, balanced_rows, load_windows, made, systems, thinned_rows
from evals.systems.aligned import aligned_windows, shared_classes, windows_beside
from evals.systems.evidence import DESCRIPTIONS, description, evidence_sentences, rhythm_hz
from evals.systems.imported import Imported
from evals.systems.perturbations import PERTURBATIONS
from evals.systems.windows import CHANNELS, bridged
from models.motion.protocols import PROTOCOLS
from recordings import Span, Stream, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

FIXED = Setting("hapt", "fixed", Fold("0", ("1",), ("3",), ("2",)))
LEARNERS = ("forest", "logistic", "neighbours", "minirocket", "multirocket_hydra")


def two_rhythms(n: int, seed: int) -> WindowSet:
    """Windows of 1 Hz and of 3 Hz: what any classifier must tell apart."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    t = np.arange(128) / 50.0
    pace = np.where(truth, 3.0, 1.0)[:, None, None]
    phase = rng.uniform(0, 6, (n, 6, 1))
    values = (np.sin(2 * np.pi * pace * t + phase) + rng.normal(0, 0.3, (n, 6, 128))).astype(np.float32)
    return WindowSet(
        "rhythms", ("slow", "fast"), 2.56, 50.0, values, truth.astype(np.int64), np.array([str(i % 4) for i in range(n)]),
        np.array(["r"] * n), np.arange(n) * 2.56, tuple(Span(i * 2.56, (i + 1) * 2.56) for i in range(n)), {}, {"r": "r"}, "hip",
    )  # fmt: skip


@pytest.mark.parametrize("key", LEARNERS)
def test_library_models_learn_a_rhythm(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "rocket" in key:
        pytest.importorskip("aeon")
        monkeypatch.setattr("evals.systems.rockets.KERNELS", 168)
    monkeypatch.setattr("evals.systems.on_features.TREES", 20)
    train, test = two_rhythms(80, 0), two_rhythms(40, 1)
    validating = np.arange(80) >= 60
    found = []
    for _ in range(2):
        system = made(key)
        assert system.why_not(FIXED) == "" and system.learns
        system.fit(train, validating, 0)
        found.append(system.predict(test))
    assert (found[0].predicted == test.truth).mean() > 0.9
    assert found[0].predicted.tobytes() == found[1].predicted.tobytes()
    if found[0].probabilities is not None:
        assert found[0].probabilities.shape == (40, 2) and found[0].probabilities.sum(axis=1) == pytest.approx(1.0)
    if key != "forest" and key != "neighbours":
        assert "chosen on validation subjects" in system.detail


def test_chance_knows_the_frequencies_only() -> None:
    train = two_rhythms(90, 0)
    train = train.take(np.flatnonzero((train.truth == 1) | (np.arange(90) < 20)))
    test = two_rhythms(400, 1)
    most, drawn = made("majority"), made("stratified_random")
    for system in (most, drawn):
        system.fit(train, np.zeros(len(train), dtype=np.bool_), 3)
    assert set(most.predict(test).predicted.tolist()) == {1} and most.detail == "fast"
    share = drawn.predict(test).predicted.mean()
    assert share == pytest.approx(train.truth.mean(), abs=0.07)


def test_an_unknown_system_is_named() -> None:
    with pytest.raises(UserError, match="majority"):
        systems(("oracle",))
    assert {s.name for s in systems(kinds=("words",))} == {
        "MiniLM cosine",
        "language model alone",
        "SensorLM, labels by words",
    }
    assert len({entry.make().name for entry in SYSTEMS.values()}) == len(SYSTEMS)


def test_the_shipped_weights_are_asked_about_strangers_only() -> None:
    ours = made("telltale_motion")
    people = tuple(str(i) for i in range(1, 31))
    (fixed,) = folds("fixed", "hapt", people)
    assert ours.why_not(Setting("hapt", "fixed", fixed)) == ""
    reasons = [ours.why_not(Setting("hapt", "groups:5", fold)) for fold in folds("groups:5", "hapt", people)]
    assert all("learnt from people" in why for why in reasons)
    (few,) = folds("budget:5", "hapt", people)
    assert "budget" in ours.why_not(Setting("hapt", "budget:5", few))
    crossed = Fold("motionsense", ("motionsense/1",), (), ("hapt/2",), ("motionsense",))
    assert "not a set never seen" in ours.why_not(Setting("hapt", "cross:motionsense", crossed))


def test_predictions_made_elsewhere(tmp_path: Path) -> None:
    test = two_rhythms(4, 0)
    meta = {
        "name": "refit",
        "protocol": "groups:5",
        "revision": "r1",
        "train_subjects": {"hapt": {"1": ["9"], "2": ["2"]}},
    }
    path = tmp_path / "p.npz"
    np.savez(
        path,
        **{
            "meta": np.array(json.dumps(meta)),
            "rhythms/ids": np.array(test.ids[:3]),
            "rhythms/classes": np.array(["fast", "slow"]),
            "rhythms/fold": np.array(["1", "1", "2"]),
            "rhythms/probabilities": np.array([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1]], dtype=np.float16),
        },
    )
    system = Imported(path)
    fold = Fold("1", (), (), ("2",))
    assert system.why_not(Setting("hapt", "groups:5", fold)) == ""
    answer = system.predict(test)
    # A window that is not in the file, or was predicted in another fold, has no answer.
    assert answer.predicted.tolist() == [1, 0, -1, -1] and system.name == "refit"
    assert "are of groups:5" in system.why_not(Setting("hapt", "fixed", fold))
    assert "trained on 2" in system.why_not(Setting("hapt", "groups:5", replace(fold, name="2")))
    with pytest.raises(UserError, match="a predictions file"):
        Imported(tmp_path / "nothing.npz")


def test_rows_are_drawn_the_same_way_each_time() -> None:
    windows = two_rhythms(200, 0)
    rows = balanced_rows(windows.truth, 7, 1)
    assert (
        np.bincount(windows.truth[rows]).tolist() == [7, 7]
        and rows.tolist() == balanced_rows(windows.truth, 7, 1).tolist()
    )
    thin = windows.take(thinned_rows(windows, 80, 0))
    assert 70 <= len(thin) <= 90 and set(thin.subjects.tolist()) == {"0", "1", "2", "3"}
    assert windows.features[5].tolist() == windows.take(np.array([5])).features[0].tolist()


def test_holes_are_bridged() -> None:
    samples = np.array([[1.0, np.nan, 3.0], [np.nan] * 3], dtype=np.float32)
    assert bridged(samples, 4).tolist() == [[1.0, 2.0, 3.0, 3.0], [0.0] * 4]


def a_stream(n: int = 1000, rate_hz: float = 50.0) -> Stream:
    t = np.arange(n) / rate_hz
    samples = np.stack([9.8 + np.sin(6 * t), 0 * t, 0 * t, np.cos(6 * t), 0 * t, 0 * t]).astype(np.float32)
    return Stream("hip", "motion", CHANNELS, ("m/s²",) * 3 + ("rad/s",) * 3, rate_hz, samples, gravity="included")


def test_perturbations_do_what_they_say() -> None:
    stream = a_stream()
    changed = {key: p.change(stream, "r") for key, p in PERTURBATIONS.items()}
    assert changed["half_rate"].stream.rate_hz == 25.0 and changed["half_rate"].stream.n == 500
    assert np.isnan(changed["no_gyroscope"].stream.samples[3:]).all()
    assert np.isfinite(changed["no_gyroscope"].stream.samples[:3]).all()
    assert 0.10 <= np.isnan(changed["gaps"].stream.samples[0]).mean() <= 0.2
    assert (
        changed["gaps"].stream.samples.tobytes() == PERTURBATIONS["gaps"].change(stream, "r").stream.samples.tobytes()
    )
    turned = changed["turned_unknown"]
    assert turned.position == "unknown" and turned.stream.samples[1].tolist() == stream.samples[0].tolist()
    fast = changed["clock_fast"]
    assert fast.stretch == 1.02 and fast.stream.rate_hz == 50.0 and fast.stream.n == pytest.approx(1020, abs=1)
    # The same moment lies 2 % later on a clock that runs fast.
    assert fast.stream.samples[0][510] == pytest.approx(stream.samples[0][500], abs=0.02)
    for decibel in (20, 10, 0):
        noise = changed[f"noise_{decibel}_db"].stream.samples[0] - stream.samples[0]
        assert 20 * np.log10(stream.samples[0].std() / noise.std()) == pytest.approx(decibel, abs=1.0)


def test_sets_share_the_classes_that_both_know() -> None:
    assert set(shared_classes("usc_had", ("motionsense", "hapt"))) == {
        "walking", "walking_upstairs", "walking_downstairs", "running", "sitting", "standing", "lying",
    }  # fmt: skip


def test_evidence_is_in_words_without_labels() -> None:
    windows = two_rhythms(6, 0)
    for sentence in evidence_sentences(windows):
        assert sentence.startswith("A sensor at the hip: ") and "slow" not in sentence
    t = np.arange(128) / 50.0
    assert rhythm_hz(np.sin(2 * np.pi * 2.0 * t), 50.0) == pytest.approx(2.0, abs=0.1)
    assert rhythm_hz(np.random.default_rng(0).normal(size=128), 50.0) is None
    known = {label for protocol in PROTOCOLS.values() for label in protocol.classes}
    assert known <= set(DESCRIPTIONS) and description("juggling") == "A person is juggling."


@pytest.mark.data
def test_real_windows_lie_inside_their_labels(data_dir: Path) -> None:
    protocol = PROTOCOLS["hapt"]
    windows = load_windows(protocol, data_dir, subjects=HELD_OUT_SUBJECTS["hapt"], every=6)
    assert set(windows.subjects.tolist()) <= HELD_OUT_SUBJECTS["hapt"] and windows.values.shape[1:] == (6, 128)
    assert np.isfinite(windows.values).all() and set(windows.truth.tolist()) == set(range(6))
    assert len(set(windows.ids)) == len(windows)
    gapped = load_windows(
        protocol, data_dir, subjects=HELD_OUT_SUBJECTS["hapt"], every=6, perturbation=PERTURBATIONS["gaps"]
    )
    assert gapped.ids == windows.ids and (gapped.values != windows.values).any()
    slow = load_windows(
        protocol, data_dir, subjects=HELD_OUT_SUBJECTS["hapt"], every=6, perturbation=PERTURBATIONS["clock_slow"]
    )
    # On its own clock a slow device sees each window 2 % earlier: what it holds is nearly the same movement.
    assert slow.ids == windows.ids and slow.spans[5].start_s == pytest.approx(windows.spans[5].start_s * 0.98)
    assert np.abs(slow.values.mean(axis=2) - windows.values.mean(axis=2)).mean() < 0.1


@pytest.mark.data
def test_mixed_sets_have_one_axis_up(data_dir: Path) -> None:
    classes = ("standing",)
    for name in ("usc_had", "hapt", "motionsense"):
        found = aligned_windows(name, classes, data_dir, every=7)
        assert found.values.shape[1:] == (6, 128) and found.subjects[0].startswith(f"{name}/")
        assert found.values[:, 0].mean() > 8.5, name


@pytest.mark.data
def test_windows_beside_have_the_form_of_the_set_and_its_own_stay_as_they_are(data_dir: Path) -> None:
    alone = load_windows(PROTOCOLS["motionsense"], data_dir, every=13)
    found = windows_beside("motionsense", ("hapt", "usc_had"), data_dir, every=13)
    own = np.char.find(found.subjects, "/") < 0
    assert np.array_equal(found.values[own], alone.values) and found.ids[: len(alone)] == alone.ids
    assert found.values.shape[1:] == (6, 128) and found.rate_hz == 50.0 and found.position == "pocket"
    assert {who.split("/")[0] for who in found.subjects[~own].tolist()} == {"hapt", "usc_had"}
    # Its phone stands on its head: standing people have −y up, the others' windows too.
    standing = ~own & (found.truth == found.classes.index("standing"))
    assert found.values[standing, 1].mean() < -8.5
    named = {found.classes[i] for i in found.truth[~own].tolist()}
    assert named == {"walking", "walking_upstairs", "walking_downstairs", "running", "sitting", "standing"}


@pytest.mark.data
def test_what_two_trials_share_is_windowed_once(data_dir: Path) -> None:
    source = dataset("usc_had")
    first, second = (source.open(f"s11/a1/t{trial}", data_dir) for trial in (4, 5))
    assert np.array_equal(first.streams[0].samples[:, -400:], second.streams[0].samples[:, :400])
    starts = [window.start_s for window, _ in PROTOCOLS["usc_had"].windows(second)]
    assert min(starts) == 4.0 and len(starts) == 102
