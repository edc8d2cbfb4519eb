"""Late fusion: measured likelihoods, a sentence embedding and a language model's score in one calibrated sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agents.fusion.alike import LabelledSounds, alike_to
from agents.fusion.records import MODEL_FAILED, Decision, FusionInput, FusionMode, FusionResult
from agents.fusion.report import modality_records
from agents.fusion.terms import EMBEDDING, LANGUAGE, Sum, Term, lacking, ranking, source_terms
from agents.fusion.vocabulary import ActivityVocabulary
from agents.fusion.weights import FusionWeights, PatternWeights, shipped_weights
from agents.fusion.wording import content_free_prompts, evidence_sentence, fixed_exemplars, score_prompt
from agents.language import Embedder, LanguageModel, LanguageModelFailure
from agents.timeline import DecidedBy

# The language model is asked about the most probable candidates only: the rest cannot win by a bounded score.
ASKED_OPTIONS = 8


@dataclass(slots=True)
class Fuser:
    """Fuses episodes in batches. embedder None: no sentence embedding. llm None: nobody is asked.

    mode: `auto` asks the language model only below the calibrated confidence, and only where its score earned a weight on
    held-out groups; `always` asks about every episode; `never` about none. In `auto` a failing model is not asked again
    in the same batch and the pool decides, with the reason; in `always` its failure is raised. sounds: labelled sounds to compare
    with; what they say then outweighs the map from tags to activities, and the constants are those chosen with them.
    """

    vocabulary: ActivityVocabulary = field(default_factory=ActivityVocabulary)
    embedder: Embedder | None = None
    llm: LanguageModel | None = None
    mode: FusionMode = "auto"
    weights: FusionWeights = field(default_factory=shipped_weights)
    sounds: LabelledSounds | None = None

    def fuse(self, inputs: Sequence[FusionInput]) -> list[FusionResult]:
        """One result an input, in order. ValueError for an input without any modality (that is no episode to decide).

        Raises LanguageModelFailure only under `always`.
        """
        inputs = [self._compared(given) for given in inputs]
        reduced = [self._reductions(given) for given in inputs]
        everything = [*inputs, *(other for row in reduced for other in row.values() if other is not None)]
        cosines = self._cosines(everything)
        results: list[FusionResult] = []
        broken: str | None = None
        for given, others in zip(inputs, reduced, strict=True):
            base = self._sum(given, cosines)
            asked, reason = self._wanted(given, base.decision(), broken)
            whole = base
            if asked and self.llm is not None:
                try:
                    whole = base.adding(LANGUAGE, self._language_term(self.llm, given, base))
                except LanguageModelFailure as failure:
                    if self.mode == "always":
                        raise
                    asked, broken = False, f"{MODEL_FAILED} ({failure.kind}): {failure.found}"
                    reason = broken
            without = {
                name: None if other is None else self._sum(other, cosines).decision() for name, other in others.items()
            }
            results.append(self._result(given, whole, without, asked, reason))
        return results

    def _compared(self, given: FusionInput) -> FusionInput:
        """With what the labelled sounds say about its first microphone, where they are of the same tagger."""
        if self.sounds is None or given.alike is not None or not given.sound:
            return given
        return replace(given, alike=alike_to(given.sound[0].distribution, self.sounds))

    def _reductions(self, given: FusionInput) -> dict[str, FusionInput | None]:
        names = source_terms(given, self.vocabulary, self._constants(given)).terms
        return {name: lacking(given, name) for name in names}

    def _constants(self, given: FusionInput) -> PatternWeights:
        if given.pattern is None:
            raise ValueError("an episode without any modality cannot be fused")
        return self.weights.of(given.pattern, given.alike is not None)

    def _cosines(self, inputs: Sequence[FusionInput]) -> dict[tuple[str, str], float]:
        """(evidence sentence, candidate) → cosine with the candidate's description, all embedded in one batch."""
        if self.embedder is None or all(self._constants(given).embedding == 0 for given in inputs):
            return {}
        wanted = {
            (evidence_sentence(given), name)
            for given in inputs
            for name in self.vocabulary.candidates(given)
            if evidence_sentence(given)
        }
        sentences, names = sorted({s for s, _ in wanted}), sorted({n for _, n in wanted})
        if not wanted:
            return {}
        table = self.embedder.embed(sentences) @ self.embedder.embed([self.vocabulary.description(n) for n in names]).T
        return {(s, n): float(table[i, j]) for i, s in enumerate(sentences) for j, n in enumerate(names)}

    def _sum(self, given: FusionInput, cosines: dict[tuple[str, str], float]) -> Sum:
        constants = self._constants(given)
        total = source_terms(given, self.vocabulary, constants)
        sentence = evidence_sentence(given)
        values = [cosines.get((sentence, name)) for name in total.candidates]
        if constants.embedding == 0 or any(value is None for value in values):
            return total
        z = (np.array(values, dtype=np.float64) - constants.embedding_mean) / constants.embedding_sd
        return total.adding(EMBEDDING, Term(z, constants.embedding))

    def _wanted(self, given: FusionInput, before: Decision, broken: str | None) -> tuple[bool, str]:
        if self.llm is None or self.mode == "never":
            return False, "no language model was to be asked"
        if self.mode == "always":
            return True, "every episode is put to the language model"
        constants = self._constants(given)
        if broken is not None:
            return False, broken
        if self.llm.likelihoods and constants.language == 0:
            return False, f"the language model earned no weight for {given.pattern} on held-out groups"
        if before.confidence >= constants.gate:
            return False, f"confidence {before.confidence:.2f} is at least {constants.gate:.2f}"
        return True, f"confidence {before.confidence:.2f} is below {constants.gate:.2f}"

    def _language_term(self, llm: LanguageModel, given: FusionInput, base: Sum) -> Term:
        """The model's z-score over the most probable candidates; the others get the lowest of these."""
        constants = self._constants(given)
        probabilities = base.probabilities()
        order = ranking(probabilities)[:ASKED_OPTIONS]
        # In the vocabulary's order, so that the order says nothing about what the other models think.
        chosen = sorted(order)
        phrases = [self.vocabulary.phrase(base.candidates[i]) for i in chosen]
        if llm.likelihoods:
            scores = language_scores(llm, given, phrases)
            z = (np.array(scores) - constants.language_mean) / constants.language_sd
            weight = constants.language
        else:
            from agents.fusion.late import fields_of, prompt_messages

            said = llm.choose(*prompt_messages(fields_of(given), phrases), phrases)
            z = np.array([float(phrase == said) for phrase in phrases])
            weight = self.weights.choice_nats
        values = np.full(len(base.candidates), float(z.min()))
        values[chosen] = z
        return Term(values, weight)

    def _result(
        self, given: FusionInput, whole: Sum, without: dict[str, Decision | None], asked: bool, reason: str
    ) -> FusionResult:
        decision = whole.decision()
        measured = tuple(name for name in whole.terms if name not in (EMBEDDING, LANGUAGE))
        index = whole.candidates.index(decision.activity)
        values = [whole.terms[name].values for name in measured]
        shares = [float(np.exp(v[index] - v.max())) for v in values]
        return FusionResult(
            activity=decision.activity,
            confidence=decision.confidence,
            alternatives=decision.alternatives,
            decided_by=_decided_by(decision, whole, measured, without),
            agreement=round(sum(shares) / len(shares), 4),
            modalities=modality_records(whole, given, without),
            pool=whole.only(*measured).decision(),
            used_llm=asked,
            reason=reason,
        )


def language_scores(llm: LanguageModel, given: FusionInput, phrases: Sequence[str]) -> list[float]:
    """Calibrated scores of the phrases as continuations of the episode's terse prompt, behind three fixed exemplars."""
    exemplars = fixed_exemplars(given)
    return llm.score(score_prompt(given, exemplars), phrases, content_free_prompts(given, exemplars))


def _decided_by(
    decision: Decision, whole: Sum, measured: tuple[str, ...], without: dict[str, Decision | None]
) -> DecidedBy:
    if LANGUAGE in whole.terms and whole.terms[LANGUAGE].weight > 0:
        return "llm"
    if len(measured) == 1:
        return "single_modality"
    otherwise = without.get("neighbours")
    if otherwise is not None and otherwise.activity != decision.activity:
        return "neighbours"
    return "pool"
