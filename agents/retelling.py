"""Windows told again by a language model, as the authors of LLaSA had theirs told: a caption, then five questions with answers.

Two prompts a window, with the original's fields in its order, but for the raw samples and for median and variance, which no sentence could
be held against. What comes back is looked up sentence by sentence; where too little of it holds the grammar's own text stands.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

from agents.language import LanguageModel, LanguageModelFailure
from agents.prompts import load_prompt
from models.llasa.checking import NOTHING, check
from models.llasa.data import KINDS, Described, Exchange
from models.llasa.data.captions import Caption
from models.llasa.data.retold import axis_lines, whole_line
from models.llasa.data.words import GRAMMAR, Printed, activity, place
from models.llasa.data.writing import numbers_in
from recordings import UserError, plain

REPLIES = "replies.jsonl"
CAPTION_TOKENS, QUESTION_TOKENS = 700, 900
# The original drops answers shorter than this.
SHORTEST_ANSWER = 10
_CAPTION = re.compile(r"Features:\W*(?P<features>.+?)\s*Narration:\W*(?P<narration>.+)", re.DOTALL | re.IGNORECASE)
_MARK = r"^[ \t*]*(?:\d+[.)][ \t]*)?\**"
_PAIR = re.compile(
    rf"{_MARK}Q\d*\**[:.](?P<question>.+?)\n\s*{_MARK}A\d*\**[:.](?P<answer>.+?)(?={_MARK}Q\d*\**[:.]|\Z)",
    re.DOTALL | re.MULTILINE,
)
_LONGEST_QUESTION = 400


class Retelling:
    """`Described` → the same window in the model's words, where they hold. told, held: its sentences so far.

    folder: replies are kept there as they come (`replies.jsonl`), so that a run that was stopped, or whose endpoint failed, asks for
    nothing twice. A reply of no use leaves the grammar's text; an endpoint that is down or refuses ends the run (`LanguageModelFailure`).
    """

    def __init__(self, model: LanguageModel, folder: Path) -> None:
        self.model = model
        self.told, self.held = 0, 0
        self._file = folder / REPLIES
        self._known = _kept(self._file)

    @property
    def name(self) -> str:
        return self.model.name

    def __call__(self, one: Described) -> Described:
        window, facts = one.window, one.facts
        rotation, acceleration = axis_lines(facts)
        shown = {
            "activity": activity(window.label),
            "place": place(window.position),
            "rotation": rotation,
            "acceleration": acceleration,
            "whole": whole_line(facts, window.position),
        }
        prompt = load_prompt("window_caption")
        caption = self._caption(one, self._reply(prompt.revision, prompt.messages(**shown), CAPTION_TOKENS))
        prompt = load_prompt("window_questions")
        asked = prompt.messages(**shown, features=caption.features, narration=caption.narration)
        pairs = pairs_in(self._reply(prompt.revision, asked, QUESTION_TOKENS))
        told = [
            self._exchange(one, own, pairs[place] if place < len(pairs) else None)
            for place, own in enumerate(one.exchanges[: len(KINDS)])
        ]
        return replace(one, caption=caption, exchanges=(*told, *one.exchanges[len(KINDS) :]))

    def _reply(self, revision: str, messages: tuple[str, str], tokens: int) -> str:
        said = "\n".join((self.model.name, self.model.revision, revision, str(tokens), *messages))
        key = hashlib.sha256(said.encode()).hexdigest()[:24]
        if key not in self._known:
            try:
                text = self.model.write(*messages, max_tokens=tokens)
            except LanguageModelFailure as failure:
                if failure.kind != "nonsense":
                    raise
                text = ""
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "text": text}, ensure_ascii=False) + "\n")
            self._known[key] = text
        return self._known[key]

    def _caption(self, one: Described, reply: str) -> Caption:
        own = one.caption
        found = _CAPTION.search(reply)
        if found is None:
            return own
        narration, printed = self._holding(found["narration"], one)
        line = _line(found["features"])
        features, numbers = self._holding(line, one)
        whole = features == line and bool(numbers)
        by = (self.name if whole else GRAMMAR, self.name if printed else GRAMMAR)
        return Caption(
            features if whole else own.features,
            narration if printed else own.narration,
            (*own.printed, *numbers, *printed),
            by,
        )

    def _exchange(self, one: Described, own: Exchange, pair: tuple[str, str] | None) -> Exchange:
        """The model's question and what holds of its answer, or the grammar's of the kind."""
        if pair is None or len(pair[1]) < SHORTEST_ANSWER:
            return own
        question = plain(pair[0], _LONGEST_QUESTION)
        answer, printed = self._holding(pair[1], one)
        window = one.window
        doubts = check(question, one.facts, window.label, window.position, any_words=True)
        if not answer or not question or any(v.reason not in ("", NOTHING) for v in doubts):
            return own
        given = activity(window.label) in question.lower()
        return Exchange(own.kind, question, answer, given, (*printed, *_printed(question)), self.name)

    def _holding(self, text: str, one: Described) -> tuple[str, tuple[Printed, ...]]:
        """The sentences that the samples bear, on one line, and the numbers in them."""
        window = one.window
        verdicts = check(text, one.facts, window.label, window.position, any_words=True)
        kept = " ".join(v.sentence for v in verdicts if v.supported)
        self.told += len(verdicts)
        self.held += sum(v.supported for v in verdicts)
        return kept, _printed(kept)


def pairs_in(reply: str) -> list[tuple[str, str]]:
    """(question, answer) of each pair, in order; lines that are neither are left out."""
    return [(_line(found["question"]), _line(found["answer"])) for found in _PAIR.finditer(reply)]


def _line(text: str) -> str:
    """On one line, without the stars of bold type around it."""
    return " ".join(text.split()).strip("* ")


def _printed(text: str) -> tuple[Printed, ...]:
    """Its numbers, which were looked up before."""
    return tuple(Printed(number, "looked up", float(number)) for number in numbers_in(text))


def _kept(file: Path) -> dict[str, str]:
    """Replies of an earlier run. A last line that a stop cut short is left out; UserError for any other that is no reply."""
    if not file.is_file():
        return {}
    found: dict[str, str] = {}
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            found[str(row["key"])] = str(row["text"])
        except (ValueError, KeyError, TypeError) as problem:
            if number == len(lines):
                break
            raise UserError(
                f"{file.name}, line {number}",
                expected="a kept reply",
                found=f"{type(problem).__name__}: {problem}",
                cure="delete the line, or choose another folder",
            ) from problem
    return found
