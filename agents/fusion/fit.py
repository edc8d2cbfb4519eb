"""`fit_fusion`: the shipped constants, from data to file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agents.fusion.development import Labelled, motion_development
from agents.fusion.fitting import fit_pattern, rows_of
from agents.fusion.pairing import paired_development, sound_readings
from agents.fusion.records import Pattern
from agents.fusion.vocabulary import ActivityVocabulary
from agents.fusion.weights import FusionWeights, PatternWeights, Provenance, shipped_weights
from agents.language import Embedder, LanguageModel
from models.audio import SoundModel

_MOTION = "training subjects of USC-HAD, HAPT, MotionSense and WISDM; out-of-fold network on window statistics and its neighbours"
_SOUND = "clips that validated the sound tagger"
# An endpoint's choice comes without a likelihood; a chosen option is taken to be e^1.5 = 4.5 times likelier than another. Stated, not fitted.
CHOICE_NATS = 1.5


def fit_fusion(
    data_dir: Path,
    target: Path,
    *,
    embedder: Embedder,
    tagger: SoundModel,
    llm: LanguageModel | None,
    most_asked: int = 400,
    vocabulary: ActivityVocabulary | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FusionWeights:
    """Fit the constants of every presence pattern on development groups and write them to `target`.

    llm None: the language model has no weight. most_asked: episodes a pattern on which it is measured. No subject and no
    clip that is held out for testing is read.
    """
    words = vocabulary or ActivityVocabulary()
    motion = motion_development(data_dir)
    both, sound = paired_development(motion, sound_readings(data_dir, tagger))
    jobs: list[tuple[Pattern, Sequence[Labelled], str]] = [
        ("motion", motion, _MOTION),
        (
            "motion+sound",
            both,
            f"label-paired, not co-recorded: {_SOUND}, with wrist movements of WISDM's training subjects",
        ),
        ("sound", sound, _SOUND),
    ]
    patterns: dict[Pattern, PatternWeights] = {}
    provenance: dict[Pattern, Provenance] = {}
    for pattern, items, data in jobs:
        rows, scales = rows_of(items, words, embedder, llm, most_asked, progress)
        spoken = "none" if llm is None else f"{llm.name} {llm.revision}"
        patterns[pattern], provenance[pattern] = fit_pattern(rows, scales, data=data, language_model=spoken)
    weights = FusionWeights(
        version=2,
        patterns=patterns,
        provenance=provenance,
        choice_nats=CHOICE_NATS,
        # Chosen elsewhere, on label-paired-12's development recordings (docs/late-fusion.md): kept as they are.
        labelled_sounds=shipped_weights().labelled_sounds,
    )
    weights.write(target)
    return weights
