"""The same samples on both sides of the split: exactly, in part, or nearly."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.digests import item_digest, stretch_hashes
from evals.leaks.material import Material
from evals.leaks.similarity import near_copies


def _duplicates(material: Material) -> Finding:
    tested = [(item_digest(i), i.id) for i in material.tested]
    known = [(d, name) for d, name in tested if d]
    if not known:
        return not_applicable("the test items carry no samples and no digest")
    learnt = {item_digest(i) for i in material.learnt} - {""}
    return offenders(
        (name for d, name in known if d in learnt),
        len(known),
        "test windows hold exactly the samples of a training window",
        f"{len(known)} digests of test windows, none of a training window",
    )


def _conflicting(material: Material) -> Finding:
    labels: dict[str, set[str]] = defaultdict(set)
    names: dict[str, list[str]] = defaultdict(list)
    for item in material.tested:
        digest = item_digest(item)
        if digest:
            labels[digest].add(item.label)
            names[digest].append(item.id)
    if not labels:
        return not_applicable("the test items carry no samples and no digest")
    repeated = [name for ids in names.values() if len(ids) > 1 for name in ids[1:]]
    return offenders(
        repeated,
        len(material.tested),
        "test windows repeat the samples of another test window",
        f"{len(labels)} different test windows",
    )


def _shared_stretches(material: Material) -> Finding:
    carrying = [(i.vector, i.id) for i in material.tested if i.vector is not None]
    hashes = stretch_hashes([vector for vector, _ in carrying])
    tested = [(h, name) for h, (_, name) in zip(hashes, carrying, strict=True)]
    if not any(len(h) for h in hashes):
        return not_applicable("the test items carry no samples")
    parts = stretch_hashes([i.vector for i in material.learnt if i.vector is not None])
    learnt = np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.uint64)
    lengths = np.array([len(h) for h, _ in tested])
    every = np.concatenate([h for h, _ in tested])
    at = np.minimum(np.searchsorted(learnt, every), max(0, len(learnt) - 1))
    hit = (learnt[at] == every) if len(learnt) else np.zeros(len(every), dtype=bool)
    owner = np.repeat(np.arange(len(tested)), lengths)
    shared = {tested[i][1] for i in owner[hit].tolist()}
    return offenders(
        shared,
        len(tested),
        "test windows share a stretch of samples with a training window",
        f"{len(tested)} test windows, no stretch of eight samples is found in the training windows",
    )


def _near(material: Material) -> Finding:
    tested = [i for i in material.tested if i.vector is not None]
    learnt = [i.vector for i in material.learnt if i.vector is not None]
    if not tested or not learnt:
        return not_applicable("the items carry no samples")
    pairs = near_copies(learnt, [i.vector for i in tested if i.vector is not None])
    return offenders(
        (tested[p.test].id for p in pairs),
        len(tested),
        "test windows are near-copies of a training window",
        f"{len(tested)} test windows against {len(learnt)}, no near-copy (shifted, rescaled, flipped, reversed, re-sampled)",
    )


_SPLIT = ("train", "test")
COPIES = (
    Detector("duplicate_samples", _SPLIT, "exactly equal samples on both sides", _duplicates),
    Detector("shared_stretch", _SPLIT, "part of the same samples on both sides", _shared_stretches),
    Detector("near_duplicate_samples", _SPLIT, "shifted, rescaled, flipped, reversed or re-sampled copies", _near),
    Detector("repeated_test_samples", ("test",), "the same samples tested more than once", _conflicting),
)
