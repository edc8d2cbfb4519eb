"""Where one thing ends and the next begins: window probabilities into episodes that tile the recorded span."""

from agents.segmentation.boundary import change_point, motion_features, sound_features
from agents.segmentation.decode import Run, decode
from agents.segmentation.segment import TRANSITIONS, Segment, SegmentationSettings, segment, uncovered
from agents.segmentation.track import Grid, Track, grid_over

__all__ = [
    "TRANSITIONS",
    "Grid",
    "Run",
    "Segment",
    "SegmentationSettings",
    "Track",
    "change_point",
    "decode",
    "grid_over",
    "motion_features",
    "segment",
    "sound_features",
    "uncovered",
]
