"""Exemplars that know the person, or the very query, that they are shown for."""

from __future__ import annotations

import re
from collections import defaultdict

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.digests import item_digest
from evals.leaks.identity import canonical_recording, canonical_subject
from evals.leaks.material import Item, Material
from evals.leaks.similarity import near_copies

# Texts of so many figures are no coincidence when they are equal.
_FIGURES = 4
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def _same_subject(material: Material) -> Finding:
    tested = {canonical_subject(i.subject) for i in material.tested if i.subject}
    exemplars = [e for e in material.exemplars or () if e.subject]
    if not exemplars or not tested:
        return not_applicable("exemplars or test items name no subject")
    return offenders(
        (f"{e.id} (subject {e.subject})" for e in exemplars if canonical_subject(e.subject) in tested),
        len(exemplars),
        "exemplars are of a test subject",
        f"{len(exemplars)} exemplars, none of a test subject",
    )


def _same_source(material: Material) -> Finding:
    tested = {canonical_recording(i.recording) for i in material.tested if i.recording}
    groups = {i.group.casefold() for i in material.tested if i.group}
    exemplars = [e for e in material.exemplars or () if e.recording or e.group]
    if not exemplars:
        return not_applicable("exemplars name no recording")
    hits = [
        e.id
        for e in exemplars
        if (e.recording and canonical_recording(e.recording) in tested) or (e.group and e.group.casefold() in groups)
    ]
    return offenders(
        hits,
        len(exemplars),
        "exemplars are cut from a test recording",
        f"{len(exemplars)} exemplars, none of a test recording",
    )


def _is_query(material: Material) -> Finding:
    exemplars = list(material.exemplars or ())
    if not exemplars and not any(p.exemplars for p in material.prompts or ()):
        return not_applicable("no exemplars")
    ids = {i.id for i in material.tested}
    digests = {d: i.id for i in material.tested if (d := item_digest(i))}
    hits = {e.id for e in exemplars if e.id in ids or item_digest(e) in digests}
    hits |= {e for p in material.prompts or () for e in p.exemplars if e == p.item or e in ids}
    shown = [e for e in exemplars if e.vector is not None]
    tested = [i for i in material.tested if i.vector is not None]
    if shown and tested:
        pairs = near_copies(
            [i.vector for i in tested if i.vector is not None], [e.vector for e in shown if e.vector is not None]
        )
        hits |= {shown[p.test].id for p in pairs}
    return offenders(
        hits,
        max(len(exemplars), len(hits)),
        "exemplars are test items",
        f"{len(exemplars)} exemplars, none is a test item",
    )


def _holds_answer(material: Material) -> Finding:
    exemplars = [e for e in material.exemplars or () if e.text]
    if not exemplars:
        return not_applicable("exemplars have no text")
    texts: dict[str, list[Item]] = defaultdict(list)
    for item in material.tested:
        if len(_NUMBER.findall(item.text)) >= _FIGURES:
            texts[_plain(item.text)].append(item)
    names = [i for i in material.tested if len(i.id) >= 4]
    hits = []
    for exemplar in exemplars:
        plain = _plain(exemplar.text)
        same = texts.get(plain) or any(text in plain for text in texts)
        words = set(re.split(r"[\s,;()\[\]\"']+", exemplar.text))
        if same or any(i.id in words or (" " in i.id and i.id in exemplar.text) for i in names):
            hits.append(exemplar.id)
    return offenders(
        hits,
        len(exemplars),
        "exemplar texts hold a test item's text or name it",
        f"{len(exemplars)} exemplar texts, none holds a test item's text or names it",
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


_BOTH = ("test", "exemplars")
EXEMPLARS = (
    Detector("exemplar_same_subject", _BOTH, "an exemplar of a person who is tested", _same_subject),
    Detector("exemplar_same_recording", _BOTH, "an exemplar cut from a recording that is tested", _same_source),
    Detector("exemplar_is_query", ("test",), "an exemplar that is a test item, by id, samples or near-copy", _is_query),
    Detector(
        "exemplar_holds_answer", _BOTH, "an exemplar whose text is the query's, or names the query", _holds_answer
    ),
)
