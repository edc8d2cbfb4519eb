"""Plots of a recording and its timeline: matplotlib's Agg and SVG, the same bytes for the same input."""

from apps.plots.colours import colour_of
from apps.plots.envelope import Envelope, envelope, sound_level_db
from apps.plots.timeline import Plot, draw_timeline

__all__ = ["Envelope", "Plot", "colour_of", "draw_timeline", "envelope", "sound_level_db"]
