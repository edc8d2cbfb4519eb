"""Kitchens: only sounds that had ended are known beforehand, nobody's own kitchen teaches, and sound is measured where it is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evals.tasks.late_fusion.kitchen_models import features, fold_of, logistic, markov, most_frequent, sentence
from evals.tasks.late_fusion.kitchen_prompts import gerund, kitchen_free, kitchen_job
from evals.tasks.late_fusion.kitchens import RECENT_S, Moment, moments, sounds_before, sounds_during
from recordings.sequences.kitchens import KitchenAction, SoundEvent

EVENTS = [
    SoundEvent("v", "water", 0.0, 9.0),
    SoundEvent("v", "cut / chop", 8.0, 12.5),
    SoundEvent("v", "click", 10.5, 11.0),
    SoundEvent("v", "background", 0.0, 100.0),
]


def test_the_next_action_s_own_sounds_are_not_known_before_it() -> None:
    before = sounds_before(EVENTS, 10.0)
    assert before == {"water": 9.0}
    assert "cut / chop" not in before  # goes on: whoever named it heard what came after
    assert sounds_before(EVENTS, 12.5) == {"click": 0.5, "cut / chop": 4.5, "water": 9.0 - (12.5 - RECENT_S)}


def test_sounds_during_an_action_are_cut_to_it() -> None:
    during = sounds_during(EVENTS, KitchenAction("v", "P", "cut", "potato", 8.5, 10.75))
    assert during == {"background": 2.25, "click": 0.25, "cut / chop": 2.25, "water": 0.5}


def _moment(i: int, truth: str, before: str, heard: str, who: str) -> Moment:
    return Moment(f"v/{i}", who, "v", truth, 0.0, 1.0, ((before, "plate"),), 0.5, 1.0, {heard: 1.0} if heard else {})


ROWS = [
    _moment(i, truth, before, heard, f"P{i % 10:02d}")
    for i in range(200)
    for truth, before, heard in [(("wash", "take", "water") if i % 2 else ("cut", "take", "cut / chop"))]
]


def test_sound_tells_what_history_cannot() -> None:
    verbs = ("cut", "take", "wash")
    known, asked = ROWS[:160], ROWS[160:]
    for model in (most_frequent, markov):
        assert model(known, asked, verbs).shape == (40, 3)
    deaf = logistic(known, asked, verbs, history=True, sound=False)
    heard = logistic(known, asked, verbs, history=True, sound=True)
    truth = np.array([verbs.index(m.truth) for m in asked])
    assert (heard.argmax(axis=1) == truth).all()
    assert (deaf.argmax(axis=1) == truth).mean() < 0.7
    np.testing.assert_allclose(heard.sum(axis=1), 1.0)


def test_without_sound_no_feature_and_no_word_of_it() -> None:
    moment = ROWS[0]
    assert not any("heard" in name or "share" in name for name in features(moment, True, False))
    assert "Sounds" not in sentence(moment, True, False)
    assert sentence(moment, True, True).endswith("Sounds: cut / chop.")
    assert features(_moment(0, "cut", "take", "", "P"), False, True) == {"silence": 1.0}


def test_prompts_ask_for_the_verbs_as_words() -> None:
    job = kitchen_job(ROWS[0], "next", ("cut", "turn-on", "wash"), True)
    assert job.options == ("cutting", "turning on", "washing")
    assert job.prompt.endswith("Next, the person is")
    assert [gerund(v) for v in ("squeeze", "pour", "put", "hold")] == ["squeezing", "pouring", "putting", "holding"]
    assert all("cut / chop" not in free.prompt for free in kitchen_free("now", ("cut",), True))


def test_real_kitchens(data_dir: Path) -> None:
    now, upcoming = moments(data_dir, "now"), moments(data_dir, "next")
    assert len(now) == len(upcoming) == 9526
    assert len({m.participant for m in now}) == 32
    assert {fold_of(m.participant) for m in now} == set(range(5))
    assert [m.truth for m in now] == [m.truth for m in upcoming]
    assert all(m.history for m in now)
    assert 0.5 < np.mean([bool(m.sounds) for m in upcoming]) < np.mean([bool(m.sounds) for m in now])
