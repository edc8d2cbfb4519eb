"""Labelled sounds and tags by their words: what they say, what they leave open, how the fusion weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from agents.fusion import Distribution, Fuser, FusionInput, LabelledSounds, Reading, shipped_weights, sound_vectors
from agents.fusion.tag_words import Described, TagWords, surprise

_RNG = np.random.default_rng(3)


def _sounds(per_class: int = 12) -> LabelledSounds:
    centres = {"cooking": [8, 1, 1, 0.2], "eating": [1, 8, 1, 0.2], "reading": [1, 1, 8, 0.2]}
    rows = [np.abs(_RNG.normal(centre, 1.0)) for centre in centres.values() for _ in range(per_class)]
    return LabelledSounds(sound_vectors(rows), tuple(name for name in centres for _ in range(per_class)))


@pytest.mark.parametrize("witness", ["votes", "nearest", "regression"])
def test_each_witness_finds_the_nearest_activity(witness: str) -> None:
    ratios = _sounds().log_ratios(
        sound_vectors([[9, 1, 1, 0.2], [1, 1, 9, 0.2]]), ("cooking", "eating", "reading"), (witness,)
    )
    assert ratios.argmax(axis=1).tolist() == [0, 2]
    assert (ratios.max(axis=1) > 0).all()


def test_an_activity_without_a_labelled_sound_is_left_open() -> None:
    ratios = _sounds().log_ratios(sound_vectors([[9, 1, 1, 0.2]]), ("jumping", "cooking"))
    assert ratios[0, 0] == 0.0
    assert ratios[0, 1] > 0


def test_a_rare_activity_is_not_outvoted() -> None:
    many = _sounds(30)
    keep = [i for i, name in enumerate(many.activities) if name != "reading" or i % 10 == 0]
    rare = LabelledSounds(many.vectors[keep], tuple(many.activities[i] for i in keep))
    assert rare.activities.count("reading") == 3
    assert rare.log_ratios(sound_vectors([[1, 1, 9, 0.2]]), rare.known).argmax() == rare.known.index("reading")


def test_vectors_have_unit_length_and_silence_is_no_error() -> None:
    vectors = sound_vectors([[0.0, 0.0], [0.2, 0.4]], [[0.0, -1.0, 3.0], [1.0, 1.0, 1.0]])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0])
    assert np.isfinite(sound_vectors([[0.0, 0.0]])).all()


def test_labels_must_match_the_sounds() -> None:
    with pytest.raises(ValueError, match="activities"):
        LabelledSounds(sound_vectors([[1.0, 2.0]]), ())


def test_labelled_sounds_decide_where_the_tags_say_nothing() -> None:
    silent = Reading("microphone", Distribution.of({"Hum": 0.2, "Noise": 0.2}))
    moved = Reading("watch", Distribution.of({"sitting": 0.5, "standing": 0.5}), "wrist")
    given = FusionInput(
        motion=(moved,), sound=(silent,), alike=Distribution.of({"cooking": 0.9, "vacuum_cleaning": 0.1})
    )
    (result,) = Fuser(mode="never").fuse([given])
    assert result.activity == "cooking"
    names = [m.name for m in result.modalities]
    assert "alike" in names
    without = next(m.without for m in result.modalities if m.name == "alike")
    assert without is not None and without.activity != "cooking"


def test_a_fuser_with_labelled_sounds_compares_by_itself() -> None:
    tags = ("Hum", "Hiss", "Rattle")
    rows = [[0.8, 0.1, 0.1]] * 6 + [[0.1, 0.1, 0.8]] * 6
    sounds = LabelledSounds(sound_vectors(rows), ("vacuum_cleaning",) * 6 + ("washing_dishes",) * 6, tags)
    heard = Reading("microphone", Distribution(tags, (0.7, 0.2, 0.1)))
    plain, helped = (Fuser(mode="never", sounds=s).fuse([FusionInput(sound=(heard,))])[0] for s in (None, sounds))
    assert helped.activity == "vacuum_cleaning" != plain.activity
    assert helped.confidence > plain.confidence
    other = Reading("microphone", Distribution(("Dog",), (0.7,)))
    assert "alike" not in {
        m.name for m in Fuser(mode="never", sounds=sounds).fuse([FusionInput(sound=(other,))])[0].modalities
    }
    with pytest.raises(ValueError, match="tags"):
        sounds.about(other.distribution.labels, other.distribution.probabilities)


def test_constants_of_labelled_sounds_are_used_only_with_them() -> None:
    base = shipped_weights()
    special = base.of("sound").model_copy(update={"alike": 0.0})
    weights = replace_labelled(base, special)
    assert weights.of("sound", labelled_sounds=True).alike == 0.0
    assert weights.of("sound") == base.of("sound")


def replace_labelled(base, special):  # type: ignore[no-untyped-def]
    return base.model_copy(update={"labelled_sounds": {"sound": special}})


class _Words:
    """Counts of words as vectors: enough meaning for a test."""

    words = ("frying", "pan", "dog", "barks", "food")

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [[float(word in text.lower()) for word in self.words] for text in texts]
        vectors = np.asarray(rows, dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def test_tags_are_mapped_by_their_words() -> None:
    described = {"cooking": Described("Food.", ("Frying in a pan.",)), "pets": Described("A dog.", ("A dog barks.",))}
    words = TagWords(["Frying", "Dog", "Hum"], described, _Words())
    ratios = words.log_ratios([[0.8, 0.1, 0.1], [0.0, 0.9, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert ratios[0].argmax() == 0 and ratios[1].argmax() == 1
    assert ratios[2] == pytest.approx(ratios[2][0])  # nothing heard: nothing said
    assert ratios[3] == pytest.approx(ratios[3][0])  # a tag that means neither


def test_surprise_is_what_is_louder_than_usual() -> None:
    weights = surprise([[0.5, 0.5, 0.01]], [0.5, 0.05, 0.2])
    assert weights[0, 0] == 0.0 and weights[0, 1] > 0.5 and weights[0, 2] == 0.0


def test_a_missing_sound_takes_its_labelled_likeness_along() -> None:
    from agents.fusion.terms import lacking

    moved = Reading("watch", Distribution.of({"sitting": 1.0}), "wrist")
    given = FusionInput(
        motion=(moved,), sound=(Reading("m", Distribution.of({"Dog": 0.5})),), alike=Distribution.of({"cooking": 1.0})
    )
    reduced = lacking(given, "sound")
    assert reduced is not None and reduced.alike is None and reduced.pattern == "motion"
    assert replace(given, motion=(), sound=()).pattern == "sound"
