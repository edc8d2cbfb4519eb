"""Late fusion by prompt alone, as the paper does it: texts of modality models in, one activity out.

After Demirel et al., arXiv 2509.10729: audio caption, audio labels, motion prediction and context, each present or absent;
zero-shot or one exemplar per class; closed set (options given) or open-ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.fusion.records import Distribution, FusionInput
from agents.language import Embedder, LanguageModel
from agents.prompts import Value, load_prompt
from agents.wording import sound_phrase
from models.audio import NONE_OF_THESE

# An open answer farther than this from every option is none of them. The cosine of unrelated everyday phrases under
# all-MiniLM-L6-v2 rarely exceeds 0.35; that of paraphrases rarely falls below 0.5.
REJECTION_COSINE = 0.45
_LABELS = 5


@dataclass(frozen=True, slots=True)
class Fields:
    """The four fields of one sample. None means absent: the prompt then does not mention the field at all."""

    audio_caption: str | None = None
    audio_labels: Distribution | None = None
    motion_prediction: Distribution | None = None
    context: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.audio_caption or self.audio_labels or self.motion_prediction or self.context)

    def values(self) -> dict[str, Value]:
        return {
            "audio_caption": self.audio_caption,
            "audio_labels": _entries(self.audio_labels),
            "motion_prediction": _entries(self.motion_prediction),
            "context": self.context,
        }


@dataclass(frozen=True, slots=True)
class WorkedSample:
    """An exemplar: its fields and its true activity. It must come from another person and recording than the query."""

    fields: Fields
    activity: str


@dataclass(frozen=True, slots=True)
class PromptedActivity:
    """answer: what the model said. activity: the option it stands for, or None when an open answer is like none of them.

    similarity: the cosine behind an open answer's mapping; None for a closed set.
    """

    activity: str | None
    answer: str
    similarity: float | None
    prompt: str


def _entries(distribution: Distribution | None) -> list[Value] | None:
    if distribution is None:
        return None
    ranked = [(name, p) for name, p in distribution.ranked() if name != NONE_OF_THESE][:_LABELS]
    return [{"label": sound_phrase(name), "probability": p} for name, p in ranked] or None


def fields_of(given: FusionInput) -> Fields:
    """An episode's fields, from its first microphone and its first motion device."""
    return Fields(
        audio_caption=given.sound_caption,
        audio_labels=given.sound[0].distribution if given.sound else None,
        motion_prediction=given.motion[0].distribution if given.motion else None,
        context=given.context,
    )


def prompt_messages(
    fields: Fields, options: Sequence[str] | None, exemplars: Sequence[WorkedSample] = ()
) -> tuple[str, str]:
    """(system, user) in the fixed order caption → labels → motion → context → options. ValueError without any field."""
    if fields.is_empty:
        raise ValueError("a sample without any field cannot be classified")
    worked: list[Value] = [{**sample.fields.values(), "activity": sample.activity} for sample in exemplars]
    return load_prompt("late_fusion").messages(
        **fields.values(), options=list(options) if options else None, exemplars=worked or None
    )


def classify_by_prompt(
    llm: LanguageModel,
    fields: Fields,
    options: Sequence[str],
    exemplars: Sequence[WorkedSample] = (),
    *,
    mode: str = "closed",
    embedder: Embedder | None = None,
    rejection_cosine: float = REJECTION_COSINE,
) -> PromptedActivity:
    """One activity by prompt alone. mode `closed`: one of `options`. mode `open`: free words, then mapped onto `options`.

    An open answer needs an `embedder`; below `rejection_cosine` it maps to nothing. Raises LanguageModelFailure.
    """
    if mode not in ("closed", "open"):
        raise ValueError(f"mode {mode!r} is neither closed nor open")
    system, user = prompt_messages(fields, options if mode == "closed" else None, exemplars)
    if mode == "closed":
        answer = llm.choose(system, user, options)
        return PromptedActivity(answer, answer, None, f"{system}\n\n{user}")
    if embedder is None:
        raise ValueError("an open answer is mapped by sentence embedding: an embedder is needed")
    answer = llm.write(system, user, max_tokens=24)
    activity, similarity = map_open_answer(answer, options, embedder, rejection_cosine)
    return PromptedActivity(activity, answer, similarity, f"{system}\n\n{user}")


def map_open_answer(
    answer: str, options: Sequence[str], embedder: Embedder, rejection_cosine: float = REJECTION_COSINE
) -> tuple[str | None, float]:
    """The nearest option and its cosine; None when even the nearest is farther than `rejection_cosine`."""
    said = " ".join(answer.split())[:200]
    if not said:
        return None, 0.0
    cosines = (embedder.embed([said]) @ embedder.embed(list(options)).T)[0]
    best = int(cosines.argmax())
    similarity = round(float(cosines[best]), 4)
    return (options[best] if similarity >= rejection_cosine else None), similarity
