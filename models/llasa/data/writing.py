"""SensorCaps and OpenSQA as files: captions and exchanges of every window, counted, every number looked up again."""

from __future__ import annotations

import json
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from models.limubert.windows import LabelledWindow
from models.llasa.data.corpus import SETS, Described, Side, described, distinct, side_of, split_windows, training_ranges
from models.llasa.data.retold import id_of
from models.llasa.data.words import GRAMMAR, Printed
from recordings import UserError

CAPTIONS, EXCHANGES, COUNTS, PAGE = "captions.jsonl", "exchanges.jsonl", "counts.json", "README.md"
# Half of each window is its neighbour's too: 50,000 windows of the four sets.
STRIDE_S = 3.0
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)(?!\.\d)")
# The wording's own: the window's length, a third, the band of rhythms, the smoothing.
_CONSTANTS = {"6", "2", "0.5", "4", "0.6"}
# Texts that distinct-n is counted over: the figure falls with their number, so it is always of as many.
_DISTINCT_OF = 20_000
_PAGE_WINDOWS = 4


@dataclass(slots=True)
class CorpusCounts:
    """by: features lines, narrations and open answers by who wrote them. told, held: sentences of a language model, and those of them that
    the samples bear. captions, exchanges: by side. kinds: exchanges of each kind. numbers: printed ones, each found among the measurements.

    duplicates: share of answers whose words were given to an earlier window's question of the kind too. distinct: 1, 2, 3 →
    distinct n-grams over all, in the first 20,000 open answers. windows_per_s: of writing, reading the recordings left out.
    """

    captions: dict[str, int] = field(default_factory=dict)
    exchanges: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    by: dict[str, int] = field(default_factory=dict)
    told: int = 0
    held: int = 0
    numbers: int = 0
    duplicate_answers: float = 0.0
    duplicate_narrations: float = 0.0
    duplicate_features: float = 0.0
    distinct: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    windows_per_s: float = 0.0
    digest: str = ""

    def printed(self) -> dict[str, object]:
        """What two runs have in common: everything but the time."""
        return {k: v for k, v in asdict(self).items() if k not in ("seconds", "windows_per_s")}


class Retells(Protocol):
    """Tells a window again in a language model's words, where they hold. told, held: sentences so far."""

    @property
    def name(self) -> str: ...
    @property
    def told(self) -> int: ...
    @property
    def held(self) -> int: ...
    def __call__(self, one: Described) -> Described: ...


def write_corpus(
    data_dir: Path,
    output: Path,
    *,
    seed: int = 0,
    stride_s: float = STRIDE_S,
    sets: tuple[str, ...] = SETS,
    most_windows: int | None = None,
    retell: Retells | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> CorpusCounts:
    """captions.jsonl, exchanges.jsonl (one object a line, `side` says whose), counts.json and a page of samples.

    The same data, seed and stride give the same bytes. retell: a language model that tells each window again; what does not hold stays
    the grammar's. UserError without data; ValueError when a number in a text was not
    measured (a bug: nothing is written over).
    """
    tick = progress or (lambda text, share: None)
    tick("reading windows", 0.0)
    sides = split_windows(data_dir, stride_s, sets)
    if not sides["train"]:
        raise UserError(data_dir, expected="the four motion sets", found="no windows", cure="see --data")
    windows = [w for side in ("train", "validation", "test") for w in sides[side]]
    if most_windows is not None:
        windows = windows[:: max(1, len(windows) // most_windows)][:most_windows]
    output.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    ranges = training_ranges(sides["train"])
    counts, tally = CorpusCounts(), _Tally()
    pages: list[Described] = []
    try:
        with (output / f"{CAPTIONS}.new").open("w") as captions, (output / f"{EXCHANGES}.new").open("w") as exchanges:
            for number, one in enumerate(described(windows, ranges, seed)):
                side = side_of(one.window)
                if retell is not None:
                    one = retell(one)
                tally.take(one, side)
                captions.write(_line(one, side))
                exchanges.writelines(_exchange_lines(one, side))
                if number % max(1, len(windows) // _PAGE_WINDOWS) == 0 and side == "train":
                    pages.append(one)
                if retell is not None or number % 500 == 0:
                    tick(f"window {number:,} of {len(windows):,}", number / len(windows))
    except BaseException:
        for name in (CAPTIONS, EXCHANGES):
            (output / f"{name}.new").unlink(missing_ok=True)
        raise
    tally.into(counts)
    if retell is not None:
        counts.told, counts.held = retell.told, retell.held
    counts.seconds = round(time.monotonic() - began, 1)
    counts.windows_per_s = round(len(windows) / max(counts.seconds, 1e-6), 1)
    for name in (CAPTIONS, EXCHANGES):
        (output / f"{name}.new").replace(output / name)
    (output / COUNTS).write_text(json.dumps(counts.printed(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (output / PAGE).write_text(page(counts, pages), encoding="utf-8")
    return counts


class _Tally:
    """Counts while texts stream by; texts themselves are not kept, but for those that distinct-n is of."""

    def __init__(self) -> None:
        self.captions: Counter[str] = Counter()
        self.exchanges: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        self.numbers, self.checksum = 0, 0
        self.seen: dict[str, set[int]] = {"answers": set(), "narrations": set(), "features": set()}
        self.repeated: Counter[str] = Counter()
        self.open_answers: list[str] = []

    def take(self, one: Described, side: Side) -> None:
        self.captions[side] += 1
        self.by.update(one.caption.by)
        told = f"{one.caption.features} {one.caption.narration}"
        self.numbers += looked_up(told, one.caption.printed)
        self._repeats("narrations", one.caption.narration)
        self._repeats("features", one.caption.features)
        self.checksum = zlib.crc32(told.encode(), self.checksum)
        for exchange in one.exchanges:
            self.exchanges[side] += 1
            self.kinds[exchange.kind] += 1
            self.numbers += looked_up(exchange.answer, exchange.printed)
            self.checksum = zlib.crc32(f"{exchange.question}{exchange.answer}".encode(), self.checksum)
            if exchange.kind != "class":
                self.by[exchange.by] += 1
                self._repeats("answers", f"{exchange.kind}: {exchange.answer}")
                if len(self.open_answers) < _DISTINCT_OF:
                    self.open_answers.append(exchange.answer)

    def _repeats(self, what: str, text: str) -> None:
        mark = hash_of(text)
        self.repeated[what] += mark in self.seen[what]
        self.seen[what].add(mark)

    def into(self, counts: CorpusCounts) -> None:
        counts.captions, counts.exchanges, counts.kinds = dict(self.captions), dict(self.exchanges), dict(self.kinds)
        counts.by = dict(sorted(self.by.items()))
        counts.numbers, counts.digest = self.numbers, f"{self.checksum:08x}"
        captions = max(1, sum(self.captions.values()))
        answers = max(1, sum(n for kind, n in self.kinds.items() if kind != "class"))
        counts.duplicate_answers = round(self.repeated["answers"] / answers, 5)
        counts.duplicate_narrations = round(self.repeated["narrations"] / captions, 5)
        counts.duplicate_features = round(self.repeated["features"] / captions, 5)
        counts.distinct = {str(n): round(distinct(self.open_answers, n), 4) for n in (1, 2, 3)}


def hash_of(text: str) -> int:
    """64 bits that do not change from run to run."""
    return zlib.crc32(text.encode()) << 32 | zlib.adler32(text.encode())


def numbers_in(text: str) -> list[str]:
    """Every number as it stands."""
    return _NUMBER.findall(text)


def looked_up(text: str, printed: Iterable[Printed]) -> int:
    """How many numbers stand in `text`; ValueError for one that is no measurement of its window."""
    known = {p.text for p in printed}
    found = numbers_in(text)
    for number in found:
        if number not in known and number not in _CONSTANTS:
            raise ValueError(f"{number} was not measured: {text}")
    return sum(number in known for number in found)


def _head(window: LabelledWindow, side: Side) -> dict[str, object]:
    return {
        "id": id_of(window),
        "dataset": window.dataset,
        "subject": window.subject,
        "side": side,
    }


def _line(one: Described, side: Side) -> str:
    window = one.window
    row = _head(window, side) | {
        "label": window.label,
        "position": window.position,
        "features": one.caption.features,
        "narration": one.caption.narration,
        "by": list(one.caption.by),
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def _exchange_lines(one: Described, side: Side) -> list[str]:
    head = _head(one.window, side)
    return [
        json.dumps(
            head | {"kind": e.kind, "question": e.question, "answer": e.answer, "gives_away": e.gives_away, "by": e.by},
            ensure_ascii=False,
        )
        + "\n"
        for e in one.exchanges
    ]


def _by(counts: CorpusCounts) -> str:
    """Who wrote them."""
    if set(counts.by) <= {GRAMMAR}:
        return "A grammar over measurements of the windows wrote all of them, no language model or endpoint any."
    shares = ", ".join(f"{name} {n:,}" for name, n in counts.by.items())
    return (
        f"Features lines, narrations and open answers by who wrote them: {shares}. Of the language model's {counts.told:,} sentences "
        f"{counts.held:,} held and were kept: their numbers, axes, activities, places, directions and rhythms were looked up, not their other "
        "words; where too little was left, the grammar's text stands."
    )


def page(counts: CorpusCounts, shown: Sequence[Described]) -> str:
    """The card of the files: counts, and windows with all that is said about them."""
    total, asked = sum(counts.captions.values()), sum(counts.exchanges.values())
    lines = [
        "# SensorCaps and OpenSQA, generated",
        "",
        f"{total:,} captions and {asked:,} question–answer pairs. {_by(counts)} {counts.numbers:,} numbers are printed, and every one was",
        "found among the measurements of its window.",
        "",
        "| side (by subject) | captions | pairs |",
        "| --- | --- | --- |",
        *(f"| {side} | {n:,} | {counts.exchanges[side]:,} |" for side, n in counts.captions.items()),
        "",
        "| kind | pairs |",
        "| --- | --- |",
        *(f"| {kind} | {n:,} |" for kind, n in counts.kinds.items()),
        "",
        f"Repeated word for word: {100 * counts.duplicate_answers:.2f} % of open answers, {100 * counts.duplicate_narrations:.2f} % of narrations,"
        f" {100 * counts.duplicate_features:.2f} % of feature lines. distinct-1, -2, -3 over the first {_DISTINCT_OF:,} open answers:"
        f" {counts.distinct.get('1', 0):.4f}, {counts.distinct.get('2', 0):.4f}, {counts.distinct.get('3', 0):.4f}.",
        "",
    ]
    for one in shown:
        window = one.window
        lines += [
            f"## {window.label} ({window.dataset}, subject {window.subject}, {window.start_s:g} s)",
            "",
            f"**Features.** {one.caption.features}",
            "",
            f"**Narration.** {one.caption.narration}",
            "",
        ]
        for exchange in one.exchanges[:5]:
            lines += [f"**{exchange.kind}.** {exchange.question}", "", f"> {exchange.answer}", ""]
    return "\n".join(lines)
