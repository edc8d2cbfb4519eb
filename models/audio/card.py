"""The model card and the attribution list beside a checkpoint, written from what the training run measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.audio.clips import LabelledClip, Part, attribution
from models.audio.labels import NONE_OF_THESE, SOUND_LABELS, SOURCES
from models.audio.scoring import LabelScore


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What a training run ended with; `finished` is False when the time budget ran out first (run it again with `resume`)."""

    name: str
    output_dir: str
    finished: bool
    epochs: int
    resumed_from: int
    seconds: float
    device: str
    parameters: int
    clips: Mapping[str, int]
    sources: Mapping[str, int]
    temperature: float
    calibration_error: float
    validation_macro_f1: float
    test_macro_f1: float
    per_label: Mapping[str, LabelScore]


def write_card(folder: Path, summary: TrainingSummary, parts: Mapping[Part, Sequence[LabelledClip]]) -> None:
    """README.md and ATTRIBUTION.md in `folder`."""
    (folder / "README.md").write_text(_card(summary, parts), encoding="utf-8")
    (folder / "ATTRIBUTION.md").write_text(attribution(parts["train"]), encoding="utf-8")


def _card(summary: TrainingSummary, parts: Mapping[Part, Sequence[LabelledClip]]) -> str:
    licences = Counter(item.clip.licence.split(", by ")[0].split(" by ")[0] for item in parts["train"])
    lines = [
        "---",
        "license: apache-2.0",
        "library_name: transformers",
        "tags: [audio-classification, sound-event-tagging]",
        "---",
        f"# {summary.name}",
        "",
        "Tags one to five seconds of sound, 16 kHz mono, with one of the labels below. Log-mel (64 bands, 25 ms every 10 ms,",
        "computed in torch, relative to each window's own median, so that the microphone's level is no cue), four convolution",
        f"stages, mean and maximum over time: {summary.parameters:,} parameters. The labels exclude each other (softmax), so a",
        "window with two sounds is shared between them; `none_of_these` takes everything else, and by rule everything under",
        f"−75 dBFS RMS. Softmax temperature {summary.temperature:g}, fitted on validation sources;",
        f"expected calibration error on the held-out clips {100 * summary.calibration_error:.1f} %.",
        "",
        "## Data and licence",
        f"{summary.clips['train']} clips from {summary.sources['train']} source recordings train, {summary.clips['validation']} from"
        f" {summary.sources['validation']} calibrate, {summary.clips['test']} from {summary.sources['test']} test; no source recording"
        " is in two parts.",
        "Only clips that permit it taught these weights; clips under CC BY-NC, and those whose licence was not recorded one by",
        "one, did not. ATTRIBUTION.md names the authors. The weights are under Apache-2.0.",
        "",
        "| licence as recorded | training clips |",
        "|---|---|",
        *(f"| {licence} | {count} |" for licence, count in sorted(licences.items())),
        "",
        "## Held-out source recordings",
        f"Macro-F1 {100 * summary.test_macro_f1:.1f} (validation {100 * summary.validation_macro_f1:.1f}), whole clips. Labels with one or two",
        "test sources say little: one recording more or less moves them by tens of points. A label without a test source has too",
        "few recordings to spare one; `telltale eval sound` tests it, and all others, on recordings of other collections.",
        "",
        "| label | learnt from | F1 | precision | recall | test clips | test sources |",
        "|---|---|---|---|---|---|---|",
    ]
    for label in SOUND_LABELS:
        taught = ", ".join(SOURCES.get(label, ())) or "other labels, noises, tones, silence"
        score = summary.per_label.get(label)
        if score is None:
            lines.append(f"| {label} | {taught} | – | – | – | 0 | 0 |")
            continue
        cells = " | ".join(f"{100 * value:.0f}" for value in (score.f1, score.precision, score.recall))
        lines.append(f"| {label} | {taught} | {cells} | {score.support} | {score.sources} |")
    lines += [
        "",
        f"Trained for {summary.epochs} epochs on {summary.device}: `telltale train audio --data DIR` writes this folder.",
        "",
        "## Limits",
        f"Speech, music, eating, frying, doorbells and much else have no label here: they should be `{NONE_OF_THESE}`, and often",
        "are taken for something that sounds alike (the sound evaluation prints how often). Kitchen sounds come from few kitchens,",
        "typing from two keyboards. For broad coverage use YAMNet.",
    ]
    return "\n".join(lines) + "\n"
