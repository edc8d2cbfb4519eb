"""The networks of the literature: shapes, learning, and that a seed repeats."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.chronos import ChronosEmbedder
from models.chronos.embedder import DUMMY
from models.window_networks import NETWORKS, MeanRows, NetworkRecipe, fit_network

RECIPE = NetworkRecipe(epochs=6, windows_per_epoch=64, batch=16, peak_rate=3e-3)


def windows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes that a posture tells apart, and a third that a rhythm does."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    values = 0.1 * rng.standard_normal((n, 6, 40)).astype(np.float32)
    values[truth == 1, 0] += 9.81
    values[truth == 2] += np.sin(np.arange(40) * 0.9).astype(np.float32)
    return values, truth.astype(np.int64)


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_each_network_learns_and_repeats_with_its_seed(kind: str) -> None:
    values, truth = windows(80, 0)
    validating = np.arange(80) >= 64
    fitted, again = (
        fit_network(kind, values, truth, validating, 3, seed=1, device="cpu", recipe=RECIPE, encoder=DUMMY)
        for _ in range(2)
    )
    test, asked = windows(60, 5)
    said = fitted.predict(test)
    assert said.shape == (60, 3) and np.allclose(said.sum(axis=1), 1, atol=1e-5)
    # The encoder z-scores every channel: it cannot tell a posture, only the rhythm.
    seen = asked == 2 if kind == "chronos_mlp" else np.ones(60, dtype=bool)
    assert (said.argmax(axis=1) == asked)[seen].mean() > 0.6
    assert np.array_equal(said, again.predict(test))
    assert 1 <= fitted.epoch <= RECIPE.epochs and fitted.parameters > 1000


def test_global_randomness_is_left_as_it_was() -> None:
    values, truth = windows(40, 0)
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    fit_network("patchtst", values, truth, np.zeros(40, dtype=bool), 3, device="cpu", recipe=NetworkRecipe(epochs=1))
    assert torch.equal(before, torch.random.get_rng_state())


class Counting(ChronosEmbedder):
    """Remembers how many series it was asked for."""

    asked = 0

    def encode(self, series, dtype=torch.float32):  # type: ignore[no-untyped-def]
        self.asked += len(series)
        return super().encode(series, dtype)


def test_shared_mean_rows_are_encoded_once_and_change_no_answer() -> None:
    values, truth = windows(80, 0)
    validating = np.arange(80) >= 64
    embedder = Counting.from_pretrained(DUMMY)
    shared = MeanRows(embedder)
    test, _ = windows(30, 5)
    for seed in (0, 1):
        alone = fit_network(
            "chronos_mlp", values, truth, validating, 3, seed=seed, device="cpu", recipe=RECIPE, encoder=DUMMY
        )
        fitted = fit_network(
            "chronos_mlp", values, truth, validating, 3, seed=seed, device="cpu", recipe=RECIPE, encoder=shared
        )
        assert np.array_equal(fitted.predict(test), alone.predict(test))
    assert embedder.asked == 6 * (80 + 30)


def test_mean_rows_forget_the_oldest_windows() -> None:
    embedder = Counting.from_pretrained(DUMMY)
    rows = MeanRows(embedder, kept=1)
    first, second = windows(4, 0)[0], windows(4, 1)[0]
    for values in (first, first, second, first):
        assert rows.of(values).shape == (4, 6, embedder.size)
    assert embedder.asked == 6 * 4 * 3
    assert rows.of(first[:0]).shape == (0, 6, embedder.size)
