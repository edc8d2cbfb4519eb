"""What a table of samples means: its columns' names, clock, units and labels."""

from recordings.tables.interpret import content_of
from recordings.tables.names import Meaning, meaning_of, place_in
from recordings.tables.table import Table

__all__ = ["Meaning", "Table", "content_of", "meaning_of", "place_in"]
