"""What a training run is: everything but the data, the seed and the length."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.motion.training import Augmentation

SETS = ("usc_had", "hapt", "motionsense", "wisdm")
# What a detailed caption holds, and how often. The semantic level alone is the other share of every batch.
MIX: tuple[tuple[tuple[str, ...], float], ...] = (
    (("statistical",), 0.25),
    (("structural",), 0.3),
    (("statistical", "structural"), 0.1),
    (("semantic", "statistical"), 0.2),
    (("semantic", "statistical", "structural"), 0.15),
)


@dataclass(frozen=True, slots=True)
class CaptionPlan:
    """detailed: share of a batch whose captions hold numbers; those windows are as recorded, so that the numbers are theirs.

    of_a_run: so many of those come from one run, so that what tells two stretches of one person's walk apart is learnt.

    mix: levels of a detailed caption with their weights. trunk: share of hip, waist and pocket windows of which only "x up" is
    told. without_classes: labels never seen; without_sets: data sets never seen. Both serve evaluation.
    """

    detailed: float = 0.5
    of_a_run: int = 2
    mix: tuple[tuple[tuple[str, ...], float], ...] = MIX
    trunk: float = 0.3
    sets: tuple[str, ...] = SETS
    without_classes: tuple[str, ...] = ()
    without_sets: tuple[str, ...] = ()
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True, slots=True)
class Recipe:
    """epoch_windows: an epoch ends where the state is written, not where the data end."""

    batch_size: int = 192
    epoch_windows: int = 6_400
    peak_rate: float = 1.2e-3
    weight_decay: float = 0.03
    second_moment: float = 0.99
    warm_up: float = 0.06
    average_decay: float = 0.998
    largest_gradient: float = 1.0
    bfloat16: bool = True


# A decoder alone learns one level at a time, nearly always one with numbers: what is done its towers know already.
DECODER_PLAN = CaptionPlan(detailed=0.85, of_a_run=1, mix=((("statistical",), 0.5), (("structural",), 0.5)))
DECODER_RECIPE = Recipe(batch_size=64, peak_rate=2e-3)

# What the levels are called in `--levels`; "semantic" alone has no detailed captions.
LEVEL_PLANS: dict[str, CaptionPlan] = {
    "all": CaptionPlan(),
    "semantic": CaptionPlan(detailed=0.0),
    "semantic+statistical": CaptionPlan(mix=((("semantic", "statistical"), 0.5), (("statistical",), 0.5))),
    "semantic+structural": CaptionPlan(mix=((("semantic", "structural"), 0.5), (("structural",), 0.5))),
}
