"""What a model inside the system had already seen before the evaluation began."""

from __future__ import annotations

from evals.leaks.check import Detector, Finding, offenders
from evals.leaks.identity import canonical_subject
from evals.leaks.material import Material
from evals.leaks.words import Form, canonical_class, words_of


def _seen_classes(material: Material) -> Finding:
    trained = sorted(material.pretraining_labels or ())
    hits = []
    for claimed in sorted(material.unseen or ()):
        own = canonical_class(claimed) | {tuple(words_of(s)) for s in material.synonyms.get(claimed, ())}
        same = [label for label in trained if _same_class(own, claimed, label)]
        hits += [f"{claimed} (trained on as {same[0]})"] if same else []
    return offenders(
        hits,
        len(material.unseen or ()),
        "classes called unseen were in the pretraining",
        f"{len(material.unseen or ())} unseen classes, none among {len(trained)} labels of the pretraining",
    )


def _same_class(own: frozenset[Form] | set[Form], claimed: str, label: str) -> bool:
    full, other = tuple(words_of(claimed)), tuple(words_of(label))
    return full == other or other in own or full in canonical_class(label)


def _seen_subjects(material: Material) -> Finding:
    trained = {canonical_subject(s) for s in material.pretraining_subjects or ()}
    tested = {canonical_subject(i.subject): i.subject for i in material.tested if i.subject}
    return offenders(
        (tested[s] for s in tested.keys() & trained),
        len(tested),
        "test subjects were in the pretraining of a model",
        f"{len(trained)} subjects in the pretraining, none tested",
    )


PRETRAINING = (
    Detector(
        "class_seen_in_pretraining",
        ("unseen", "pretraining_labels"),
        "a zero-shot class trained on under another name",
        _seen_classes,
    ),
    Detector(
        "subject_seen_in_pretraining",
        ("test", "pretraining_subjects"),
        "a test subject in a model's pretraining",
        _seen_subjects,
    ),
)
