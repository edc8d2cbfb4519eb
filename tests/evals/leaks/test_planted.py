"""Planted leaks on real data: each is found by its detector; the honest materials that they are planted in pass."""

from __future__ import annotations

import zlib
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from evals.leaks import DETECTORS, Material, audit, failed
from evals.leaks.planted import CLEAN, PLANTS, Plant, clean_material

WINDOWS = 240


@lru_cache(maxsize=len(CLEAN))
def honest(name: str, data_dir: Path) -> Material:
    return clean_material(name, data_dir, WINDOWS)


@pytest.mark.parametrize("name", CLEAN)
def test_an_honest_split_passes_every_check(name: str, data_dir: Path) -> None:
    checks = audit(honest(name, data_dir))
    assert [c.name for c in checks] == [d.name for d in DETECTORS]
    assert failed(checks) == []
    assert sum(c.passed is True for c in checks) >= 18


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: f"{p.on}-{p.name}".replace(" ", "_"))
def test_a_planted_leak_is_found_by_its_detector(plant: Plant, data_dir: Path) -> None:
    spoilt = plant.spoil(honest(plant.on, data_dir), np.random.default_rng(zlib.crc32(plant.name.encode())))
    (check,) = audit(spoilt, only={plant.detector})
    assert check.passed is False, check.detail
    assert check.found >= 1
    assert len(check.detail) < 700


def test_every_detector_has_a_planted_leak() -> None:
    planted = Counter(plant.detector for plant in PLANTS)
    assert set(planted) == {detector.name for detector in DETECTORS}
    assert len(PLANTS) >= 40
    assert len(DETECTORS) >= 15
    assert len({(p.name, p.on) for p in PLANTS}) == len(PLANTS)
