"""The answer in words: in a text feature, a metadata field, a file name, a prompt.

A word tells the answer when it names the item's own class and does not stand in nearly every other item too (a list of options
or a fixed sentence names all classes and tells none).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.material import Item, Material, Scalar
from evals.leaks.words import Form, forms_of, mentions, words_of

# A form in so large a share of the items of the *other* classes is part of the frame, not of the item.
_FRAME_SHARE = 0.9
# Truth named by so many predictions in a row that no honest model made them.
_ORACLE_FEWEST = 60


def _telling(
    pairs: Iterable[tuple[Item, str]], material: Material, others: Sequence[str] = ()
) -> tuple[list[tuple[str, Form]], int]:
    """(id, the words) of the items whose text names their own class, and how many texts were read."""
    rows = [(item, text) for item, text in pairs if text and item.label]
    labels = sorted({item.label for item, _ in rows} | set(others))
    forms = {label: forms_of(label, material.synonyms) for label in labels}
    every = frozenset().union(*forms.values()) if forms else frozenset()
    cache: dict[str, set[Form]] = {}
    counts: dict[Form, Counter[str]] = defaultdict(Counter)
    sizes = Counter(item.label for item, _ in rows)
    for item, text in rows:
        if text not in cache:
            cache[text] = mentions(words_of(text), every)
        for form in cache[text]:
            counts[form][item.label] += 1
    told = []
    for item, text in rows:
        for form in cache[text] & forms[item.label]:
            elsewhere = sum(n for label, n in sizes.items() if form not in forms[label])
            there = sum(n for label, n in counts[form].items() if form not in forms[label])
            if not (elsewhere and there >= _FRAME_SHARE * elsewhere):
                told.append((item.id, form))
                break
    return told, len(rows)


def _named(told: list[tuple[str, Form]], of: int, what: str, clean: str) -> Finding:
    return offenders((f"{name} ({' '.join(f).replace('~', '')})" for name, f in told), of, what, clean)


def _text(material: Material) -> Finding:
    items = [*material.tested, *material.learnt]
    told, n = _telling(((i, i.text) for i in items), material)
    if not n:
        return not_applicable("no text features")
    return _named(told, n, "text features name the item's class", f"{n} text features, none names its class")


def metadata_text(metadata: Mapping[str, Scalar]) -> str:
    """Values as words; the name of a field counts only where the field says yes (`is_walking: 1`)."""
    parts = []
    for key, value in metadata.items():
        if value is None or value is False or value in (0, "", "0", "no", "false", "False", "None"):
            continue
        if value is True or value in (1, "1", "yes", "true", "True"):
            parts.append(key)
        elif isinstance(value, str):
            parts.append(value)
    return " . ".join(parts)


def _metadata(material: Material) -> Finding:
    items = [*material.tested, *material.learnt]
    if not any(i.metadata for i in items) or "metadata" not in material.shown:
        return not_applicable("no metadata are shown")
    told, n = _telling(((i, metadata_text(i.metadata)) for i in items), material)
    return _named(told, n, "items' metadata name their class", f"metadata of {len(items)} items, none names its class")


def _file_name(material: Material) -> Finding:
    shown: list[tuple[str, Callable[[Item], str]]] = []
    if "file" in material.shown:
        shown.append(("file names", lambda i: i.file))
    if "id" in material.shown:
        shown.append(("ids", lambda i: i.id))
    items = [*material.tested, *material.learnt]
    findings = []
    for what, of in shown:
        told, n = _telling(((i, of(i)) for i in items), material)
        if n:
            findings.append(_named(told, n, f"{what} shown name the class", f"{n} {what} shown, none names its class"))
    if not findings:
        return not_applicable("no file name or id is shown to the system")
    return Finding(sum(f.found for f in findings), "; ".join(f.detail for f in findings))


def _oracle(material: Material) -> Finding:
    rows = [i for i in material.tested if i.said and i.label]
    if len(rows) < _ORACLE_FEWEST or len({i.label for i in rows}) < 2:
        return not_applicable(f"fewer than {_ORACLE_FEWEST} predictions in words")
    labels = sorted({i.label for i in rows})
    forms = {label: forms_of(label, material.synonyms) for label in labels}
    for item in rows:
        found = mentions(words_of(item.said), frozenset().union(*forms.values()))
        own = bool(found & forms[item.label])
        rival = any(found & (forms[label] - forms[item.label]) for label in labels if label != item.label)
        if not own or rival:
            return Finding(0, f"{len(rows)} predictions in words, not all of them true")
    return Finding(len(rows), f"all {len(rows)} predictions in words name the true class and no other: an oracle")


def _prompt(material: Material) -> Finding:
    by_id = {i.id: i for i in material.tested}
    quoted = {e.id: e.text for e in [*material.learnt, *(material.exemplars or ())]}
    pairs = []
    for prompt in material.prompts or ():
        item = by_id.get(prompt.item)
        if item is None:
            continue
        text = prompt.text
        for exemplar in prompt.exemplars:
            text = _without(text, quoted.get(exemplar, ""))
        text = _without(text, item.said)
        for option in sorted((material.option_orders or {}).get(prompt.item, ()), key=len, reverse=True):
            text = _without_last(text, option)
        pairs.append((item, text))
    if not pairs:
        return not_applicable("no prompt belongs to a test item")
    told, n = _telling(pairs, material)
    return _named(
        told,
        n,
        "prompts name the answer outside their options",
        f"{n} prompts, none names its answer outside its options",
    )


def _without(text: str, part: str) -> str:
    return text.replace(part, " ") if part else text


def _without_last(text: str, word: str) -> str:
    """One occurrence of an option is the list's own; `walking` inside `walking_upstairs` is none."""
    places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    return text[: places[-1][0]] + " " + text[places[-1][1] :] if places else text


TOLD = (
    Detector("label_words_in_text", ("test",), "the class in a text feature", _text),
    Detector("label_words_in_metadata", ("test",), "the class in a field that the system is given", _metadata),
    Detector("label_in_file_name", ("test",), "the class in a file name or id that is shown", _file_name),
    Detector("oracle_predictions", ("test",), "predictions in words that are the truth", _oracle),
    Detector("answer_in_prompt", ("test", "prompts"), "the answer in the prompt, outside the options", _prompt),
)
