"""`train_decoder`: a captioning decoder for a trained model, whose towers stay as they are."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from models.motion.predictor import pick_device
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.corpus import Corpus
from models.motion.training.sampling import WindowSampler
from models.sensorlm.captions import LEVELS, read_activity, window_data
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.processing_sensorlm import SensorLMProcessor, SizedEmbedder
from models.sensorlm.reader import SHIPPED, SensorReader
from models.sensorlm.tokenizer import caption_vocabulary
from models.sensorlm.training.finish import Checked, validation_windows
from models.sensorlm.training.learner import DecoderLearner
from models.sensorlm.training.loop import Progress, affordable_epochs, settings_of, write_state
from models.sensorlm.training.pairs import LABELS, is_true, read_streams
from models.sensorlm.training.plan import DECODER_PLAN, DECODER_RECIPE, CaptionPlan, Recipe
from models.sensorlm.writing import counts
from models.training_state import FILE, load_run, to_go_on
from recordings import UserError

DEFAULT_EPOCHS = 26
# Windows a source that the finished decoder describes for its card.
DESCRIBED = 100
SECTION = "## Captioning decoder"


@dataclass(frozen=True, slots=True)
class DecoderTraining:
    """The outcome, as it goes into the card. validation: figures on the validation subjects, who never train."""

    output_dir: Path
    decoder_of: str
    epochs: int
    windows_seen: int
    seconds: float
    device: str
    parameters: int
    loss: float
    validation: dict[str, float]


def train_decoder(
    data_dir: Path,
    output_dir: Path,
    start: Path | None = None,
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    recipe: Recipe = DECODER_RECIPE,
    corpus: Corpus | None = None,
    embedder: SizedEmbedder | None = None,
    stop_after_epochs: int | None = None,
) -> DecoderTraining:
    """Learn to write captions of the windows of `start`'s training subjects (None: the shipped checkpoint's).

    The result in `output_dir` answers everything as `start` does, bit for bit, and writes; classes and sets that it was kept from are kept
    from the decoder. The other arguments as in `train_sensorlm`. UserError where `start` is no such checkpoint, or writes already.
    """
    began = time.monotonic()
    tick: Progress = progress or (lambda text, share: None)
    chosen, folder = pick_device(device), start or SHIPPED
    before = SensorReader.from_pretrained(folder, device="cpu")
    config, plan = _with_decoder(before), _plan_of(folder)
    output_dir.mkdir(parents=True, exist_ok=True)
    whole = corpus if corpus is not None else read_streams(data_dir, config.rate_hz, plan, tick)
    sampler = WindowSampler(whole.without(VALIDATION_SUBJECTS), chosen)
    steps = max(1, round(recipe.epoch_windows / recipe.batch_size))
    processor = SensorLMProcessor(config, embedder)
    begin = partial(DecoderLearner, before.model)
    found = load_run(output_dir / FILE) if resume else None
    if epochs is None and found is not None:
        epochs = int(found.state.settings["epochs"])
    if epochs is None:
        trial = partial(begin, config, recipe, 0, chosen, processor)
        epochs = DEFAULT_EPOCHS if budget_minutes is None else affordable_epochs(budget_minutes, trial, sampler, plan, steps)  # fmt: skip
    settings = settings_of(seed, epochs, recipe, plan, config) | {"decoder_of": before.revision}
    state = to_go_on(output_dir, found, settings)
    learner = begin(config, recipe, seed, chosen, processor)
    if found is not None:
        learner.restore(found)
    ran = 0
    while state.done < epochs and ran != stop_after_epochs:
        span = (state.done * steps, (state.done + 1) * steps, epochs * steps)
        state.history.append(learner.epoch(sampler, plan, state.done, span, tick))
        state.done += 1
        ran += 1
        write_state(output_dir, state, learner)
    done = DecoderTraining(
        output_dir,
        before.revision,
        state.done,
        state.done * steps * recipe.batch_size,
        time.monotonic() - began,
        str(chosen),
        sum(p.numel() for p in learner.model.parameters() if p.requires_grad),
        state.history[-1] if state.history else float("nan"),
        {},
    )
    if state.done < epochs:
        return done
    tick("describing validation windows", 1.0)
    model = learner.averaged()
    model.config.revision_name = f"{before.model.config.revision_name}-d{state.done}"
    reader = SensorReader(model, "", chosen, embedder)
    done = replace(done, validation=decoder_figures(reader, validation_windows(whole, float(config.rate_hz))))
    model.save_pretrained(output_dir)
    (output_dir / "model.safetensors").chmod(0o644)
    _write_card(done, folder, recipe, plan)
    return done


def decoder_figures(reader: SensorReader, checked: Sequence[Checked]) -> dict[str, float]:
    """By source and level: `held/…` of sentences, `near/…` of sums, and `activity/…` of captions that name the right one."""
    figures: dict[str, float] = {}
    for part in checked:
        rows = np.random.default_rng(0).permutation(len(part.values))[:DESCRIBED]
        values = part.values[rows]
        for level in LEVELS:
            texts = reader.write_windows(values, part.placement, level)
            if level == "semantic":
                said = [read_activity(text) for text in texts]
                right = [
                    s is not None and is_true(LABELS[part.labels[i]], s.label) for s, i in zip(said, rows, strict=True)
                ]
                figures[f"activity/{part.source}"] = round(float(np.mean(right)), 4)
                continue
            total: dict[str, int] = defaultdict(int)
            for text, window in zip(texts, values, strict=True):
                for name, number in counts(text, level, window_data(window)).items():
                    total[name] += number
            figures[f"{level}_held/{part.source}"] = round(total["held"] / max(1, total["sentences"]), 4)
            if level == "statistical":
                figures[f"near/{part.source}"] = round(total["near"] / max(1, total["numbers"]), 4)
    return figures


def _with_decoder(reader: SensorReader) -> SensorLMConfig:
    """The model's configuration with a decoder. UserError for one of another objective than sigmoid: it writes already, or cannot."""
    if reader.model.config.objective != "sigmoid":
        raise UserError(
            reader.name,
            expected="a checkpoint of objective sigmoid, for a decoder to be put on",
            found=f"objective {reader.model.config.objective}",
            cure="name another, or train one",
        )
    body = reader.model.config.to_dict()
    return SensorLMConfig(**{**body, "objective": "coca", "vocabulary": caption_vocabulary()})


def _plan_of(folder: Path) -> CaptionPlan:
    """The decoder's plan, without what the checkpoint was kept from. UserError where no card says what that is."""
    try:
        facts = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(
            folder, expected="a checkpoint with its training.json", found="none that can be read",
            cure="train one with `telltale train sensorlm`",
        ) from None  # fmt: skip
    classes, sets = (tuple(cast("list[str]", facts.get(name, []))) for name in ("without_classes", "without_sets"))
    return replace(DECODER_PLAN, without_classes=classes, without_sets=sets)


def _write_card(done: DecoderTraining, start: Path, recipe: Recipe, plan: CaptionPlan) -> None:
    """The card of the towers with a section on the decoder, and the same for a program."""
    v = done.validation
    lines = [
        (start / "README.md").read_text(encoding="utf-8").rstrip() if (start / "README.md").is_file() else "# SensorLM",
        "",
        SECTION,
        "",
        f"{done.parameters:,} parameters, learnt alone on the towers above ({done.decoder_of}), which stayed as they are: a deviation from",
        "the coca objective, which learns all at once. It is told sums, bins and stretches by value, and writes one level when asked.",
        f"{done.windows_seen:,} windows of the same training subjects, {plan.detailed:.0%} with numbers; batch {recipe.batch_size}, peak rate {recipe.peak_rate:g},",
        f"{done.epochs} epochs of {recipe.epoch_windows:,}, last mean loss {done.loss:.3f}. Up to {DESCRIBED} validation windows a source, as written, unchecked:",
        "",
        "| source | statistical sentences that hold | sums within 5 % or 0.05 | structural sentences that hold | activity right |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name in sorted(key.partition("/")[2] for key in v if key.startswith("activity/")):
        cells = (v[f"{kind}/{name}"] for kind in ("statistical_held", "near", "structural_held", "activity"))
        lines.append(f"| {name} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    lines += [
        "",
        "What it writes is a guess until it is held against the samples: `telltale describe` and `caption_window` do that.",
        "",
    ]
    (done.output_dir / "README.md").write_text("\n".join(lines), encoding="utf-8")
    body = json.loads((start / "training.json").read_text(encoding="utf-8"))
    body["decoder"] = {
        "decoder_of": done.decoder_of, "epochs": done.epochs, "loss": done.loss, "parameters": done.parameters,
        "seconds": done.seconds, "device": done.device, "windows_seen": done.windows_seen, "validation": v,
    }  # fmt: skip
    (done.output_dir / "training.json").write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
