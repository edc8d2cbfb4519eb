"""How near a trend text is to the exact one: by what it states, then by its words."""

from evals.text_scores.overlap import Overlap, overlap, overlap_revision
from evals.text_scores.reading import Told, told_by
from evals.text_scores.structure import Structure, structure

__all__ = ["Overlap", "Structure", "Told", "overlap", "overlap_revision", "structure", "told_by"]
