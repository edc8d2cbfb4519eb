"""Somebody's folders are nobody else's business: what is published names files and checkpoints by their own names."""

from __future__ import annotations

import re

# `predictions:/home/me/runs/x.npz`, `llasa:out/base`, `sensorllm_no_text@out/align-hapt` and `/home/me/no-usc_had` keep the last
# name; an address is no folder.
_FOLDERS = re.compile(
    r"(?:\b(?P<kind>(?:predictions|sensorllm|sensorlm|llasa|embedded):|sensorllm[\w ()]*@)(?:[^,\s]*/)|(?P<mark>^|[,=])(?:~|\.{1,2})?/[^,\s]*/)(?=[^/,\s]+)"
)


def without_folders(word: str) -> str:
    """A word of a command line, or a system's name, with every path in it cut down to its last name."""
    return _FOLDERS.sub(lambda found: found["kind"] or found["mark"], word)
