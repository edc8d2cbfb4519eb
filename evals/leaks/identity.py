"""The same person, recording, source or moment on both sides of the split."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.material import Item, Material

# "S13", "subject_013", "Person 13" and "13" are one person; "a13" and "b13" are not.
_PREFIX = re.compile(r"^(?:subject|subj|sub|person|participant|user|volunteer|id|pid|s|p|u)?[\s_\-#:]*0*(\d+)$")
# Without times of their own, windows count as touching when they are nearer than this share of the shorter one.
_GUARD_SHARE = 0.1


def canonical_subject(subject: str) -> str:
    """One spelling for one person: case, blanks, leading zeros and words such as `subject` do not make another one."""
    *sets, name = subject.strip().casefold().split("/")
    match = _PREFIX.match(name.strip())
    return "/".join([*(s.strip() for s in sets), match[1] if match else re.sub(r"[\s_\-]+", " ", name.strip())])


def canonical_recording(recording: str) -> str:
    """A recording under another folder, extension or spelling is the same recording."""
    name = re.sub(r"\.(?:csv|parquet|json|wav|ogg|flac|mp3|zip|tsv|txt|mat)$", "", recording.strip().casefold())
    return re.sub(r"[\s_\-/:\\.]+", "-", name)


def _same_subject(material: Material) -> Finding:
    tested = {canonical_subject(i.subject): i.subject for i in material.tested if i.subject}
    if not tested:
        return not_applicable("the test items name no subject")
    learnt = {canonical_subject(i.subject): i.subject for i in material.learnt if i.subject}
    both = sorted(set(tested) & set(learnt))
    spelt = [tested[s] if tested[s] == learnt[s] else f"{tested[s]} (trained on as {learnt[s]})" for s in both]
    return offenders(
        spelt,
        len(tested),
        "test subjects are trained on",
        f"{len(learnt)} subjects trained on, {len(tested)} tested, none in both",
    )


def _same(material: Material, name: str, key: dict[int, str], plural: str) -> Finding:
    tested = [i for i in material.tested if key.get(id(i))]
    if not tested:
        return not_applicable(f"the test items name no {name}")
    learnt = {key[id(i)] for i in material.learnt if key.get(id(i))}
    names = {key[id(i)] for i in tested}
    return offenders(
        names & learnt,
        len(names),
        f"{plural} of the test are trained on",
        f"{len(names)} {plural} tested, none trained on",
    )


def _same_recording(material: Material) -> Finding:
    items = [*material.learnt, *material.tested]
    return _same(material, "recording", {id(i): canonical_recording(i.recording) for i in items}, "recordings")


def _same_group(material: Material) -> Finding:
    items = [*material.learnt, *material.tested]
    return _same(material, "source group", {id(i): i.group.strip().casefold() for i in items}, "source groups")


def _same_item(material: Material) -> Finding:
    tested = [i.id for i in material.tested]
    learnt = {i.id for i in material.learnt}
    return offenders(
        (i for i in tested if i in learnt),
        len(tested),
        "test items are trained on",
        f"{len(tested)} test items, none trained on",
    )


def _tested_twice(material: Material) -> Finding:
    seen: set[tuple[object, ...]] = set()
    twice = []
    for item in material.tested:
        key = (
            (canonical_recording(item.recording), item.start_s, item.end_s) if item.start_s is not None else (item.id,)
        )
        keys = {key, ("id", item.id)}
        if keys & seen:
            twice.append(item.id)
        seen |= keys
    return offenders(
        twice, len(material.tested), "test items are counted twice", f"{len(material.tested)} test items, each once"
    )


Timed = tuple[float, float, str]


def _timed(items: Iterable[Item]) -> dict[str, list[Timed]]:
    spans: dict[str, list[Timed]] = defaultdict(list)
    for item in items:
        if item.recording and item.start_s is not None and item.end_s is not None:
            spans[canonical_recording(item.recording)].append((item.start_s, item.end_s, item.id))
    return spans


def _overlapping(material: Material) -> Finding:
    learnt, tested = _timed(material.learnt), _timed(material.tested)
    if not tested:
        return not_applicable("the test items name no times inside a recording")
    touching = []
    for recording in learnt.keys() & tested.keys():
        known = sorted(learnt[recording])
        longest = max(end - start for start, end, _ in known)
        starts = [start for start, _, _ in known]
        for start, end, name in tested[recording]:
            guard = _GUARD_SHARE * (end - start) if material.guard_s is None else material.guard_s
            touching += [name for _ in _near(known, starts, start - guard, end + guard, longest)][:1]
    n = sum(len(spans) for spans in tested.values())
    return offenders(
        touching,
        n,
        "test windows overlap or touch a training window of their recording",
        f"{n} test windows, none within the guard time of a training window",
    )


def _near(known: list[Timed], starts: list[float], low: float, high: float, longest: float) -> Iterable[Timed]:
    from bisect import bisect_left

    for i in range(bisect_left(starts, low - longest), len(known)):
        if known[i][0] >= high:
            return
        if known[i][1] > low:
            yield known[i]


_SPLIT = ("train", "test")
IDENTITY = (
    Detector("same_item", _SPLIT, "a test item that is trained on", _same_item),
    Detector("same_subject", _SPLIT, "a person on both sides, under any spelling", _same_subject),
    Detector("same_recording", _SPLIT, "a recording on both sides", _same_recording),
    Detector("same_group", _SPLIT, "clips cut from one source on both sides", _same_group),
    Detector("overlapping_windows", _SPLIT, "windows that share or nearly share a moment", _overlapping),
    Detector("tested_twice", ("test",), "a test item that counts more than once", _tested_twice),
)
