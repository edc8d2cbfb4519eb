"""Refits for a protocol: who trains, what is kept, and that the har task can read them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals import refits
from evals.protocols import Fold
from evals.systems import Setting, made
from models.motion.protocols import PROTOCOLS
from models.motion.training.refits import Round
from recordings import UserError


@pytest.mark.data
def test_everyone_is_tested_once_and_never_taught(data_dir: Path) -> None:
    found = refits.rounds("groups:5", data_dir)
    assert [one.name for one in found] == list("01234")
    for name in ("usc_had", "hapt", "motionsense", "wisdm"):
        tested = [who for one in found for who in one.test[name]]
        assert len(tested) == len(set(tested))
        for one in found:
            assert not one.test[name] & (one.train[name] | one.choosing[name])
            assert not one.train[name] & one.choosing[name]
            assert set(tested) == one.test[name] | one.train[name] | one.choosing[name]


@pytest.mark.data
def test_folds_that_differ_from_set_to_set_are_refused(data_dir: Path) -> None:
    with pytest.raises(UserError, match="groups:K"):
        refits.rounds("loso", data_dir)


def test_a_stopped_refit_goes_on_and_the_harness_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = [frozenset({"1"}), frozenset({"2"})]
    both = [Round(str(i), {"hapt": who[1 - i]}, {"hapt": frozenset()}, {"hapt": who[i]}) for i in range(2)]
    monkeypatch.setattr(refits, "rounds", lambda spec, data_dir: tuple(both))
    trained: list[str] = []

    def answers(data_dir: Path, one: Round, *_: object) -> tuple[refits.Answers, str]:
        if len(trained) == 1 and not stopped:
            stopped.append(one.name)
            raise KeyboardInterrupt
        trained.append(one.name)
        empty = {n: ([], np.zeros((0, len(p.classes)), np.float16)) for n, p in PROTOCOLS.items()}
        rows = np.eye(6, dtype=np.float16)[: 2 + int(one.name)]
        return {**empty, "hapt": ([f"hapt/{i}@{one.name}.000" for i in range(len(rows))], rows)}, "r"

    stopped: list[str] = []
    monkeypatch.setattr(refits, "_answers", answers)
    target = tmp_path / "answers.npz"
    with pytest.raises(KeyboardInterrupt):
        refits.refit(tmp_path, "groups:2", target)
    assert not target.exists()
    refits.refit(tmp_path, "groups:2", target)
    assert trained == ["0", "1"]
    with np.load(target, allow_pickle=False) as file:
        assert file["hapt/fold"].tolist() == ["0", "0", "1", "1", "1"]
        assert json.loads(str(file["meta"]))["train_subjects"]["hapt"] == {"0": ["2"], "1": ["1"]}
    system = made(f"predictions:{target}")
    assert system.why_not(Setting("hapt", "groups:2", Fold("0", ("2",), (), ("1",)))) == ""
    assert "trained on 1" in system.why_not(Setting("hapt", "groups:2", Fold("1", ("2",), (), ("1",))))
    with pytest.raises(UserError, match="another output"):
        refits.refit(tmp_path, "groups:2", target, epochs=3)
