"""The systems of label-paired-12 that are sums of terms: floors as they were measured, and ours; every weight from development draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evals.tasks.late_fusion.choosing import Draw, choose, temperatures

OURS_FREE = "telltale, no labelled sounds"
OURS = "telltale, labelled sounds"
NEAREST = "llm: nearest"
K = "neighbours + motion, equal"
# A z-score's weight in the floor's own recipe.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Summed:
    """A weighted sum. beside: the system that it is compared with, its row without the last term."""

    name: str
    weights: Mapping[str, float]
    beside: str | None = None
    heat: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


def summed_systems(
    development: Sequence[Draw], language: Sequence[str] = (), spoken: Sequence[Draw] = ()
) -> list[Summed]:
    """language: names of the language model's terms; `spoken` are the development draws that have them. None: its rows are absent."""
    found = [
        Summed("motion only", {"motion": 1.0}, note="missing motion: a seeded guess"),
        *(
            Summed(f"audio only, {term}", {term: 1.0}, note="missing sound: a seeded guess")
            for term in ("tags → class name", "tags → one sentence", "words", "neighbours", "exemplars")
        ),
        Summed("equal pool, tags → class name", {"tags → class name": 1.0, "motion": 1.0}),
    ]
    for term in ("tags → class name", "tags → one sentence"):
        weights, _ = choose(development, {term: 1.0}, ("motion",))
        found.append(Summed(f"tuned pool, {term}", weights, "equal pool, tags → class name"))
    free, _ = choose(development, {"words": 1.0}, ("motion", "minilm"))
    found.append(Summed(OURS_FREE, free, "tuned pool, tags → one sentence", temperatures(development, free)))
    floor = {"neighbours": 1.0, "motion": 1.0}
    found += [Summed(K, floor), Summed("neighbours + motion + MiniLM", {**floor, "minilm": _HALF}, K)]
    ours, _ = choose(development, {"exemplars": 1.0}, ("motion", "words", "minilm"))
    found.append(Summed("exemplars + motion, equal", {"exemplars": 1.0, "motion": 1.0}, K))
    found.append(Summed(OURS, ours, "exemplars + motion, equal", temperatures(development, ours)))
    for name in sorted(ours):
        rest = {term: weight for term, weight in ours.items() if term != name}
        found.append(Summed(f"{OURS}, without {name}", rest, OURS))
    if language:
        found += _with_language(spoken, language, floor, free, ours)
    return found


def best_form(development: Sequence[Draw], language: Sequence[str], base: Mapping[str, float]) -> str:
    """The language model's term that helps a sum most on the development draws, at half weight."""
    from evals.tasks.late_fusion.choosing import quality

    return max(sorted(language), key=lambda name: quality(development, {**base, name: _HALF}))


def _with_language(
    spoken: Sequence[Draw],
    language: Sequence[str],
    floor: Mapping[str, float],
    free: Mapping[str, float],
    ours: Mapping[str, float],
) -> list[Summed]:
    found = [Summed(f"language model alone, {name.removeprefix('llm: ')}", {name: 1.0}) for name in language]
    alone = "llm: fixed, calibrated" if "llm: fixed, calibrated" in language else language[0]
    found.append(Summed("neighbours + motion + language model", {**floor, alone: _HALF}, K))
    found.append(
        Summed(
            "neighbours + motion + MiniLM + language model",
            {**floor, "minilm": _HALF, alone: _HALF},
            "neighbours + motion + MiniLM",
        )
    )
    # Three nearest exemplars bring labels into the prompt: no form for what has no labelled sound.
    unlabelled = [name for name in language if name != NEAREST] or list(language)
    for name, base, forms in ((OURS_FREE, free, unlabelled), (OURS, ours, list(language))):
        form = best_form(spoken, forms, base)
        found.append(
            Summed(
                f"{name} + language model",
                {**base, form: _HALF},
                name,
                note=f"{form}; form chosen on development draws",
            )
        )
        found.append(
            Summed(
                f"{name} + shuffled scores", {**base, f"shuffled {form}": _HALF}, name, note="control: must add nothing"
            )
        )
    return found
