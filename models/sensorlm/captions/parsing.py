"""A caption's text read back: which sentence claims what. Whatever wrote it, its claims can then be held against the samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.sensorlm.captions.channels import Scheme, Spoken
from models.sensorlm.captions.checking import unsupported
from models.sensorlm.captions.sentence import Caption, Claim, Line, Sentence, Series
from models.sensorlm.captions.statistical import STATISTICS_OF
from models.sensorlm.captions.wording import EVENTS, PHRASES, PLACED_WINDOWS, PLACES, STATISTICS, TRENDS, WINDOWS

_NUMBER = r"-?\d+(?:\.\d+)?"
_GROUPS = {
    **dict.fromkeys(STATISTICS_OF, _NUMBER),
    "start": r"\d+",
    "end": r"\d+",
    "at": r"\d+",
    "way": "increasing|decreasing|stable",
    "what": "peak|spike|drop",
}


@dataclass(frozen=True, slots=True)
class ReadCaption:
    """caption: the sentences in wordings of ours, with their claims. strange: those in none."""

    caption: Caption
    strange: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadActivity:
    """label: of the motion taxonomy. place: where the sensor was, None where that is not said."""

    label: str
    place: str | None


def read_caption(text: str, scheme: Scheme, levels: Sequence[str]) -> ReadCaption:
    """A statistical or structural text, line by line, in any case of letters. levels: what the caption is said to be of."""
    lines: list[Line] = []
    strange: list[str] = []
    for raw in text.splitlines():
        opening, said = _opening(raw.strip(), scheme)
        found = []
        for sentence in _sentences(said):
            claims = _claims(sentence.lower(), scheme)
            if claims is None:
                strange.append(sentence)
            else:
                found.append(Sentence(sentence, claims))
        if found:
            lines.append(Line(opening, tuple(found)))
    return ReadCaption(Caption(tuple(levels), tuple(lines)), tuple(strange))


def read_activity(text: str) -> ReadActivity | None:
    """A semantic sentence about a window; None in no wording of ours."""
    said = text.strip().rstrip(".").lower()
    for pattern in _activity_patterns():
        if found := pattern.fullmatch(said):
            groups = found.groupdict()
            return ReadActivity(_labels()[groups["a"]], _places()[groups["p"]] if groups.get("p") else None)
    return None


def supported(caption: Caption, data: Mapping[str, Series], *, decimals: int) -> Caption:
    """The sentences whose claims the samples bear out, every one. data: column → (n,), as `unsupported` takes it."""
    lines = []
    for line in caption.lines:
        kept = tuple(s for s in line.sentences if s.claims and not _wrong(caption.levels, s, data, decimals))
        if kept:
            lines.append(Line(line.opening, kept))
    return Caption(caption.levels, tuple(lines))


def _wrong(levels: tuple[str, ...], sentence: Sentence, data: Mapping[str, Series], decimals: int) -> list[Claim]:
    return unsupported(Caption(levels, (Line("", (sentence,)),)), data, decimals=decimals)


def _opening(line: str, scheme: Scheme) -> tuple[str, str]:
    """What a line begins with ("For heart, ", "heart: ") and the rest."""
    names = "|".join(re.escape(category.name) for category in scheme.categories)
    found = re.match(rf"(?:for (?:{names}), |(?:{names}): )", line, re.IGNORECASE)
    return (found.group(0), line[found.end() :]) if found else ("", line)


def _sentences(line: str) -> Iterator[str]:
    yield from (part.strip() for part in line.removesuffix(".").split(". ") if part.strip())


def _claims(sentence: str, scheme: Scheme) -> tuple[Claim, ...] | None:
    columns = _columns(scheme)
    for kind, pattern in _patterns(scheme):
        found = pattern.fullmatch(sentence)
        if not found:
            continue
        said = found.groupdict()
        column = columns[said["c"]]
        if kind == "statistics":
            return tuple(Claim(name, column, said[name]) for name in STATISTICS_OF)
        if kind == "trend":
            return tuple(Claim(said["way"], column, said[edge], edge) for edge in ("start", "end"))
        return (Claim("drop" if said["what"] == "drop" else "peak", column, said["at"]),)
    return None


@lru_cache(maxsize=4)
def _columns(scheme: Scheme) -> dict[str, str]:
    spoken: list[Spoken] = [s for c in scheme.categories for s in (*c.always, *c.extras)]
    return {s.words: s.column for s in spoken}


@lru_cache(maxsize=4)
def _patterns(scheme: Scheme) -> tuple[tuple[str, re.Pattern[str]], ...]:
    groups = {**_GROUPS, "c": _any_of(_columns(scheme))}
    kinds = {"statistics": STATISTICS, "trend": TRENDS, "event": EVENTS}
    return tuple((kind, _pattern(t, groups, scheme.tick)) for kind, templates in kinds.items() for t in templates)


@lru_cache(maxsize=1)
def _activity_patterns() -> tuple[re.Pattern[str], ...]:
    groups = {"a": _any_of(_labels()), "p": _any_of(_places())}
    # A bare "{a}." last: it fits whatever the others begin with only where the words are an activity's alone.
    return tuple(_pattern(t.rstrip("."), groups, "") for t in (*PLACED_WINDOWS, *WINDOWS))


def _pattern(template: str, groups: Mapping[str, str], tick: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template.lower())
    out = ""
    for i, piece in enumerate(pieces):
        if i % 2 == 0:
            out += re.escape(piece)
        else:
            out += re.escape(tick) if piece == "t" else f"(?P<{piece}>{groups[piece]})"
    return re.compile(out)


def _any_of(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    return {phrase.lower(): label for label, phrases in PHRASES.items() for phrase in phrases}


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    return {words: place for place, words in PLACES.items()}
