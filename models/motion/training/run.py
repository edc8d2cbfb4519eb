"""One training run on disk: which stage leaves what, and what the stages answered about people they never saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from models.motion.configuration_motion import MotionConfig
from models.motion.experts import VIEWS, Experts
from models.motion.modeling_motion import MotionForActivityClassification
from models.motion.protocols import PROTOCOLS
from models.motion.training.augment import Augmentation
from models.motion.training.corpus import Corpus
from models.motion.training.experts import blank_experts, expert_scores, fit_experts, read_evidence
from models.motion.training.learner import Learner, Recipe
from models.motion.training.sampling import WindowSampler
from models.motion.training.stages import People, Stage
from models.motion.training.validation import Scores, score_corpus, truth_of
from models.training_state import load_run, save_run, save_tensors, to_go_on

Progress = Callable[[str, float], None]
EXPERTS = "experts"


def one_network(config: MotionConfig) -> MotionConfig:
    """The shape of one network of an ensemble."""
    return type(config)(**{**config.to_dict(), "members": 1})


def state_file(folder: Path, stage: Stage) -> Path:
    """Of a stage that is under way or done."""
    return folder / f"{stage.name}.safetensors"


@dataclass(slots=True)
class TrainingRun:
    """What the stages of one run share, and the files that each leaves. epochs_left: before this call ends early; None never. share: where a stage lies in the whole."""

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
        file = state_file(self.folder, stage)
        found = load_run(file) if self.resume else None
        state = to_go_on(self.folder, found, self.settings, stage.name)
        if state.done == epochs and self.weights(stage).is_file() and self.resume:
            return True
        data = corpus if left_out is None else corpus.without(left_out)
        sampler = WindowSampler(data, self.device)
        steps = max(1, round(sampler.seconds / self.recipe.epoch_window_s / self.recipe.batch_size))
        learner = Learner(one_network(self.config), self.recipe, seed + 1000 * stage.number, self.device)
        if found is not None:
            learner.restore(found)
        else:
            learner.set_gravity(corpus.gravity_density)
        while state.done < epochs:
            if self.epochs_left == 0:
                return False
            first = state.done * steps
            span = (first, first + steps, steps * epochs)
            loss = learner.epoch(sampler, self.plan, (seed, stage.number, state.done), span, self._report(stage))
            state.done += 1
            state.history.append(round(loss, 5))
            self.epochs_left = None if self.epochs_left is None else self.epochs_left - 1
            if state.done % 4 == 0 or state.done == epochs or self.epochs_left is not None:
                groups = {"model": learner.model.state_dict(), "average": learner.average}
                save_run(file, state, learner.optimizer, groups)
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


def out_of_fold(
    run: TrainingRun, todo: Sequence[Stage], corpus: Corpus, left_out: Sequence[People], kind: str
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
