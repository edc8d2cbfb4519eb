"""`train_motion`: the one training run behind `telltale train motion`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from models.backbone.quiet import quiet_loading
from models.motion.configuration_motion import MotionConfig
from models.motion.experts import VIEWS
from models.motion.modeling_motion import MotionEnsemble
from models.motion.predictor import pick_device
from models.motion.protocols import PROTOCOLS
from models.motion.training.augment import Augmentation
from models.motion.training.card import TrainingSummary, write_card
from models.motion.training.corpus import Corpus, read_corpus
from models.motion.training.experts import fit_pool, pooled
from models.motion.training.learner import Learner, Recipe
from models.motion.training.run import EXPERTS, TrainingRun, one_network, out_of_fold, state_file
from models.motion.training.sampling import WindowSampler
from models.motion.training.stages import People, Stage, groups, stages
from models.motion.training.validation import figures, fit_temperatures, joined, kind_of, truth_of
from models.training_state import saved_state, to_go_on

Progress = Callable[[str, float], None]
DEFAULT_EPOCHS = 9
# Small sets of people vary much: all of them are validation subjects in turn.
FOLDS = 5
MEMBERS = 4
# Networks that answer for a fold: fewer than the final ones, for they cost the most.
FOLD_MEMBERS = 1
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


def default_config() -> MotionConfig:
    """The shape that is shipped."""
    # Several small networks: one of 0.4 million parameters was no better on a validation fold for the same training time.
    return MotionConfig(
        stem_width=24,
        widths=(32, 56, 80),
        embedding_size=96,
        members=MEMBERS,
        checkpoint_name="motion-base",
        licence=LICENCE,
    )


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
    folds: int = FOLDS,
    fold_members: int = FOLD_MEMBERS,
    config: MotionConfig | None = None,
    recipe: Recipe | None = None,
    plan: Augmentation | None = None,
    corpus: Corpus | None = None,
    stop_after_epochs: int | None = None,
    only: Sequence[str] | None = None,
) -> TrainingSummary:
    """Train on all four sets without their held-out subjects, and write checkpoint and card into `output_dir`.

    First every fold of the training subjects is answered by `fold_members` networks and by experts that saw the other
    folds; those answers are the validation figures, and fit the temperatures and the pool. Then `config.members` networks
    and the experts learn from every training subject: the checkpoint. `budget_minutes` chooses the epochs from the time of a few steps on this machine (so their number is
    not reproducible; `epochs` is). progress: called with a short text and the share done, 0–1. `resume` goes on where a
    stopped run was, bit for bit. `stop_after_epochs` ends this call early, after that many epochs, as an interruption
    would. `only` trains the named stages (`fold0-0`, `final-1`, …, `experts`): several processes can share the work of one folder.

    Raises UserError when the data are missing, or the folder holds a run with other settings.
    """
    started = time.monotonic()
    tick: Progress = progress or (lambda text, share: None)
    chosen, recipe, plan = pick_device(device), recipe or Recipe(), plan or Augmentation()
    config = config or default_config()
    output_dir.mkdir(parents=True, exist_ok=True)
    corpus = corpus or read_corpus(data_dir, config.rate_hz, tick)
    left_out = groups(corpus, folds)
    todo = stages(folds, fold_members, config.members)
    sampler = WindowSampler(corpus, chosen)
    steps = max(1, round(sampler.seconds / recipe.epoch_window_s / recipe.batch_size))
    found = next((s for s in (saved_state(state_file(output_dir, one)) for one in todo) if s), None) if resume else None
    if epochs is None and found is not None:
        epochs = int(found.settings["epochs"])
    if epochs is None:
        epochs = _affordable(budget_minutes, sampler, config, recipe, plan, chosen, steps, len(todo))
    settings = {"seed": seed, "epochs": epochs, "folds": folds, "recipe": asdict(recipe), "plan": asdict(plan)}
    settings |= {name: getattr(config, name) for name in ("stem_width", "statistics_size", "embedding_size", "dropout")}
    settings |= {"widths": list(config.widths), "axis_dropout": config.axis_dropout}
    to_go_on(output_dir, found, settings)
    run = TrainingRun(output_dir, config, recipe, plan, chosen, settings, resume, tick, stop_after_epochs)
    for number, stage in enumerate(todo):
        if only is not None and stage.name not in only:
            continue
        run.share = (number / len(todo), 1 / len(todo))
        if not run.train(stage, corpus, left_out[stage.fold] if stage.fold is not None else None):
            break
    else:
        if only is None or EXPERTS in only:
            run.share = (1.0, 0.0)
            run.experts(corpus, left_out)
        if only is None:
            summary = _finish(run, todo, corpus, left_out, time.monotonic() - started)
            tick("done", 1.0)
            return summary
    return _summary(run, todo, corpus, time.monotonic() - started)


def _affordable(
    budget_minutes: float | None,
    sampler: WindowSampler,
    config: MotionConfig,
    recipe: Recipe,
    plan: Augmentation,
    device: torch.device,
    steps: int,
    networks: int,
) -> int:
    """Epochs a network that fit the budget, timed on six steps of a learner that is thrown away."""
    if budget_minutes is None:
        return DEFAULT_EPOCHS
    trial = Learner(one_network(config), recipe, 0, device)
    trial.epoch(sampler, plan, (0, 0, 0), (0, 3, 12), lambda text, share: None)
    begun = time.monotonic()
    trial.epoch(sampler, plan, (0, 0, 1), (6, 12, 12), lambda text, share: None)
    each_s = (time.monotonic() - begun) / 6
    return max(1, int(60 * budget_minutes / (each_s * steps * networks)))


def _finish(
    run: TrainingRun, todo: Sequence[Stage], corpus: Corpus, left_out: Sequence[People], seconds: float
) -> TrainingSummary:
    """Temperatures from the out-of-fold answers, the final networks pooled, and the card."""
    known = out_of_fold(run, todo, corpus, left_out, "known")
    blind = out_of_fold(run, todo, corpus, left_out, "blind")
    rate_hz = float(run.config.rate_hz)
    truth = [truth_of(corpus.only(people), rate_hz) for people in left_out]
    advice = [run.advice(number, truth[number]) for number in range(len(left_out))]
    temperatures = fit_temperatures(joined(known), joined(blind))
    together = {
        name: {view: joined([{name: fold[name][view]} for fold in advice])[name] for view in VIEWS}
        for name in advice[0]
    }
    pool = fit_pool(joined(known), together)
    answers = [
        {name: pooled(fold[name], theirs[name], pool[kind_of(PROTOCOLS[name])]) for name in fold}
        for fold, theirs in zip(known, advice, strict=True)
    ]
    outcome = {
        "networks": figures(joined(known), temperatures),
        "experts": {view: figures({name: views[view] for name, views in together.items()}, {}) for view in VIEWS},
        "unknown_position": figures(joined(blind), {}),
        "by_fold": [figures(fold, {}) for fold in answers],
        "pool": pool,
    }
    config = type(run.config)(**run.config.to_dict())
    config.temperatures = {**config.temperatures, **temperatures}
    config.pool = {kind: list(weights) for kind, weights in pool.items()}
    config.revision_name = f"{config.checkpoint_name}-s{run.settings['seed']}-e{run.settings['epochs']}"
    members = [run.network(stage) for stage in todo if stage.fold is None]
    model = MotionEnsemble.of(config, members, run.fitted_experts())
    with quiet_loading():
        model.save_pretrained(run.folder)
    (run.folder / "model.safetensors").chmod(0o644)
    summary = _summary(run, todo, corpus, seconds)
    summary = replace(
        summary,
        parameters=sum(p.numel() for p in model.state_dict().values()),
        validation=figures(joined(answers), {}),
        temperatures=temperatures,
    )
    write_card(run.folder, summary, outcome)
    return summary


def _summary(run: TrainingRun, todo: Sequence[Stage], corpus: Corpus, seconds: float) -> TrainingSummary:
    """Without figures, which only a whole run has."""
    subjects: dict[str, set[str]] = {}
    for stream in corpus.streams:
        subjects.setdefault(stream.dataset, set()).add(stream.subject)
    states = {stage.name: saved_state(state_file(run.folder, stage)) for stage in todo}
    return TrainingSummary(
        output_dir=run.folder,
        epochs=int(run.settings["epochs"]),
        seconds=seconds,
        device=str(run.device),
        parameters=0,
        validation={},
        temperatures={},
        train_subjects={name: sorted(who, key=lambda s: (len(s), s)) for name, who in subjects.items()},
        folds=int(run.settings["folds"]),
        history={name: state.history for name, state in states.items() if state},
    )
