"""How a run trains: everything but the data, the seed and the length."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.llasa.training.items import Shares


@dataclass(frozen=True, slots=True)
class Recipe:
    """rates: peaks of AdamW with a cosine. batch_tokens: of a step, padding included. align_share: of the steps of both stages.

    The published tuned rates (3e-5 for the adapter) are for a backbone fifty times as large. tune_encoder: LIMU-BERT is
    trained along in the second stage, a deviation that is off by default. warm_steps: of the start that asks no language
    model (0: none, as published); warm_encoder: LIMU-BERT is trained along in it, on windows turned a little, so that what it
    missed without labels is learnt where a step is cheap. beside_weight: of that start's loss beside the language model's in the
    second stage, so that the projector does not lose what it was taught (0, as published: it is left to the answers). by_value:
    width of the layer that adds the window's measurements to the rows (0: none, as published); it learns with the projector.
    """

    align_rate: float = 1e-3
    adapter_rate: float = 5e-4
    projector_rate: float = 5e-4
    encoder_rate: float = 3e-4
    tune_encoder: bool = False
    warm_up: float = 0.03
    batch_tokens: int = 16_384
    align_share: float = 0.15
    longest_tokens: int = 480
    largest_gradient: float = 1.0
    pool: int = 1
    rank: int = 8
    alpha: int = 8
    warm_steps: int = 0
    warm_rate: float = 1e-3
    warm_batch: int = 128
    warm_encoder: bool = False
    beside_weight: float = 0.0
    by_value: int = 0
    shares: Shares = field(default_factory=Shares)
    align_shares: Shares = field(default_factory=lambda: Shares(measured=0.0, narration=0.0))


# A processor sees some thousands of exchanges in half an hour: four rows make a token, measurements are told by
# value, the projector starts warm, short questions come first and long ones are few.
ON_A_PROCESSOR = Recipe(
    pool=4,
    by_value=256,
    rank=8,
    alpha=16,
    warm_steps=3000,
    warm_batch=64,
    warm_encoder=True,
    encoder_rate=1.5e-3,
    adapter_rate=1e-3,
    projector_rate=2e-4,
    align_rate=5e-4,
    batch_tokens=800,
    align_share=0.08,
    longest_tokens=400,
    shares=Shares(short=0.9, union=0.04, own=0.04, told=0.01, measured=0.03, features=0.01, narration=0.0),
    align_shares=Shares(short=1.0, union=0.0, own=0.0, told=0.0, measured=0.0, features=0.2, narration=0.0),
)
