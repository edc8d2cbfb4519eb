"""Finding the windows that a sentence describes, in a person's own recordings."""

from tools.word_search.find import Found, Stretch, find, verified
from tools.word_search.index import Filter, WindowIndex
from tools.word_search.model import WordModel
from tools.word_search.query import Query, parse
from tools.word_search.tool import search_windows

__all__ = [
    "Filter",
    "Found",
    "Query",
    "Stretch",
    "WindowIndex",
    "WordModel",
    "find",
    "parse",
    "search_windows",
    "verified",
]
