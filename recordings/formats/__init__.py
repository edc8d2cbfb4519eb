"""File formats behind one registry that looks at the content, not only at the suffix."""

from recordings.formats.reader import Reader
from recordings.formats.registry import READERS, read_file, reader_of

__all__ = ["READERS", "Reader", "read_file", "reader_of"]
