"""Anything that was fitted, chosen or stopped by looking at what it is tested on."""

from __future__ import annotations

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.identity import canonical_recording, canonical_subject
from evals.leaks.material import Material

# key of `fitted_on` → what it is, and the detector's name.
PARTS = {
    "scaler": ("scaler_fitted_on_test", "the scaler"),
    "threshold": ("threshold_fitted_on_test", "a threshold"),
    "calibration": ("calibrated_on_test", "the calibration"),
    "early_stopping": ("stopped_on_test", "early stopping"),
    "selection": ("selected_on_test", "the choice of the model"),
    "few_shot": ("few_shot_from_test", "the few-shot examples of the prompt"),
    "vocabulary": ("vocabulary_from_test", "the vocabulary or the feature choice"),
}


def _overlap(material: Material, fitted: frozenset[str], what: str) -> Finding:
    """ids of a fit may be those of items, subjects or recordings; any of the three is found."""
    by_name: dict[str, str] = {}
    for item in material.tested:
        by_name[item.id] = item.id
        if item.recording:
            by_name[canonical_recording(item.recording)] = f"recording {item.recording}"
        if item.subject:
            by_name[canonical_subject(item.subject)] = f"subject {item.subject}"
    hits = set()
    for name in fitted:
        for spelling in (name, canonical_recording(name), canonical_subject(name)):
            if spelling in by_name:
                hits.add(by_name[spelling])
                break
    return offenders(
        hits, len(fitted), f"ids that {what} saw belong to the test", f"{what} saw {len(fitted)} ids, none of the test"
    )


def _detector(key: str, name: str, what: str) -> Detector:
    def find(material: Material) -> Finding:
        fitted = (material.fitted_on or {}).get(key)
        if fitted is None:
            return not_applicable(f"nothing is said about {what}")
        return _overlap(material, frozenset(fitted), what)

    return Detector(name, ("test", "fitted_on"), f"{what} fitted on test items, subjects or recordings", find)


def _anything_else(material: Material) -> Finding:
    others = {key: ids for key, ids in (material.fitted_on or {}).items() if key not in PARTS}
    if not others:
        return not_applicable("nothing else was fitted")
    findings = [_overlap(material, frozenset(ids), f"the {key.replace('_', ' ')}") for key, ids in others.items()]
    return Finding(sum(f.found for f in findings), "; ".join(f.detail for f in findings))


FITTING = (
    *(_detector(key, name, what) for key, (name, what) in PARTS.items()),
    Detector("fitted_on_test", ("test", "fitted_on"), "any other part fitted on the test", _anything_else),
)
