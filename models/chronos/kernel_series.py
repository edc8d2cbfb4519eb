"""Series drawn from Gaussian processes with random composite kernels (KernelSynth: Chronos, Ansari et al. 2024, §4.2)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_JITTER = 1e-6
LARGEST_KERNELS = 5


def _periodic(period: float) -> Callable[[Floats], Floats]:
    return lambda lag: np.exp(-2.0 * np.sin(math.pi * lag / period) ** 2)


def _squared_exponential(scale: float) -> Callable[[Floats], Floats]:
    return lambda lag: np.exp(-0.5 * (lag / scale) ** 2)


def _rational_quadratic(alpha: float) -> Callable[[Floats], Floats]:
    return lambda lag: (1.0 + lag**2 / (2.0 * alpha)) ** -alpha


def _random_kernel(rng: np.random.Generator, samples: int) -> Floats:
    """One kernel of the bank as a (samples, samples) matrix: seasonal, smooth, rough, linear, noise or a constant."""
    at = np.linspace(0.0, 1.0, samples)
    lag = np.abs(at[:, None] - at[None, :])
    kind = rng.choice(6, p=(0.4, 0.2, 0.12, 0.13, 0.1, 0.05))
    if kind == 0:  # from two samples a period to one period a series, as cadences are: logarithmic
        return _periodic(float(np.exp(rng.uniform(math.log(4.0 / samples), 0.0))))(lag)
    if kind == 1:
        return _squared_exponential(float(rng.choice((0.01, 0.03, 0.1, 1.0))))(lag)
    if kind == 2:
        return _rational_quadratic(float(rng.choice((0.1, 1.0, 10.0))))(lag)
    if kind == 3:
        origin = float(rng.choice((0.0, 1.0)))
        return np.asarray(origin + np.outer(at, at), dtype=np.float64)
    if kind == 4:
        return float(rng.choice((0.1, 1.0))) * np.eye(samples)
    return np.ones((samples, samples))


def kernel_series(rng: np.random.Generator, samples: int = 512) -> npt.NDArray[np.float32]:
    """(samples,): one to five kernels of the bank, joined by + or ×, and one draw from the process with that covariance."""
    covariance = _random_kernel(rng, samples)
    for _ in range(int(rng.integers(LARGEST_KERNELS))):
        other = _random_kernel(rng, samples)
        covariance = covariance + other if rng.random() < 0.5 else covariance * other
    covariance[np.diag_indices(samples)] += _JITTER * max(1.0, float(covariance.diagonal().mean()))
    noise = rng.standard_normal(samples)
    for _ in range(6):  # products of kernels are positive definite only up to rounding
        try:
            return (np.linalg.cholesky(covariance) @ noise).astype(np.float32)
        except np.linalg.LinAlgError:
            covariance[np.diag_indices(samples)] *= 1.001
    return noise.astype(np.float32)
