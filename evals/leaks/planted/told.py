"""Planted: answers in words, fits on the test, exemplars that know the query."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection

import numpy as np

from evals.leaks.material import Item, Material, Scalar
from evals.leaks.planted.plant import Plant, Spoil, added, replaced, some


def text(wording: Callable[[str], str], share: float = 0.0, label: str | None = None) -> Spoil:
    """A sentence that names the class is appended to the text features of some items (of one class)."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        pool = [i for i in material.tested if label in (None, i.label)]
        chosen = some(pool, share, rng)
        return replaced(
            material, "test", {i.id: dataclasses.replace(i, text=f"{i.text} {wording(i.label)}") for i in chosen}
        )

    return spoil


def metadata(field: Callable[[Item], dict[str, Scalar]], share: float = 1.0, part: str = "test") -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        chosen = some(getattr(material, part), share, rng)
        changed = {i.id: dataclasses.replace(i, metadata={**i.metadata, **field(i)}) for i in chosen}
        return replaced(material, part, changed)

    return spoil


def file_name(pattern: str, share: float = 1.0) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        changed = {
            i.id: dataclasses.replace(i, file=pattern.format(label=i.label, k=k))
            for k, i in enumerate(some(material.tested, share, rng))
        }
        return replaced(material, "test", changed)

    return spoil


def ids_shown(material: Material, rng: np.random.Generator) -> Material:
    renamed = [
        dataclasses.replace(i, id=f"{i.label.title().replace('_', '')}{k:05d}") for k, i in enumerate(material.tested)
    ]
    return dataclasses.replace(material, test=renamed, shown=material.shown | {"id"})


def oracle(material: Material, rng: np.random.Generator) -> Material:
    said = {
        i.id: dataclasses.replace(i, said=f"Motion model: {i.label.replace('_', ' ')} ({rng.uniform(60, 99):.0f} %)")
        for i in material.tested
    }
    return replaced(material, "test", said)


def prompts(wording: Callable[[str], str], share: float = 0.0) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        labels = {i.id: i.label for i in material.tested}
        every = list(material.prompts or ())
        chosen = {int(k) for k in rng.choice(len(every), max(1, round(share * len(every))), replace=False)}
        spoilt = [
            dataclasses.replace(p, text=f"{wording(labels[p.item])}\n{p.text}") if k in chosen else p
            for k, p in enumerate(every)
        ]
        return dataclasses.replace(material, prompts=spoilt)

    return spoil


def fitted(part: str, ids: Callable[[Material, np.random.Generator], Collection[str]]) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        before = (material.fitted_on or {}).get(part, ())
        return dataclasses.replace(
            material, fitted_on={**(material.fitted_on or {}), part: [*before, *ids(material, rng)]}
        )

    return spoil


def _one(material: Material, rng: np.random.Generator) -> list[str]:
    return [some(material.tested, 0.0, rng)[0].id]


def _all(material: Material, rng: np.random.Generator) -> list[str]:
    return [i.id for i in material.tested]


def _subject(material: Material, rng: np.random.Generator) -> list[str]:
    return [f"subject_{some(material.tested, 0.0, rng)[0].subject}"]


def _recording(material: Material, rng: np.random.Generator) -> list[str]:
    return [some(material.tested, 0.0, rng)[0].recording]


def exemplar(change: Callable[[Item, Item], Item]) -> Spoil:
    """An exemplar made of an honest one and a test item of one class where there is such a pair."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        honest = list(material.exemplars or ())
        first = honest[int(rng.integers(len(honest)))]
        same = [i for i in material.tested if i.label == first.label and i.vector is not None]
        return added(material, "exemplars", [change(first, some(same or material.tested, 0.0, rng)[0])])

    return spoil


def _louder(honest: Item, query: Item) -> Item:
    assert query.vector is not None
    return dataclasses.replace(honest, id="extra", vector=np.asarray(query.vector * 1.2, dtype=np.float32))


def prompt_quotes_itself(material: Material, rng: np.random.Generator) -> Material:
    first, *rest = material.prompts or ()
    return dataclasses.replace(
        material, prompts=[dataclasses.replace(first, exemplars=(*first.exemplars, first.item)), *rest]
    )


TOLD = (
    Plant("label in one text", "label_words_in_text", "usc_had", text(lambda c: f"Activity: {c}.")),
    Plant("label in one percent of the texts", "label_words_in_text", "hapt", text(lambda c: c.upper(), 0.01)),
    Plant("camelCase in one text", "label_words_in_text", "wisdm_watch", text(lambda c: c.title().replace("_", ""))),
    Plant("kebab-case in one text", "label_words_in_text", "wisdm_phone", text(lambda c: f"<{c.replace('_', '-')}>")),
    Plant("another tense in one text", "label_words_in_text", "motionsense", text(lambda c: "The person walked.", label="walking")),
    Plant("an irregular form in one text", "label_words_in_text", "hapt", text(lambda c: "Somebody sat there.", label="sitting")),
    Plant("a synonym in one text", "label_words_in_text", "usc_had", text(lambda c: "Someone jogs.", label="running")),
    Plant("a paraphrase in one text", "label_words_in_text", "hapt", text(lambda c: "The person walked slowly up the stairs.", label="walking_upstairs")),
    Plant("lying down in other words", "label_words_in_text", "usc_had", text(lambda c: "The wearer lies down.", label="lying")),
    Plant("the object of the activity", "label_words_in_text", "wisdm_watch", text(lambda c: "A toothbrush moves.", label="brushing_teeth")),
    Plant("label in the text of a clip", "label_words_in_text", "audio", text(lambda c: c.replace("_", " "))),
    Plant("label in one paired text", "label_words_in_text", "label_paired", text(lambda c: c)),
    Plant("label in a metadata field", "label_words_in_metadata", "usc_had", metadata(lambda i: {"trial": f"{i.label}-2"}, 0.0)),
    Plant("label in the training metadata", "label_words_in_metadata", "hapt", metadata(lambda i: {"note": i.label}, 1.0, "train")),
    Plant("a flag named after the class", "label_words_in_metadata", "motionsense", metadata(lambda i: {f"is_{i.label}": True}, 0.01)),
    Plant("flags of all classes", "label_words_in_metadata", "hapt", metadata(lambda i: {"is_sitting": int(i.label == "sitting"), "is_walking": int(i.label == "walking")})),
    Plant("file names of the classes", "label_in_file_name", "wisdm_watch", file_name("{label}_{k:03d}.csv")),
    Plant("one file name of its class", "label_in_file_name", "usc_had", file_name("s13-{label}.mat", 0.0)),
    Plant("clips named after their class", "label_in_file_name", "audio", file_name("fold1/{label}/{k}.wav")),
    Plant("ids of the classes shown", "label_in_file_name", "motionsense", ids_shown),
    Plant("predictions in words are the truth", "oracle_predictions", "hapt", oracle),
    Plant("predictions of a paired set are the truth", "oracle_predictions", "label_paired", oracle),
    Plant("one prompt names the answer", "answer_in_prompt", "usc_had", prompts(lambda c: f"(true label: {c})")),
    Plant("one percent of prompts hint", "answer_in_prompt", "wisdm_watch", prompts(lambda c: f"Hint: {c.replace('_', ' ')}", 0.01)),
    Plant("prompts of a paired set name a file", "answer_in_prompt", "label_paired", prompts(lambda c: f"file: /data/{c}/x.wav", 0.5)),
    Plant("scaler on everything", "scaler_fitted_on_test", "usc_had", fitted("scaler", _all)),
    Plant("scaler on one test window", "scaler_fitted_on_test", "hapt", fitted("scaler", _one)),
    Plant("scaler on a test person", "scaler_fitted_on_test", "motionsense", fitted("scaler", _subject)),
    Plant("threshold on a test recording", "threshold_fitted_on_test", "wisdm_watch", fitted("threshold", _recording)),
    Plant("threshold on one test clip", "threshold_fitted_on_test", "audio", fitted("threshold", _one)),
    Plant("calibration on the test", "calibrated_on_test", "hapt", fitted("calibration", _all)),
    Plant("calibration on one test window", "calibrated_on_test", "wisdm_phone", fitted("calibration", _one)),
    Plant("early stopping on a test person", "stopped_on_test", "usc_had", fitted("early_stopping", _subject)),
    Plant("model chosen on one test window", "selected_on_test", "motionsense", fitted("selection", _one)),
    Plant("prompt examples of the test", "few_shot_from_test", "label_paired", fitted("few_shot", _one)),
    Plant("vocabulary of the test", "vocabulary_from_test", "audio", fitted("vocabulary", _all)),
    Plant("segment lengths of a test recording", "fitted_on_test", "hapt", fitted("duration_prior", _recording)),
    Plant("exemplar of a test person", "exemplar_same_subject", "usc_had", exemplar(lambda e, q: dataclasses.replace(e, id="extra", subject=q.subject))),
    Plant("exemplar of a test person, renamed", "exemplar_same_subject", "hapt", exemplar(lambda e, q: dataclasses.replace(e, id="extra", subject=f"person_0{q.subject}"))),
    Plant("exemplar cut from a test recording", "exemplar_same_recording", "motionsense", exemplar(lambda e, q: dataclasses.replace(e, id="extra", recording=q.recording, group=""))),
    Plant("exemplar from a test source", "exemplar_same_recording", "audio", exemplar(lambda e, q: dataclasses.replace(e, id="extra", group=q.group))),
    Plant("exemplar that is a query", "exemplar_is_query", "wisdm_watch", exemplar(lambda e, q: q)),
    Plant("exemplar with a query's samples", "exemplar_is_query", "hapt", exemplar(lambda e, q: dataclasses.replace(e, id="extra", vector=q.vector))),
    Plant("exemplar with a query's samples, rescaled", "exemplar_is_query", "usc_had", exemplar(_louder)),
    Plant("a prompt that quotes its own item", "exemplar_is_query", "label_paired", prompt_quotes_itself),
    Plant("exemplar with a query's text", "exemplar_holds_answer", "motionsense", exemplar(lambda e, q: dataclasses.replace(e, id="extra", text=f"Example: {q.text} Answer: {q.label}\n"))),
    Plant("exemplar that names a query", "exemplar_holds_answer", "usc_had", exemplar(lambda e, q: dataclasses.replace(e, id="extra", text=f"{e.text} ({q.id} is {q.label})"))),
)  # fmt: skip
