"""What each stage is trained on, and which of the paper's choices it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from models.sensorllm.data import MOTION_SETS, Kind, ValueKind


@dataclass(frozen=True, slots=True)
class AlignmentPlan:
    """What is trained on. segments: examples a set; longest_samples: of a segment; longest_answer: tokens, longer ones are
    left out. projector_sizes: hidden widths of the MLP. validation_segments: of the validation subjects, a set. kinds: of
    text, the paper's `trend` and what goes beyond it. whole_vocabulary: normalise the loss over every token of the backbone,
    as the paper does, not over those that occur in answers. step_weight: of the words read at the rows themselves beside the
    answers (0: the paper's form); with it an example whose answer is too long is read and not asked. warm_steps: of turning
    the MLP towards those words first.
    """

    sets: tuple[str, ...] = MOTION_SETS
    segments: int = 25_000
    shortest_samples: int = 5
    longest_samples: int = 100
    longest_answer: int = 600
    validation_segments: int = 100
    projector_sizes: tuple[int, ...] = (512,)
    kinds: tuple[Kind, ...] = ("trend",)
    whole_vocabulary: bool = False
    step_weight: float = 1.0
    warm_steps: int = 1500


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """pool: training windows kept, as evenly over classes as they allow. windows_per_epoch: drawn from it, evenly again. Both count
    the set's own windows: those of sets beside come on top (`drawing`).

    validation_windows: of the validation subjects, at most. text: statistics and question after the channels. pooled_rows,
    backbone_layers: what a processor can afford (see `SensorLLMConfig`); the paper's are 1 and 0, no pooling and all layers.
    by_value: width of the layer through which numbers of the channels reach the rows by value, 0 in the paper; value_kinds: which.
    warm_steps: of turning rows towards the names of their classes first (`class_start`), 0 in the paper. turned_deg: training windows
    are turned by up to so many degrees (`turned`), 0 in the paper. beside: sets whose training windows are in the pool, too, in the
    form of the set that is tuned on (`beside`), none in the paper.
    """

    pool: int = 6000
    windows_per_epoch: int = 2000
    validation_windows: int = 600
    text: bool = True
    pooled_rows: int = 1
    backbone_layers: int = 0
    by_value: int = 0
    value_kinds: tuple[ValueKind, ...] = ("statistics",)
    warm_steps: int = 0
    turned_deg: float = 0.0
    beside: tuple[str, ...] = ()
