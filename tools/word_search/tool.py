"""`search_windows`: the stretches of an open recording that a sentence describes, as evidence."""

from __future__ import annotations

from tools.bench import Bench
from tools.errors import NoData
from tools.evidence import Evidence, evidence
from tools.method import method
from tools.word_search.find import find_in, verified
from tools.word_search.index import STRIDE_S, WINDOW_S, windows_of
from tools.word_search.query import parse

TOOL = "search_windows"


def search_windows(bench: Bench, recording_id: str, words: str, most: int = 5) -> list[Evidence]:
    """One `described_by` a stretch, value the words, best first; only stretches that the samples bear out when read again.

    A quantity of its own: that a sentence lies near a window is no classification, and nothing that is said about activities may
    rest on it. NoData, with the reason, where nothing is found or training had no such words; [] where the bench has no
    word model. UserError for a query that cannot be asked.
    """
    model = bench.words
    recording = bench.recording(recording_id)
    if model is None:
        return []
    query = parse(words)
    pool = bench.once(recording_id, f"word windows:{model.revision}", lambda: windows_of(recording, model))
    found = find_in(pool, model, query, most=most)
    if found.status != "found":
        raise NoData(recording_id, found.note)
    rows = []
    for stretch in found.stretches:
        if not verified(stretch, recording, model, query.wanted):
            continue
        rows.append(
            evidence(
                tool=TOOL,
                recording_id=recording_id,
                stream=stretch.stream,
                start_s=stretch.span.start_s,
                end_s=stretch.span.end_s,
                quantity="described_by",
                value=query.wanted,
                method=method(
                    "log-odds of a sentence and windows",
                    order=None if query.other is None else f"{query.order} {query.other}",
                    log_odds=stretch.log_odds,
                    windows=stretch.windows,
                    window_s=WINDOW_S,
                    stride_s=STRIDE_S,
                ),
                model=model.revision,
            )
        )
    return rows
