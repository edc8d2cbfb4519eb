"""A sentence as typed tokens. Every step is linear in the sentence's length; nothing backtracks over it.

Atoms (clock times, numbers, words, signs) come from one scan; names from the facts and the closed lexicon are then
matched longest first; numbers take their units and counted nouns; pairs of clock times become spans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.verification.amounts import LONGEST_UNIT, UNIT_ATOMS, UNITS, Amount, Bound, parse_clock, parse_number
from agents.verification.lexicon import COUNTED, PHRASES, Entry
from agents.wording.numbers import CARDINALS, TENS

MAX_CHARACTERS = 2000
_ATOM = re.compile(
    r"(?P<id>e-[0-9a-f]{10}(?![0-9a-z]))"
    r"|(?P<clock>\d{1,3}:\d{2}(?::\d{2})?(?:\.\d{1,6})?(?!\d|:\d))"
    r"|(?P<number>(?:(?<![\w\d.)])[-+−])?(?:\d{1,3}(?:,\d{3}){1,5}(?![\d,])|\d{1,15})(?:\.\d{1,12})?(?:[eE][-+−]?\d{1,3}(?!\w))?)"
    r"|(?P<word>[^\W\d_²³]+)"
    r"|(?P<sign>[^\w\s]|[_²³])"
)
_NUMBER_WORDS = {word: n for n, word in enumerate(CARDINALS)} | {word: 20 + 10 * n for n, word in enumerate(TENS)}
_ORDINAL_WORDS = {
    word: n + 1
    for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"))
}  # fmt: skip
_TIMES_WORDS = {"once": 1, "twice": 2, "thrice": 3}
_IGNORED_SIGNS = frozenset("\"'’‘“”`*[]()…!?_")
_DASHES = frozenset("-–—")


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """kind: see `lexicon`, plus label, clock, span, amount, count, fraction, ordinal, word (unknown), stop, comma, id.

    key: the lexicon's key, the label, or the counted noun. amount: the number claimed; end: a span's second time;
    keys: every reading of an ambiguous name.
    """

    kind: str
    text: str
    key: str = ""
    amount: Amount | None = None
    end: Amount | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Atom:
    kind: str
    text: str


def atoms(text: str) -> list[Atom]:
    """Lower-case atoms in order. Underscores separate words, so `acc_x` reads "acc x"."""
    found = []
    for match in _ATOM.finditer(text):
        kind = match.lastgroup or "sign"
        if kind == "sign" and match.group() == "_":
            continue
        found.append(Atom(kind, match.group().lower()))
    return found


def phrase_key(text: str) -> tuple[str, ...]:
    """The atoms of a name, as the phrase table is keyed."""
    return tuple(atom.text for atom in atoms(text))


class PhraseTable:
    """Phrases → (kind, keys), matched longest first. Names from the facts win over the lexicon at equal length."""

    def __init__(self, names: Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]) -> None:
        self._table: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {
            phrase: (kind, (key,)) for phrase, (kind, key) in _split_lexicon().items()
        }
        self._table.update(names)
        self._by_first: dict[str, list[int]] = {}
        for phrase in self._table:
            lengths = self._by_first.setdefault(phrase[0], [])
            if len(phrase) not in lengths:
                lengths.append(len(phrase))
        for lengths in self._by_first.values():
            lengths.sort(reverse=True)

    def match(self, found: list[Atom], at: int) -> tuple[int, str, tuple[str, ...]] | None:
        """(length, kind, keys) of the longest phrase that starts at atom `at`."""
        for length in self._by_first.get(found[at].text, ()):
            entry = self._table.get(tuple(atom.text for atom in found[at : at + length]))
            if entry is not None and at + length <= len(found):
                return length, *entry
        return None


def _split_lexicon() -> dict[tuple[str, ...], Entry]:
    return {phrase_key(" ".join(words)): entry for words, entry in PHRASES.items()}


def tokenize(text: str, table: PhraseTable) -> list[Token]:
    """Typed tokens of a sentence, fillers left out. ValueError when the text is too long to be a sentence."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError("too long to check")
    return _spans(_bounds(_counted(_durations(_extents(_typed(atoms(text), table))))))


def _extents(tokens: list[Token]) -> list[Token]:
    """ "The walking episode runs from A to B": after another label, `runs from` is an extent and not an activity."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        extent = token.kind == "label" and token.text in ("runs", "ran") and following == "from"
        if not (extent and any(t.kind == "label" for t in out)):
            out.append(token)
    return out


def _typed(found: list[Atom], table: PhraseTable) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(found):
        previous = tokens[-1] if tokens else None
        amount_before = (
            previous is not None and previous.kind == "amount" and not (previous.amount and previous.amount.unit)
        )
        if amount_before and previous is not None and previous.amount is not None:
            unit = _unit_at(found, at)
            if unit is not None:
                tokens[-1] = replace(
                    previous, amount=previous.amount.with_unit(unit[1]), text=f"{previous.text} {unit[1]}"
                )
                at += unit[0]
                continue
        length, token = _one(found, at, table, previous)
        if token is not None:
            tokens.append(token)
        at += length
    return tokens


def _unit_at(found: list[Atom], at: int) -> tuple[int, str] | None:
    for length in range(min(LONGEST_UNIT, len(found) - at), 0, -1):
        unit = UNIT_ATOMS.get(tuple(atom.text for atom in found[at : at + length]))
        if unit is not None:
            return length, unit
    return None


def _one(found: list[Atom], at: int, table: PhraseTable, previous: Token | None) -> tuple[int, Token | None]:
    atom = found[at]
    phrase = table.match(found, at)
    if phrase is not None and (phrase[0] > 1 or atom.kind not in ("number", "clock")):
        length, kind, keys = phrase
        text = " ".join(a.text for a in found[at : at + length])
        if not (length == 1 and atom.text in ("a", "an") and _article_of_unit(found, at)):
            named = Token(kind, text, keys[0], keys=keys)
            return length, _reinterpreted(named)
    if atom.kind == "clock":
        amount = parse_clock(atom.text)
        return 1, Token("clock", atom.text, amount=amount) if amount else Token("word", atom.text)
    if atom.kind == "number":
        suffix = found[at + 1].text if at + 1 < len(found) else ""
        amount = parse_number(atom.text)
        if amount is None:
            return 1, Token("word", atom.text)
        if suffix in ("st", "nd", "rd", "th") and amount.value >= 1:
            return 2, Token("ordinal", atom.text + suffix, str(int(amount.value)))
        if suffix == "x":
            return 2, Token("count", atom.text, "times", amount)
        return 1, Token("amount", atom.text, amount=amount)
    if atom.kind == "id":
        return 1, Token("id", atom.text)
    if atom.text in ("a", "an"):
        return 1, Token("amount", atom.text, amount=Amount(1.0, 0.5))
    return _word(found, at, previous)


def _article_of_unit(found: list[Atom], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].text in ("second", "minute", "hour")


def _reinterpreted(token: Token) -> Token | None:
    return None if token.kind == "filler" else token


def _word(found: list[Atom], at: int, previous: Token | None) -> tuple[int, Token | None]:
    text = found[at].text
    if text in _TIMES_WORDS:
        return 1, Token("count", text, "times", Amount(float(_TIMES_WORDS[text]), 0.5))
    if text in _ORDINAL_WORDS:
        return 1, Token("ordinal", text, str(_ORDINAL_WORDS[text]))
    if text in _NUMBER_WORDS:
        return _number_word(found, at, previous)
    if text in _DASHES:
        return 1, Token("dash", text)
    if text == ",":
        return 1, Token("comma", text)
    if text in (".", ";"):
        return 1, Token("stop", text)
    if text == ":":
        return 1, Token("colon", text)
    if text in _IGNORED_SIGNS:
        return 1, None
    return 1, Token("word", text)


def _number_word(found: list[Atom], at: int, previous: Token | None) -> tuple[int, Token | None]:
    value, length = _NUMBER_WORDS[found[at].text], 1
    following = [atom.text for atom in found[at + 1 : at + 3]]
    if value >= 20 and following[:1] == ["-"] and 0 < _NUMBER_WORDS.get(following[-1], 0) < 10 and len(following) == 2:
        value, length = value + _NUMBER_WORDS[following[1]], 3
    elif value >= 20 and following and 0 < _NUMBER_WORDS.get(following[0], 0) < 10:
        value, length = value + _NUMBER_WORDS[following[0]], 2
    elif found[at].text == "one" and previous is not None and previous.kind in ("ordinal", "label"):
        return 1, Token("episode", "one")  # "the first one": a pronoun, not a count
    return length, Token("amount", " ".join(a.text for a in found[at : at + length]), amount=Amount(float(value), 0.5))


def _durations(tokens: list[Token]) -> list[Token]:
    """ "1 h 2 min 5 s" and "two minutes and five seconds" become one amount; the units must shrink."""
    out: list[Token] = []
    smallest = 0.0  # seconds of the last unit of the amount that ends `out`
    for at, token in enumerate(tokens):
        factor = _time_factor(token)
        joiner = bool(out) and out[-1].kind in ("and", "comma")
        before = out[-2] if joiner and len(out) > 1 else out[-1] if out else None
        ranged = any(t.kind == "between" for t in tokens[max(0, at - 3) : at])
        if factor and before is not None and before.amount is not None and token.amount is not None and not ranged:
            claim = token.amount.in_base()
            if _time_factor(before) and factor < smallest and 0 <= claim.value < smallest:
                total = before.amount.in_base().value + claim.value
                text = f"{before.text} {token.text}"
                del out[-2 if joiner else -1 :]
                out.append(Token("amount", text, amount=Amount(total, claim.half, "s", before.amount.bound, text)))
                smallest = factor
                continue
        if factor:
            smallest = factor
        out.append(token)
    return out


def _time_factor(token: Token) -> float:
    """Seconds of the token's unit; 0.0 when it is no duration."""
    if token.kind != "amount" or token.amount is None or token.amount.dimension != "time":
        return 0.0
    return UNITS[token.amount.unit][1]


def _counted(tokens: list[Token]) -> list[Token]:
    """Bare whole numbers take the noun they count, up to three tokens on; "4 of the 5" becomes a fraction."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "amount" and token.amount is not None and not token.amount.unit:
            after = tokens[at + 1 : at + 4]
            if len(after) > 1 and (after[0].kind == "of" or after[0].text == "/"):
                rest = after[1:]
                if rest[0].kind == "each":
                    rest = rest[1:]
                if rest and rest[0].kind == "amount" and rest[0].amount is not None and not rest[0].amount.unit:
                    out.append(
                        Token("fraction", f"{token.text} of {rest[0].text}", amount=token.amount, end=rest[0].amount)
                    )
                    at = tokens.index(rest[0], at) + 1
                    continue
            noun = next(
                (
                    t.kind
                    for t in after
                    if t.kind in COUNTED or t.kind not in ("label", "nearest", "ordinal", "event", "unknown", "no_data")
                ),
                "",
            )
            if noun in COUNTED:
                out.append(Token("count", token.text, COUNTED[noun], token.amount))
                at += 1
                continue
            earlier = [t.key for t in out if t.kind == "count" and t.key != "times"]
            if earlier and len(after) > 1 and after[0].kind == "of" and after[1].kind == "label":
                out.append(
                    Token("count", token.text, earlier[-1], token.amount)
                )  # "two episodes of sitting and one of walking"
                at += 1
                continue
            event = next((t for t in after[:1] if t.kind == "event" and t.key != "cadence"), None)
            if event is not None:
                out.append(Token("count", token.text, event.key, token.amount))
                at += 1
                continue
        out.append(token)
        at += 1
    return out


def _bounds(tokens: list[Token]) -> list[Token]:
    """ "about 45 s", "more than 3 times": the bound joins the number that follows."""
    out: list[Token] = []
    for token in tokens:
        bounded = bool(out) and out[-1].kind == "about"
        if bounded and out[-1].text == "over" and token.kind == "count":
            out[-1] = token  # "over three episodes" means in three, not more than three
        elif bounded and token.kind == "clock" and token.amount is not None:
            out[-1] = replace(token, amount=replace(token.amount, half=max(token.amount.half, 2.0)))
        elif bounded and token.amount is not None:
            bound: Bound = "over" if out[-1].key == "over" else "under" if out[-1].key == "under" else "about"
            out[-1] = replace(token, amount=replace(token.amount, bound=bound), text=f"{out[-1].text} {token.text}")
        else:
            if bounded and out[-1].text in ("more than", "less than", "fewer than"):
                out[-1:] = [
                    Token("more", out[-1].text, "more" if out[-1].key == "over" else "less"),
                    Token("than", "than"),
                ]
            out.append(token)
    return out


def _moment(token: Token) -> Amount | None:
    """A time of the recording: a clock time, or seconds ("12.8 s")."""
    if token.kind == "clock":
        return token.amount
    if token.kind == "amount" and token.amount is not None and token.amount.dimension in ("time", ""):
        return token.amount
    return None


def _spans(tokens: list[Token]) -> list[Token]:
    """ "from A to B", "between A and B", "A–B", "A to B" become spans; "at 12.8 s" becomes a clock time."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        opened = token.kind in ("from", "between")
        first = at + 1 if opened else at
        if first + 2 < len(tokens) + 0 and (opened or token.kind == "clock"):
            a, joint, b = tokens[first : first + 3]
            joins = (
                joint.kind in ("to", "dash")
                or (token.kind == "between" and joint.kind == "and")
                or (opened and joint.text == "until")
            )
            start, end = _moment(a), _moment(b)
            if joins and start is not None and end is not None and (opened or (a.kind == b.kind == "clock")):
                if a.kind == "amount" and not start.unit:
                    start = start.with_unit(end.unit if b.kind == "amount" else "")
                if start.unit and end.unit:
                    out.append(Token("span", f"{a.text} to {b.text}", amount=start.in_base(), end=end.in_base()))
                    at = first + 3
                    continue
        if token.kind in ("at", "from", "to") and at + 1 < len(tokens) and tokens[at + 1].kind == "amount":
            moment = _moment(tokens[at + 1])
            if moment is not None and moment.unit:
                out += [token, Token("clock", tokens[at + 1].text, amount=moment.in_base())]
                at += 2
                continue
        out.append(token)
        at += 1
    return out
