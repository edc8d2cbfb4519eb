"""`train_motion`: the one training run behind `telltale train motion`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from models.motion.configuration_motion import MotionConfig
from models.motion.experts import VIEWS, Experts
from models.motion.modeling_motion import MotionEnsemble, MotionForActivityClassification
from models.motion.predictor import pick_device
from models.motion.protocols import PROTOCOLS
from models.motion.training.augment import Augmentation
from models.motion.training.corpus import Corpus, read_corpus
from models.motion.training.experts import blank_experts, expert_scores, fit_experts, fit_pool, pooled, read_evidence
from models.motion.training.learner import Learner, Recipe
from models.motion.training.sampling import WindowSampler
from models.motion.training.stages import People, Stage, groups, stages
from models.motion.training.state import StageState, load_state, save_state, save_tensors
from models.motion.training.validation import Scores, figures, fit_temperatures, joined, kind_of, score_corpus, truth_of
from recordings import UserError

Progress = Callable[[str, float], None]
DEFAULT_EPOCHS = 9
EXPERTS = "experts"
# Small sets of people vary much: all of them are validation subjects in turn.
FOLDS = 5
MEMBERS = 4
# Networks that answer for a fold: fewer than the final ones, for they cost the most.
FOLD_MEMBERS = 1
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What goes into the card. validation: protocol → macro_f1, accuracy, ece, n out of fold."""

    output_dir: Path
    epochs: int
    seconds: float
    device: str
    parameters: int
    validation: dict[str, dict[str, float]]
    temperatures: dict[str, float]
    train_subjects: dict[str, list[str]]
    folds: int
    history: dict[str, list[float]]


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
    found = next((s for s in (load_state(output_dir, stage.name) for stage in todo) if s), None) if resume else None
    if epochs is None and found is not None:
        epochs = int(found[0].settings["epochs"])
    if epochs is None:
        epochs = _affordable(budget_minutes, sampler, config, recipe, plan, chosen, steps, len(todo))
    settings = {"seed": seed, "epochs": epochs, "folds": folds, "recipe": asdict(recipe), "plan": asdict(plan)}
    settings |= {name: getattr(config, name) for name in ("stem_width", "statistics_size", "embedding_size", "dropout")}
    settings |= {"widths": list(config.widths), "axis_dropout": config.axis_dropout}
    if found is not None and found[0].settings != settings:
        raise UserError(
            output_dir,
            expected="a folder without a run, or one of the same settings",
            found="a run with other settings",
            cure="choose another folder, or start over without resuming",
        )
    run = _Run(output_dir, config, recipe, plan, chosen, settings, resume, tick, stop_after_epochs)
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


@dataclass(slots=True)
class _Run:
    """What the stages share. epochs_left: before this call ends early; None never. share: where a stage lies in the whole."""

    folder: Path
    config: MotionConfig
    recipe: Recipe
    plan: Augmentation
    device: torch.device
    settings: dict[str, Any]
    resume: bool
    tick: Progress
    epochs_left: int | None
    share: tuple[float, float] = (0.0, 1.0)

    def weights(self, stage: Stage) -> Path:
        return self.folder / f"{stage.name}.weights.safetensors"

    def answers(self, stage: Stage) -> Path:
        return self.folder / f"{stage.name}.answers.safetensors"

    def network(self, stage: Stage) -> MotionForActivityClassification:
        model = MotionForActivityClassification(one_network(self.config))
        model.load_state_dict(load_file(self.weights(stage)))
        return model.eval()

    def train(self, stage: Stage, corpus: Corpus, left_out: People | None) -> bool:
        """False when the call was to end early. A stage that is finished is left as it is."""
        epochs, seed = int(self.settings["epochs"]), int(self.settings["seed"])
        state, tensors = (load_state(self.folder, stage.name) if self.resume else None) or (
            StageState(self.settings),
            {},
        )
        if state.epoch == epochs and self.weights(stage).is_file() and self.resume:
            return True
        data = corpus if left_out is None else corpus.without(left_out)
        sampler = WindowSampler(data, self.device)
        steps = max(1, round(sampler.seconds / self.recipe.epoch_window_s / self.recipe.batch_size))
        learner = Learner(one_network(self.config), self.recipe, seed + 1000 * stage.number, self.device)
        if tensors:
            learner.restore(tensors)
        else:
            learner.set_gravity(corpus.gravity_density)
        while state.epoch < epochs:
            if self.epochs_left == 0:
                return False
            first = state.epoch * steps
            span = (first, first + steps, steps * epochs)
            loss = learner.epoch(sampler, self.plan, (seed, stage.number, state.epoch), span, self._report(stage))
            state.epoch += 1
            state.losses.append(round(loss, 5))
            self.epochs_left = None if self.epochs_left is None else self.epochs_left - 1
            if state.epoch % 4 == 0 or state.epoch == epochs or self.epochs_left is not None:
                save_state(
                    self.folder, stage.name, state, learner.model.state_dict(), learner.average, learner.optimizer
                )
        if left_out is not None:
            model, held = learner.averaged(), corpus.only(left_out)
            known = score_corpus(model, held, self.device)
            blind = score_corpus(model, held, self.device, known_position=False)
            tables = {f"known.{k}": s.logits for k, s in known.items()} | {
                f"blind.{k}": s.logits for k, s in blind.items()
            }
            save_tensors(self.answers(stage), {k: torch.from_numpy(v).float() for k, v in tables.items()})
        save_tensors(self.weights(stage), learner.average)
        return True

    def experts(self, corpus: Corpus, left_out: Sequence[People]) -> None:
        """The regressions of every fold, whose answers are kept, and the final ones. What is finished is left as it is."""
        final = self.folder / f"{EXPERTS}.weights.safetensors"
        if final.is_file() and self.resume:
            return
        rate_hz = float(self.config.rate_hz)
        experts = blank_experts(corpus, self.config)
        self.tick(f"{EXPERTS}: reading windows", self.share[0])
        seen = read_evidence(experts, corpus, rate_hz)
        for number, people in enumerate(left_out):
            path = self.folder / f"fold{number}-{EXPERTS}.answers.safetensors"
            if path.is_file() and self.resume:
                continue
            self.tick(f"{EXPERTS}: fold {number}", self.share[0])
            out = {name: np.isin(one.subjects, sorted(people[PROTOCOLS[name].dataset])) for name, one in seen.items()}
            fit_experts(experts, {name: one.of(~out[name]) for name, one in seen.items()})
            answers = expert_scores(experts, {name: one.of(out[name]) for name, one in seen.items()})
            tables = {f"{view}.{name}": s.logits for name, views in answers.items() for view, s in views.items()}
            save_tensors(path, {k: torch.from_numpy(v).float() for k, v in tables.items()})
        self.tick(f"{EXPERTS}: everyone", self.share[0])
        save_tensors(final, fit_experts(experts, seen).state_dict())

    def fitted_experts(self) -> Experts:
        experts = Experts(self.config)
        experts.load_state_dict(load_file(self.folder / f"{EXPERTS}.weights.safetensors"))
        return experts

    def advice(self, fold: int, truth: Mapping[str, Scores]) -> dict[str, dict[str, Scores]]:
        """Protocol → view → what the fold's regressions say of people they never saw."""
        saved = load_file(self.folder / f"fold{fold}-{EXPERTS}.answers.safetensors")
        return {
            name: {
                view: Scores(blank.protocol, saved[f"{view}.{name}"].double().numpy(), blank.truth, blank.subjects)
                for view in VIEWS
            }
            for name, blank in truth.items()
        }

    def _report(self, stage: Stage) -> Progress:
        begin, length = self.share
        return lambda text, share: self.tick(f"{stage.name}: {text}", begin + length * share)


def one_network(config: MotionConfig) -> MotionConfig:
    """The shape of one network of an ensemble."""
    return type(config)(**{**config.to_dict(), "members": 1})


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


def out_of_fold(
    run: _Run, todo: Sequence[Stage], corpus: Corpus, left_out: Sequence[People], kind: str
) -> list[dict[str, Scores]]:
    """Fold → protocol → what the fold's networks, pooled, say of people they never saw. kind: `known` or `blind`."""
    found = []
    for fold, people in enumerate(left_out):
        answers: list[dict[str, Tensor]] = [load_file(run.answers(s)) for s in todo if s.fold == fold]
        truth = truth_of(corpus.only(people), float(run.config.rate_hz))
        found.append(
            {
                name: Scores(
                    blank.protocol,
                    np.mean([a[f"{kind}.{name}"].double().numpy() for a in answers], axis=0),
                    blank.truth,
                    blank.subjects,
                )
                for name, blank in truth.items()
            }
        )
    return found


def _finish(
    run: _Run, todo: Sequence[Stage], corpus: Corpus, left_out: Sequence[People], seconds: float
) -> TrainingSummary:
    """Temperatures from the out-of-fold answers, the final networks pooled, and the card."""
    from models.motion.training.card import write_card

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


def _summary(run: _Run, todo: Sequence[Stage], corpus: Corpus, seconds: float) -> TrainingSummary:
    """Without figures, which only a whole run has."""
    subjects: dict[str, set[str]] = {}
    for stream in corpus.streams:
        subjects.setdefault(stream.dataset, set()).add(stream.subject)
    states = {stage.name: load_state(run.folder, stage.name) for stage in todo}
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
        history={name: state[0].losses for name, state in states.items() if state},
    )
