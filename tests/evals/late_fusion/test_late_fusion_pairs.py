"""Pairs, terms, weights: what may test never teaches, what is absent says nothing, what is chosen is chosen on development draws."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from evals.tasks.late_fusion.choosing import Draw, choose, probabilities, said, temperatures
from evals.tasks.late_fusion.classes import CLASSES, NAMES, TEN
from evals.tasks.late_fusion.draws import PER_CLASS, Pair, draw_pairs, test_groups, testable
from evals.tasks.late_fusion.evidence import motion_ratios
from evals.tasks.late_fusion.movements import Movement, Movements
from evals.tasks.late_fusion.prompts import shuffled, swapped
from evals.tasks.late_fusion.sounds import HeardClips
from recordings.datasets.audio_clips import audio_clips

test_groups.__test__ = False  # type: ignore[attr-defined]
testable.__test__ = False  # type: ignore[attr-defined]


def _heard(data_dir: Path) -> HeardClips:
    clips = tuple(clip for clip in audio_clips(data_dir).values() if clip.activity)
    none = np.zeros((len(clips), 1), dtype=np.float32)
    return HeardClips(clips, none, none, none, ("tag",), "r")


def _windows() -> list[Movement]:
    even = np.full(18, 1 / 18)
    names = sorted({name for item in CLASSES for name in item.motion} | {"walking", "jogging"})
    # As many as there are: four wearers are held out.
    return [
        Movement(f"{who}/{name}/{n}", who, name, 20.0 * n, who == "1631", even)
        for who in ("1600", "1601", "1631")
        for name in names
        for n in range(9)
    ]


def test_no_source_recording_is_on_both_sides(data_dir: Path) -> None:
    heard = _heard(data_dir)
    groups = test_groups(heard, data_dir)
    rows = {side: [i for i, c in enumerate(heard.clips) if (c.group in groups) == side] for side in (True, False)}
    assert not {heard.clips[i].group for i in rows[True]} & {heard.clips[i].group for i in rows[False]}
    windows = _windows()
    for held in (True, False):
        pairs = draw_pairs(heard, windows, rows[held], held, 3)
        assert all(windows[p.movement].held_out == held for p in pairs if p.movement is not None)
        assert all((heard.clips[p.clip].group in groups) == held for p in pairs if p.clip is not None)


def test_a_pair_is_of_its_class_and_nothing_occurs_twice(data_dir: Path) -> None:
    heard, windows = _heard(data_dir), _windows()
    groups = test_groups(heard, data_dir)
    rows = [i for i, c in enumerate(heard.clips) if c.group in groups]
    pairs = draw_pairs(heard, windows, rows, True, 0)
    of = {item.name: item for item in CLASSES}
    for pair in pairs:
        if pair.clip is not None:
            assert heard.clips[pair.clip].activity == pair.truth
        if pair.movement is not None:
            assert windows[pair.movement].truth in of[pair.truth].motion
        if not of[pair.truth].motion:
            assert pair.movement is None
        assert (pair.clip is None) == (pair.truth in ("playing basketball", "playing soccer"))
    for column in ("clip", "movement"):
        used = [getattr(pair, column) for pair in pairs if getattr(pair, column) is not None]
        assert len(used) == len(set(used))
    assert set(Counter(p.truth for p in pairs)) == set(NAMES)
    assert max(Counter(p.truth for p in pairs).values()) == PER_CLASS
    assert pairs == draw_pairs(heard, windows, rows, True, 0) != draw_pairs(heard, windows, rows, True, 1)
    assert len({pair.id for pair in pairs}) == len(pairs)


def test_what_has_no_movement_of_its_own_is_neither_likelier_nor_less_likely() -> None:
    shares = np.full(18, 0.01)
    own = sorted({name for item in CLASSES for name in item.motion})
    labels = (*own, *(f"other {i}" for i in range(18 - len(own))))
    shares[labels.index("typing")] = 0.83
    moved = Movements((Movement("w", "1600", "typing", 0.0, False, shares),), labels, "r")
    row = motion_ratios(moved)[0]
    assert row[NAMES.index("using a computer")] > 2
    assert row[NAMES.index("cooking")] == 0.0
    assert row[NAMES.index("reading a book")] == row[NAMES.index("watching TV")]


def _draw(seed: int, strength: float) -> Draw:
    draw = np.random.default_rng(seed)
    truth = [NAMES[i % len(NAMES)] for i in range(96)]
    good, noise = draw.normal(size=(96, 12)), 3 * draw.normal(size=(96, 12))
    good[np.arange(96), [NAMES.index(t) for t in truth]] += strength
    pairs = [Pair(f"{seed}/{i}", t, i, None, f"g{i % 16}") for i, t in enumerate(truth)]
    return Draw(pairs, {"words": good, "motion": np.zeros((96, 12)), "llm": noise})


def test_a_term_that_is_noise_gets_no_weight() -> None:
    weights, quality = choose([_draw(seed, 3.0) for seed in range(3)], {"words": 1.0}, ("llm",))
    assert weights == {"words": 1.0}
    assert quality > 0.8


def test_temperatures_calibrate_without_moving_a_decision() -> None:
    # A shift of 2 in unit noise is worth 2 nats a unit: five times the values is 2.5 times too sure.
    draws = [_draw(seed, 2.0) for seed in range(3)]
    sharp = {"words": 5.0}
    heat = temperatures(draws, sharp)
    assert heat["sound"] > 1.5
    shares = probabilities(draws[0], sharp, heat)
    assert said(shares) == said(draws[0].total(sharp))
    assert shares.sum(axis=1) == pytest.approx(np.ones(96))


def test_swapped_text_is_never_one_s_own_and_orders_differ() -> None:
    pairs = [Pair(f"0/{i}", NAMES[i % 12], i, None, "g") for i in range(50)]
    others = swapped(pairs)
    assert [p.id for p in others] == [p.id for p in pairs]
    assert all(a.clip != b.clip for a, b in zip(pairs, others, strict=True))
    assert sorted(p.clip or 0 for p in others) == list(range(50))
    assert sorted(shuffled("a")) == sorted(shuffled("b"))
    assert len({shuffled(str(i)) for i in range(20)}) == 20
    assert shuffled("a") != shuffled("a", seed=1)


def test_ten_classes_are_those_with_enough_recordings() -> None:
    assert len(NAMES) == 12 and len(TEN) == 10
