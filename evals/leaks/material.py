"""What an evaluation is made of, as far as a leak can hide in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Scalar = str | float | int | bool | None
Vector = npt.NDArray[np.floating]

# What a system is shown of an item, unless a task says otherwise. The rest (id, recording, times) is bookkeeping: in honest
# sets the id often names the activity, and the protocol's fixed order of activities makes the start time tell it.
SHOWN = frozenset({"vector", "text", "metadata", "file"})
SHOWABLE = SHOWN | {"id", "order", "start_s", "duration_s", "presence"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is learnt from or tested on: a window, a clip, a recording, an exemplar.

    subject, recording: who and where from; with several data sets in one material write `set/subject`. group: what a clip was
    cut from, where that is more than the recording. start_s, end_s: inside the recording. vector: its samples, (channels, n)
    or (n,), any rate and length. digest: of those samples, computed when empty. text: what was computed about it from the
    samples and is given to the system as words. said: what a model or tool *predicted* about it; it may name activities, and
    only whether it is an oracle can be asked. metadata: further fields that the system is given. file: the file name where the system
    sees it. present: modalities that were there, None where nothing can be missing.
    """

    id: str
    subject: str = ""
    recording: str = ""
    start_s: float | None = None
    end_s: float | None = None
    label: str = ""
    text: str = ""
    metadata: Mapping[str, Scalar] = field(default_factory=dict)
    digest: str = ""
    vector: Vector | None = field(default=None, repr=False)
    said: str = ""
    file: str = ""
    group: str = ""
    present: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """The whole text that a language model was given about the test item `item`, and the exemplars that it quotes by id."""

    item: str
    text: str
    exemplars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of an evaluation that the detectors look at. None: the evaluation has no such thing, its checks do not apply.

    train, validation, test: the split. guard_s: how far apart windows of one recording must lie to be apart (None: the length
    of the shorter window's tenth). exemplars: what a store or a prompt may quote. prompts: as sent. fitted_on: what was
    fitted → ids of items, subjects or recordings that it was fitted on. option_orders: test item → the options as shown.
    predictions: test item → the label that was said. refit: training labels (as `train`, permuted) → predictions for `test`.
    predict: test items in some order → predictions in that order. synonyms: label → further words for it. unseen: classes
    claimed never to have been trained on; pretraining_labels, pretraining_subjects: of every model inside the system.
    shown: which fields of an item the system is given, of `SHOWABLE`.
    """

    train: Sequence[Item] | None = None
    test: Sequence[Item] | None = None
    validation: Sequence[Item] | None = None
    exemplars: Sequence[Item] | None = None
    prompts: Sequence[Prompt] | None = None
    fitted_on: Mapping[str, Collection[str]] | None = None
    option_orders: Mapping[str, Sequence[str]] | None = None
    predictions: Mapping[str, str] | None = None
    refit: Callable[[Sequence[str]], Sequence[str]] | None = None
    predict: Callable[[Sequence[Item]], Sequence[str]] | None = None
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unseen: Collection[str] | None = None
    pretraining_labels: Collection[str] | None = None
    pretraining_subjects: Collection[str] | None = None
    guard_s: float | None = None
    shown: frozenset[str] = SHOWN
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = self.shown - SHOWABLE
        if unknown:
            raise ValueError(f"shown: {', '.join(sorted(unknown))} is none of {', '.join(sorted(SHOWABLE))}")

    @property
    def learnt(self) -> list[Item]:
        """What anything could have been learnt from: the training and the validation items."""
        return [*(self.train or ()), *(self.validation or ())]

    @property
    def tested(self) -> Sequence[Item]:
        return self.test or ()
