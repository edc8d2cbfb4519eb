"""`train_sensorlm`: the one training run behind `telltale train sensorlm`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from models.motion.orientation import GRID_POINTS
from models.motion.predictor import pick_device
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.corpus import Corpus
from models.motion.training.sampling import WindowSampler
from models.sensorlm.captions.wording import PHRASES
from models.sensorlm.configuration_sensorlm import PLACEMENTS, SensorLMConfig
from models.sensorlm.labels import known_phrases
from models.sensorlm.processing_sensorlm import SensorLMProcessor, SizedEmbedder
from models.sensorlm.tokenizer import caption_vocabulary
from models.sensorlm.training.card import SensorLMTraining
from models.sensorlm.training.finish import finish
from models.sensorlm.training.learner import Learner
from models.sensorlm.training.pairs import read_streams
from models.sensorlm.training.plan import CaptionPlan, Recipe
from models.training_state import FILE, RunState, load_run, save_run, to_go_on

Progress = Callable[[str, float], None]
# Reading every wording takes MiniLM a few minutes: kept beside the state, never part of a checkpoint.
SENTENCES = "sentences.safetensors"
DEFAULT_EPOCHS = 60
_SHAPE = (
    "objective", "text_tower", "width", "depth", "text_depth", "embedding_size", "patch_rows", "patch_columns",
    "detail_rank", "detail_sizes", "detail_share", "timed_share",
)  # fmt: skip
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


def default_config(objective: str = "sigmoid", text_tower: str = "sentences") -> SensorLMConfig:
    """The shape that is shipped, and its variants."""
    wordy = objective == "coca" or text_tower == "tokens"
    return SensorLMConfig(
        objective=objective,
        text_tower=text_tower,
        vocabulary=caption_vocabulary() if wordy else (),
        text_depth=4 if text_tower == "tokens" else 2,
        known_labels=tuple(PHRASES),
        known_phrases=known_phrases(),
        licence=LICENCE,
    )


def train_sensorlm(
    data_dir: Path,
    output_dir: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    config: SensorLMConfig | None = None,
    recipe: Recipe | None = None,
    plan: CaptionPlan | None = None,
    corpus: Corpus | None = None,
    embedder: SizedEmbedder | None = None,
    stop_after_epochs: int | None = None,
) -> SensorLMTraining:
    """Train on the four motion sets without held-out and validation subjects; write checkpoint and card into `output_dir`.

    Captions are written anew for every window drawn. `budget_minutes` chooses the epochs from the time of a few steps here, so
    their number is not reproducible; `epochs` is. `resume` goes on after the last finished epoch, bit for bit on one machine.
    `stop_after_epochs` ends this call early, as an interruption would. corpus: already read, embedder: of sentences, for tests.

    Raises UserError when the data are missing, or the folder holds a run with other settings.
    """
    started = time.monotonic()
    tick: Progress = progress or (lambda text, share: None)
    chosen, recipe, plan = pick_device(device), recipe or Recipe(), plan or CaptionPlan()
    config = config or default_config()
    output_dir.mkdir(parents=True, exist_ok=True)
    whole = corpus if corpus is not None else read_streams(data_dir, config.rate_hz, plan, tick)
    fitting = whole.without(VALIDATION_SUBJECTS)
    sampler = WindowSampler(fitting, chosen)
    steps = max(1, round(recipe.epoch_windows / recipe.batch_size))
    found = load_run(output_dir / FILE) if resume else None
    processor = SensorLMProcessor(config, embedder)
    if resume and (output_dir / SENTENCES).is_file():
        # As many as the state knew: a vector's last bits depend on what was embedded beside it.
        processor.load(output_dir / SENTENCES, None if found is None else int(found.state.outcome["sentences"]))
    if epochs is None and found is not None:
        epochs = int(found.state.settings["epochs"])
    if epochs is None:
        trial = partial(Learner, config, recipe, 0, chosen, processor)
        epochs = (
            DEFAULT_EPOCHS if budget_minutes is None else affordable_epochs(budget_minutes, trial, sampler, plan, steps)
        )
    settings = settings_of(seed, epochs, recipe, plan, config)
    state = to_go_on(output_dir, found, settings)
    learner = Learner(config, recipe, seed, chosen, processor)
    density = torch.zeros(len(PLACEMENTS), GRID_POINTS)
    density[: len(whole.gravity_density)] = torch.from_numpy(whole.gravity_density)
    learner.model.gravity_density.copy_(density)
    learner.average["gravity_density"] = density.to(chosen)
    if found is not None:
        learner.restore(found)
    kept = 0
    ran = 0
    while state.done < epochs and ran != stop_after_epochs:
        span = (state.done * steps, (state.done + 1) * steps, epochs * steps)
        state.history.append(learner.epoch(sampler, plan, state.done, span, tick))
        state.done += 1
        ran += 1
        if len(learner.processor) > kept:
            learner.processor.save(output_dir / SENTENCES)
            kept = len(learner.processor)
        write_state(output_dir, state, learner)
    subjects: dict[str, set[str]] = {}
    for stream in fitting.streams:
        subjects.setdefault(stream.dataset, set()).add(stream.subject)
    summary = SensorLMTraining(
        output_dir,
        state.done,
        state.done * steps * recipe.batch_size,
        time.monotonic() - started,
        str(chosen),
        sum(p.numel() for p in learner.model.parameters()),
        state.history[-1] if state.history else float("nan"),
        {},
        {name: sorted(who, key=lambda s: (len(s), s)) for name, who in subjects.items()},
        round(sampler.seconds / 3600, 2),
        plan.without_classes,
        plan.without_sets,
        ("semantic", *("+".join(levels) for levels, _ in plan.mix if plan.detailed)),
    )
    if state.done < epochs:
        return summary
    done = finish(learner, whole, plan, recipe, summary, seed)
    tick("done", 1.0)
    return done


def write_state(folder: Path, state: RunState, learner: Learner) -> None:
    """Everything that the next epoch depends on, replaced whole."""
    state.outcome["sentences"] = len(learner.processor)
    groups = {"model": learner.model.state_dict(), "average": learner.average}
    save_run(folder / FILE, state, learner.optimizer, groups)


def settings_of(seed: int, epochs: int, recipe: Recipe, plan: CaptionPlan, config: SensorLMConfig) -> dict[str, object]:
    """What a run must agree in with the one that it goes on with."""
    settings: dict[str, object] = {"seed": seed, "epochs": epochs, "recipe": asdict(recipe), "plan": asdict(plan)}
    settings |= {name: getattr(config, name) for name in _SHAPE}
    if config.objective == "coca":
        settings["caption_length"] = config.caption_length
    return settings


def affordable_epochs(
    budget_minutes: float, begin: Callable[[], Learner], sampler: WindowSampler, plan: CaptionPlan, steps: int
) -> int:
    """Epochs of `steps` that fit the budget, timed on a few steps of a learner that is thrown away."""
    trial = begin()
    # The first steps also read most wordings for the first time: they say nothing about the later ones.
    trial.epoch(sampler, plan, 0, (0, 6, 24), lambda text, share: None)
    begun = time.monotonic()
    trial.epoch(sampler, plan, 0, (0, 6, 24), lambda text, share: None)
    return max(1, int(60 * budget_minutes * 6 / ((time.monotonic() - begun) * steps)))
