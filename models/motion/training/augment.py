"""What may happen to a device without changing what its wearer does."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.motion.taxonomy import POSITIONS
from models.rotations import rotations

UNKNOWN = POSITIONS.index("unknown")
POCKET = POSITIONS.index("pocket")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Chances and sizes. A known placement turns by at most 30°: posture is told by gravity's direction."""

    forget_position: float = 0.12
    largest_turn_rad: float = math.pi / 6
    turn_phone: float = 0.3
    drop_gyro: float = 0.12
    lower_rate: float = 0.35
    scale: float = 0.05
    noise_ms2: float = 0.08
    noise_rads: float = 0.02


def low_passed(windows: Tensor, cutoff_share: Tensor) -> Tensor:
    """(n, channels, samples) as a slower sensor would have heard them; cutoff_share: (n,) of the Nyquist rate."""
    samples = windows.shape[2]
    # Mirrored at both ends, so that the transform sees no jump.
    spectrum = torch.fft.rfft(torch.cat([windows, windows.flip(2)], dim=2), dim=2)
    bins = torch.arange(spectrum.shape[2], device=windows.device) / samples
    edge = ((cutoff_share[:, None] - bins) * 20.0).sigmoid()
    return torch.fft.irfft(spectrum * edge[:, None, :], n=2 * samples, dim=2)[:, :, :samples]


def augmented(
    windows: Tensor, positions: Tensor, native_20_hz: Tensor, plan: Augmentation, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """windows (n, 6, samples), positions (n,), native_20_hz (n,) bool → windows, positions, has_gyro (n,) bool.

    Draws come from `generator`, which lives on the windows' device; nothing waits for the device.
    """
    n, device = len(windows), windows.device

    def chance(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, device=device)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, device=device)

    zero = torch.zeros(n, device=device)
    forget = chance(n) < plan.forget_position
    positions = torch.where(forget, torch.full_like(positions, UNKNOWN), positions)
    # Rows were drawn independently of each other, so the first ones are as good as any.
    slower = round(plan.lower_rate * n)
    if slower:
        share = torch.where(native_20_hz[:slower], zero[:slower] + 2.0, 0.4 + 0.6 * chance(slower))
        windows = torch.cat([low_passed(windows[:slower], share), windows[slower:]])

    angle = torch.where(forget, math.pi * chance(n), plan.largest_turn_rad * chance(n))
    turn = rotations(normal(n, 3), angle)
    # A second free turn makes the forgotten placement's direction uniform enough on the sphere.
    second = rotations(normal(n, 3), torch.where(forget, math.pi * chance(n), zero))
    turn = second @ turn
    # Phones lie in pockets every way round; one set fixed theirs, the other did not.
    about = torch.nn.functional.one_hot((chance(n) * 3).long().clamp_max(2), 3).to(windows.dtype)
    quarter = (1 + (chance(n) * 3).floor()) * (math.pi / 2)
    loose = (positions == POCKET) & native_20_hz & (chance(n) < plan.turn_phone)
    turn = turn @ rotations(about, torch.where(loose, quarter, zero))
    both = (turn[:, None] @ windows.view(n, 2, 3, -1)).view(windows.shape)
    size = 1 + plan.scale * normal(n, 2, 1).repeat_interleave(3, dim=1)
    noise = torch.tensor([plan.noise_ms2, plan.noise_rads], device=device).repeat_interleave(3)[None, :, None]
    both = both * size + noise * chance(n, 2, 1).repeat_interleave(3, dim=1) * normal(*both.shape)
    has_gyro = chance(n) >= plan.drop_gyro
    heard = torch.ones(n, 6, 1, device=device)
    heard[:, 3:] = has_gyro[:, None, None].to(heard.dtype)
    return both * heard, positions, has_gyro
