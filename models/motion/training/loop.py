"""`train_motion`: the one training run behind `telltale train motion`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from models.motion.configuration_motion import MotionConfig
from models.motion.modeling_motion import MotionForActivityClassification
from models.motion.predictor import pick_device
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.augment import Augmentation
from models.motion.training.corpus import Corpus, read_corpus
from models.motion.training.learner import Learner, Recipe
from models.motion.training.sampling import WindowSampler
from models.motion.training.state import RunState, load_state, save_state
from models.motion.training.validation import figures, fit_temperatures, score_corpus
from recordings import UserError

Progress = Callable[[str, float], None]
DEFAULT_EPOCHS = 24
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"
_STAGES = {"select": 1, "final": 2}


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What goes into the card. validation: protocol → macro_f1, accuracy, ece, n on the validation subjects."""

    output_dir: Path
    epochs: int
    seconds: float
    device: str
    parameters: int
    validation: dict[str, dict[str, float]]
    temperatures: dict[str, float]
    train_subjects: dict[str, list[str]]
    validation_subjects: dict[str, list[str]]
    history: list[dict[str, Any]]


def train_motion(
    data_dir: Path,
    output_dir: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    refit: bool = True,
    config: MotionConfig | None = None,
    recipe: Recipe | None = None,
    plan: Augmentation | None = None,
    corpus: Corpus | None = None,
    stop_after_epochs: int | None = None,
) -> TrainingSummary:
    """Train on all four sets without their held-out subjects, and write checkpoint and card into `output_dir`.

    Stage `select` leaves the validation subjects out, is measured on them and fits the temperatures; stage `final`
    (`refit`) trains the same recipe on every training subject and keeps those temperatures. `budget_minutes` chooses
    the epochs from the time of a few steps on this machine (so their number is not reproducible; `epochs` is).
    progress: called with a short text and the share done, 0–1. `resume` goes on where a stopped run was, bit for bit.
    `stop_after_epochs` ends this call early, after that many epochs, as an interruption would.

    Raises UserError when the data are missing, or the folder holds a run with other settings.
    """
    started = time.monotonic()
    tick: Progress = progress or (lambda text, share: None)
    chosen, recipe, plan = pick_device(device), recipe or Recipe(), plan or Augmentation()
    config = config or MotionConfig(checkpoint_name="motion-base", licence=LICENCE)
    output_dir.mkdir(parents=True, exist_ok=True)
    corpus = corpus or read_corpus(data_dir, config.rate_hz, tick)
    fitting = corpus.without(VALIDATION_SUBJECTS)
    sampler = WindowSampler(fitting, chosen)
    steps = max(1, round(sampler.seconds / recipe.epoch_window_s / recipe.batch_size))
    found = load_state(output_dir) if resume else None
    if epochs is None and found is not None:
        epochs = int(found[0].settings["epochs"])
    if epochs is None:
        epochs = _affordable(budget_minutes, sampler, config, recipe, plan, chosen, steps, refit)
    settings = {
        "seed": seed,
        "epochs": epochs,
        "refit": refit,
        "recipe": asdict(recipe),
        "plan": asdict(plan),
        "widths": list(config.widths),
    }
    state, tensors = found or (RunState(settings), {})
    if state.settings != settings:
        raise UserError(
            output_dir,
            expected="a folder without a run, or one of the same settings",
            found="a run with other settings",
            cure="choose another folder, or start over without resuming",
        )
    todo = stop_after_epochs if stop_after_epochs is not None else 2 * epochs
    stages = ["select", "final"] if refit else ["select"]
    learner: Learner | None = None
    for number, stage in enumerate(stages):
        if _STAGES[state.stage] > _STAGES[stage]:
            continue
        data = fitting if stage == "select" else corpus
        stage_sampler = sampler if stage == "select" else WindowSampler(corpus, chosen)
        learner = Learner(config, recipe, seed + 1000 * _STAGES[stage], chosen)
        learner.average["gravity_density"] = torch.from_numpy(data.gravity_density).to(chosen)
        learner.model.gravity_density.copy_(learner.average["gravity_density"])
        if state.stage == stage and state.epoch and tensors:
            learner.restore(tensors)

        def report(text: str, share: float, number: int = number, stage: str = stage) -> None:
            tick(f"{stage}: {text}", (number + share) / len(stages))

        while state.epoch < epochs and todo > 0:
            loss = learner.epoch(
                stage_sampler,
                plan,
                (seed, _STAGES[stage], state.epoch),
                (state.epoch * steps, (state.epoch + 1) * steps, steps * epochs),
                report,
            )
            state.epoch += 1
            todo -= 1
            entry: dict[str, Any] = {"stage": stage, "epoch": state.epoch, "loss": round(loss, 5)}
            if stage == "select" and (state.epoch % 6 == 0 or state.epoch == epochs):
                held = corpus.only(VALIDATION_SUBJECTS)
                table = figures(score_corpus(learner.averaged(), held, chosen), {})
                entry["macro_f1"] = {name: round(row["macro_f1"], 4) for name, row in table.items()}
            state.history.append(entry)
            report(f"epoch {state.epoch}/{epochs} {entry}", state.epoch / epochs)
            save_state(output_dir, state, learner.model.state_dict(), learner.average, learner.optimizer)
        if state.epoch < epochs:
            break
        if stage == "select":
            held = corpus.only(VALIDATION_SUBJECTS)
            model = learner.averaged()
            temperatures = fit_temperatures(model, held, chosen) if held.streams else {}
            state.outcome = {
                "temperatures": temperatures,
                "validation": figures(score_corpus(model, held, chosen), temperatures),
                "uncalibrated": figures(score_corpus(model, held, chosen), {}),
                "unknown_position": figures(score_corpus(model, held, chosen, known_position=False), {}),
            }
            if refit:
                state.stage, state.epoch, tensors = "final", 0, {}
    return _finish(output_dir, state, learner, corpus, started, chosen)


def _affordable(
    budget_minutes: float | None,
    sampler: WindowSampler,
    config: MotionConfig,
    recipe: Recipe,
    plan: Augmentation,
    device: torch.device,
    steps: int,
    refit: bool,
) -> int:
    """Epochs a stage that fit the budget, timed on six steps of a learner that is thrown away."""
    if budget_minutes is None:
        return DEFAULT_EPOCHS
    trial = Learner(config, recipe, 0, device)
    trial.epoch(sampler, plan, (0, 0, 0), (0, 3, 6), lambda text, share: None)
    begun = time.monotonic()
    trial.epoch(sampler, plan, (0, 0, 1), (6, 12, 12), lambda text, share: None)
    each_s = (time.monotonic() - begun) / 6
    return max(1, int(60 * budget_minutes / (each_s * steps * (2 if refit else 1))))


def _finish(
    output_dir: Path, state: RunState, learner: Learner | None, corpus: Corpus, started: float, device: torch.device
) -> TrainingSummary:
    from models.motion.training.card import write_card

    subjects: dict[str, set[str]] = {}
    for stream in corpus.streams:
        subjects.setdefault(stream.dataset, set()).add(stream.subject)
    left_out = state.stage == "select"
    validating = {name: sorted(VALIDATION_SUBJECTS[name] & who) for name, who in subjects.items()}
    model = learner.averaged() if learner else MotionForActivityClassification.from_pretrained(output_dir)
    summary = TrainingSummary(
        output_dir=output_dir,
        epochs=state.epoch,
        seconds=time.monotonic() - started,
        device=str(device),
        parameters=sum(p.numel() for p in model.parameters()),
        validation=state.outcome.get("validation", {}),
        temperatures=state.outcome.get("temperatures", {}),
        train_subjects={
            name: sorted(who - set(validating[name]) if left_out else who, key=lambda s: (len(s), s))
            for name, who in subjects.items()
        },
        validation_subjects=validating,
        history=state.history,
    )
    if state.outcome:
        model.config.temperatures = {**model.config.temperatures, **state.outcome["temperatures"]}
        model.config.revision_name = (
            f"{model.config.checkpoint_name}-s{state.settings['seed']}-e{state.settings['epochs']}"
        )
        model.save_pretrained(output_dir)
        (output_dir / "model.safetensors").chmod(0o644)
        write_card(output_dir, summary, state.outcome)
    return summary
