"""The regression beside the networks: fitted without draws, silent where it has learnt nothing, heeded as the pool says."""

from __future__ import annotations

import numpy as np
import torch

from models.motion import LEAVES, POSITIONS, MotionConfig
from models.motion.modeling_motion import MotionEnsemble, MotionForActivityClassification
from models.motion.predictor import MotionClassifier
from models.motion.processing_motion import Cut
from models.motion.protocols import PROTOCOLS
from models.motion.signals import STATISTICS
from models.motion.taxonomy import KINDS, SLOW_POCKET, calibration_of
from models.motion.training.corpus import Corpus, Run, TrainingStream, assemble
from models.motion.training.experts import expert_scores, fit_experts, fit_pool, pooled, statistics_of
from models.motion.training.validation import Scores, figures

TINY = MotionConfig(stem_width=4, widths=(4, 4), statistics_size=4, embedding_size=8, position_size=2, members=2)
WAIST = POSITIONS.index("waist")


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


def test_an_expert_tells_people_it_never_saw() -> None:
    experts = fit_experts(corpus(1, 3, 5), TINY)
    answers = expert_scores(experts, corpus(7), 50.0)
    assert figures(answers, {})["hapt"]["accuracy"] == 1.0
    again = fit_experts(corpus(1, 3, 5), TINY)
    assert torch.equal(experts.weight, again.weight)
    statistics = torch.randn(4, STATISTICS)
    assert not experts(statistics, 0).any() and not experts(statistics, POSITIONS.index("wrist")).any()
    wild = experts(statistics * 1e9, WAIST)
    assert wild.isfinite().all()


def test_statistics_of_a_silent_window_are_finite() -> None:
    assert statistics_of(np.zeros((3, 6, 100), dtype=np.float32), 50.0).isfinite().all()


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
    assert fit_pool(good, bad)["waist"][1] < 0.2 < fit_pool(bad, good)["waist"][1]
    other = made_up(np.eye(6)[truth] * 2 + rng.normal(0, 1, (600, 6)), truth)
    weights = fit_pool(good, other)
    assert list(weights) == ["waist"] and min(weights["waist"]) > 0.5
    both = pooled(good["hapt"], other["hapt"], weights["waist"])
    alone = [figures(one, {})["hapt"]["accuracy"] for one in (good, other)]
    assert figures({"hapt": both}, {})["hapt"]["accuracy"] > max(alone)


def test_a_pool_needs_the_gyroscope_and_a_kind_of_stream_that_it_knows() -> None:
    torch.manual_seed(0)
    members = [MotionForActivityClassification(TINY).eval() for _ in range(2)]
    config = MotionConfig(**{**TINY.to_dict(), "pool": {"waist": (0.5, 1.0)}, "temperatures": {"waist": 2.0}})
    model = MotionClassifier(
        MotionEnsemble.of(config, members, fit_experts(corpus(1, 3), TINY)), "test", torch.device("cpu")
    )
    values = np.random.default_rng(0).normal(0, 3, (2, 6, 128)).astype(np.float32)
    flags = np.array([True, False])
    values[1, 3:] = 0
    logs, embedding = model.score(Cut(values, flags, np.ones(2, dtype=bool)), "waist")
    given = (torch.from_numpy(values), torch.full((2,), WAIST), torch.from_numpy(flags))
    with torch.inference_mode():
        found = model.model(*given)
        ensemble = model.model
        assert isinstance(ensemble, MotionEnsemble)
        expert = ensemble.experts(found.statistics, WAIST)
    want = torch.stack([0.5 * found.logits[0] + expert[0], found.logits[1] / 2.0]).log_softmax(dim=1)
    np.testing.assert_allclose(logs, want.numpy(), atol=1e-5)
    assert embedding.shape == (2, model.embedding_size) == (2, 16)


def test_a_slow_phone_in_a_pocket_is_its_own_kind() -> None:
    assert calibration_of("pocket", 20.0) == SLOW_POCKET and calibration_of("pocket", 50.0) == "pocket"
    assert calibration_of("wrist", 20.0) == "wrist" and SLOW_POCKET in KINDS
