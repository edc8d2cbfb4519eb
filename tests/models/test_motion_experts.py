"""The regressions beside the networks: fitted without draws, silent where it has learnt nothing, heeded as the pool says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from models.motion import LEAVES, POSITIONS, MotionConfig
from models.motion.experts import CONVOLUTIONS, VIEWS, Experts, kernels
from models.motion.modeling_motion import MotionEnsemble, MotionForActivityClassification, evidence
from models.motion.predictor import MotionClassifier
from models.motion.processing_motion import Cut
from models.motion.protocols import PROTOCOLS
from models.motion.signals import INVARIANTS, STATISTICS
from models.motion.taxonomy import KINDS, SLOW_POCKET, calibration_of
from models.motion.training.corpus import Corpus, Run, TrainingStream, assemble
from models.motion.training.experts import (
    blank_experts,
    expert_scores,
    fit_experts,
    fit_pool,
    pooled,
    read_evidence,
    told_at,
)
from models.motion.training.validation import Scores, figures
from models.rotations import rotations

TINY = MotionConfig(stem_width=4, widths=(4, 4), statistics_size=4, embedding_size=8, position_size=2, members=2)
WAIST = KINDS.index("waist")


def corpus(*people: int) -> Corpus:
    """Half a minute lying still and walking, each."""
    streams = []
    for who in people:
        rng = np.random.default_rng(who)
        samples = rng.normal(0, 0.1, (6, 3000)).astype(np.float32)
        samples[2, :1500] += 9.8
        samples[0, 1500:] += 9.8 + 3 * np.sin(np.arange(1500) / rng.uniform(3.5, 4.5))
        runs = (Run(0, 1500, "lying"), Run(1500, 3000, "walking"))
        streams.append(TrainingStream("hapt", "hapt", "waist", str(who), f"hapt-{who}", samples, runs))
    return assemble(streams, 50.0)


def fitted(people: Corpus) -> Experts:
    experts = blank_experts(people, TINY)
    return fit_experts(experts, read_evidence(experts, people, 50.0))


def test_every_view_tells_people_it_never_saw() -> None:
    experts = fitted(corpus(1, 3, 5))
    answers = expert_scores(experts, read_evidence(experts, corpus(7), 50.0))["hapt"]
    assert list(answers) == list(VIEWS)
    for view, scores in answers.items():
        assert figures({"hapt": scores}, {})["hapt"]["accuracy"] == 1.0, view
    again = fitted(corpus(1, 3, 5)).state_dict()
    assert all(torch.equal(value, again[name]) for name, value in experts.state_dict().items())


def test_what_a_protocol_leaves_out_is_learnt_too() -> None:
    labels = told_at(PROTOCOLS["hapt"])
    assert labels[:6] == PROTOCOLS["hapt"].classes and "sit_to_lie" in labels[6:]
    people = corpus(1, 3)
    short = [replace(s, runs=(*s.runs[:1], Run(1450, 1550, "lie_to_sit"), *s.runs[1:])) for s in people.streams]
    told = replace(people, streams=tuple(short))
    experts = blank_experts(told, TINY)
    seen = read_evidence(experts, told, 50.0)["hapt"]
    rare = seen.truth == labels.index("lie_to_sit")
    assert 2 < rare.sum() < 20
    fit_experts(experts, {"hapt": seen})
    answers = experts.answer("statistics", seen.views["statistics"][torch.from_numpy(rare)], WAIST)
    assert (answers[:, LEAVES.index("lie_to_sit")] > answers[:, LEAVES.index("sitting")]).all()
    assert len(expert_scores(experts, {"hapt": seen})["hapt"]["statistics"].truth) == (~rare).sum()


def test_a_kind_that_was_never_recorded_says_nothing_and_a_wild_window_stays_finite() -> None:
    experts = fitted(corpus(1, 3))
    signals, statistics = evidence(torch.randn(4, 6, 128) * 1e6, torch.ones(4, dtype=torch.bool), 50.0)
    assert not experts(signals, statistics, 0).any() and not experts(signals, statistics, KINDS.index("wrist")).any()
    assert experts(signals, statistics, WAIST).isfinite().all()
    signals, statistics = evidence(torch.zeros(4, 6, 60), torch.ones(4, dtype=torch.bool), 50.0)
    assert experts(signals, statistics, WAIST).isfinite().all()


def test_invariants_do_not_change_when_the_device_is_turned() -> None:
    generator = torch.Generator().manual_seed(0)
    windows = torch.randn(5, 6, 200, generator=generator) * 3 + torch.tensor([5.0, 8.0, -2.0, 0, 0, 0])[:, None]
    turn = rotations(torch.randn(5, 3, generator=generator), torch.full((5,), 1.3))
    turned = torch.cat([turn @ windows[:, :3], turn @ windows[:, 3:]], dim=1)
    flags = torch.ones(5, dtype=torch.bool)
    as_is, other = (evidence(w, flags, 50.0)[1] for w in (windows, turned))
    columns = list(INVARIANTS)
    assert len(set(columns)) == len(columns) and max(columns) == STATISTICS - 1
    torch.testing.assert_close(as_is[:, columns], other[:, columns], atol=2e-3, rtol=2e-3)
    experts = blank_experts(corpus(1), TINY)
    views = [experts.views(*evidence(w, flags, 50.0)) for w in (windows, turned)]
    assert (views[0]["invariants"] - views[1]["invariants"]).abs().mean() < 2e-3
    assert (views[0]["convolutions"] - views[1]["convolutions"]).abs().mean() > 0.01
    rest = [i for i in range(STATISTICS) if i not in set(columns)]
    assert (as_is[:, rest] - other[:, rest]).abs().mean() > 0.05


def test_random_convolutions_come_from_their_seed_and_do_not_hear_a_constant() -> None:
    assert torch.equal(kernels(0), kernels(0)) and not torch.equal(kernels(0), kernels(1))
    assert set(kernels(0).flatten().tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    torch.testing.assert_close(kernels(0).sum(dim=3), torch.zeros(5, 84, 12))
    experts = blank_experts(corpus(1), TINY)
    shares = experts.convolutions(torch.randn(3, 12, 130))
    assert shares.shape == (3, CONVOLUTIONS) and shares.min() >= 0 and shares.max() <= 1


def made_up(logits: np.ndarray, truth: np.ndarray) -> dict[str, Scores]:
    full = np.full((len(truth), len(LEAVES)), -9.0)
    columns = [LEAVES.index(c) for c in PROTOCOLS["hapt"].classes]
    full[:, columns] = logits
    return {"hapt": Scores(PROTOCOLS["hapt"], full, truth, np.array(["1"] * len(truth)))}


def test_the_pool_heeds_who_is_right() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 6, 600)
    knows = np.eye(6)[truth] * 2 + rng.normal(0, 1, (600, 6))
    guesses = rng.normal(0, 1, (600, 6))
    good, bad = made_up(knows, truth), made_up(guesses, truth)
    other = made_up(np.eye(6)[truth] * 2 + rng.normal(0, 1, (600, 6)), truth)
    nobody = {"hapt": dict.fromkeys(VIEWS, bad["hapt"])}
    weights = fit_pool(good, nobody)["waist"]
    assert weights[0] > 1.0 and max(weights[1:]) < 0.2
    second = {"hapt": {**nobody["hapt"], "convolutions": other["hapt"]}}
    weights = fit_pool(good, second)["waist"]
    assert weights[0] > 0.7 and weights[2] > 0.7 and max(weights[1], weights[3]) < 0.2 and min(weights) >= 0
    both = pooled(good["hapt"], second["hapt"], weights)
    alone = [figures(one, {})["hapt"]["accuracy"] for one in (good, other)]
    assert figures({"hapt": both}, {})["hapt"]["accuracy"] > max(alone)


def test_a_pool_needs_the_gyroscope_and_a_kind_of_stream_that_it_knows() -> None:
    torch.manual_seed(0)
    members = [MotionForActivityClassification(TINY).eval() for _ in range(2)]
    config = MotionConfig(
        **{**TINY.to_dict(), "pool": {"waist": (0.5, 1.0, 0.25, 2.0)}, "temperatures": {"waist": 2.0}}
    )
    model = MotionClassifier(MotionEnsemble.of(config, members, fitted(corpus(1, 3))), "test", torch.device("cpu"))
    values = np.random.default_rng(0).normal(0, 3, (2, 6, 128)).astype(np.float32)
    flags = np.array([True, False])
    values[1, 3:] = 0
    logs, embedding = model.score(Cut(values, flags, np.ones(2, dtype=bool)), "waist")
    given = (torch.from_numpy(values), torch.full((2,), POSITIONS.index("waist")), torch.from_numpy(flags))
    with torch.inference_mode():
        found = model.model(*given)
        ensemble = model.model
        assert isinstance(ensemble, MotionEnsemble)
        said = ensemble.experts(found.signals, found.statistics, KINDS.index("waist"))
    expert = (torch.tensor([1.0, 0.25, 2.0])[:, None] * said).sum(dim=1)
    want = torch.stack([0.5 * found.logits[0] + expert[0], found.logits[1] / 2.0]).log_softmax(dim=1)
    np.testing.assert_allclose(logs, want.numpy(), atol=1e-4)
    assert embedding.shape == (2, model.embedding_size) == (2, 16)


def test_a_slow_phone_in_a_pocket_is_its_own_kind() -> None:
    assert calibration_of("pocket", 20.0) == SLOW_POCKET and calibration_of("pocket", 50.0) == "pocket"
    assert calibration_of("wrist", 20.0) == "wrist" and SLOW_POCKET in KINDS
