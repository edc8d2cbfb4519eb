"""Public research sets as recordings: `hapt:exp05`, `usc_had:s13/a1/t1`, `motionsense:s5/t1`, `wisdm:1600/watch/typing`.

The data are not part of Telltale: `--data DIR` says where they lie. Each set's licence and citation are in its card.
"""

from recordings.datasets.axes import MIXABLE_SETS, as_worn_in, with_x_up
from recordings.datasets.card import DatasetCard
from recordings.datasets.registry import (
    DATASETS,
    Dataset,
    dataset,
    is_dataset_key,
    open_dataset_recording,
    recordings_of,
)
from recordings.datasets.splits import HELD_OUT_SUBJECTS, is_held_out

__all__ = [
    "DATASETS",
    "HELD_OUT_SUBJECTS",
    "MIXABLE_SETS",
    "Dataset",
    "DatasetCard",
    "as_worn_in",
    "dataset",
    "is_dataset_key",
    "is_held_out",
    "open_dataset_recording",
    "recordings_of",
    "with_x_up",
]
