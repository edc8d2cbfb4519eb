"""Fresh networks for any split of people, so that a protocol other than the fixed one has the model's row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.motion.configuration_motion import MotionConfig
from models.motion.modeling_motion import MotionEnsemble, MotionForActivityClassification
from models.motion.predictor import MotionClassifier, pick_device
from models.motion.protocols import PROTOCOLS, WindowProtocol
from models.motion.training.augment import Augmentation
from models.motion.training.corpus import TrainingStream, assemble, training_stream
from models.motion.training.experts import blank_experts, expert_scores, fit_experts, fit_pool, read_evidence
from models.motion.training.learner import Learner, Recipe
from models.motion.training.loop import DEFAULT_EPOCHS, default_config
from models.motion.training.run import one_network
from models.motion.training.sampling import WindowSampler
from models.motion.training.stages import People
from models.motion.training.validation import Scores, fit_temperatures, score_corpus
from recordings import Recording
from recordings.datasets import dataset

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Round:
    """One fold of a protocol over several sets: set → subjects. choosing: fit the temperatures, and train nothing."""

    name: str
    train: People
    choosing: People
    test: People


def streams_of(data_dir: Path, rate_hz: float, people: People) -> list[TrainingStream]:
    """The labelled streams of these people, axes as recorded. The caller answers for who is held out."""
    return [training_stream(recording, rate_hz) for recording in recordings_of(data_dir, people)]


def recordings_of(data_dir: Path, people: People) -> list[Recording]:
    """Every recording of these people, in the order of the sets' keys."""
    found = []
    for name, who in people.items():
        chosen = dataset(name)
        found += [chosen.open(k, data_dir) for k in chosen.keys(data_dir) if chosen.subject_of(k, data_dir) in who]
    return found


def train_on(
    streams: list[TrainingStream],
    choosing: People,
    *,
    seed: int = 0,
    epochs: int = DEFAULT_EPOCHS,
    config: MotionConfig | None = None,
    recipe: Recipe | None = None,
    plan: Augmentation | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> MotionClassifier:
    """The shipped recipe on these streams alone: the axes' rule, the networks; `choosing` among them fit the temperatures only."""
    recipe, plan, chosen = recipe or Recipe(), plan or Augmentation(), pick_device(device)
    config = config or default_config()
    tick: Progress = progress or (lambda text, share: None)
    corpus = assemble(streams, config.rate_hz)
    none: frozenset[str] = frozenset()
    aside = {s.dataset: choosing.get(s.dataset, none) for s in corpus.streams}
    sampler = WindowSampler(corpus.without(aside), chosen)
    steps = max(1, round(sampler.seconds / recipe.epoch_window_s / recipe.batch_size))
    networks: list[MotionForActivityClassification] = []
    for member in range(config.members):
        learner = Learner(one_network(config), recipe, seed + 1000 * (member + 1), chosen)
        learner.set_gravity(corpus.gravity_density)
        begin = member / config.members
        learner.epoch(
            sampler,
            plan,
            (seed, member),
            (0, steps * epochs, steps * epochs),
            lambda text, share, begin=begin: tick(text, begin + share / config.members),  # type: ignore[misc]
        )
        networks.append(learner.averaged())
    held = corpus.only(aside)
    known, blind = (
        _pooled([score_corpus(n, held, chosen, known_position=flag) for n in networks]) for flag in (True, False)
    )
    temperatures = fit_temperatures(known, blind) if known else {}
    others, rate_hz = corpus.without(aside), float(config.rate_hz)
    experts = blank_experts(others, config)
    fit_experts(experts, read_evidence(experts, others, rate_hz))
    pool = fit_pool(known, expert_scores(experts, read_evidence(experts, held, rate_hz))) if known else {}
    settled = type(config)(**config.to_dict())
    settled.temperatures = {**settled.temperatures, **temperatures}
    settled.pool = {kind: list(weights) for kind, weights in pool.items()}
    settled.revision_name = f"{settled.checkpoint_name}-s{seed}-e{epochs}-refitted"
    return MotionClassifier(MotionEnsemble.of(settled, networks, experts), settled.revision_name, chosen)


def _pooled(answers: list[dict[str, Scores]]) -> dict[str, Scores]:
    return {
        name: Scores(one.protocol, np.mean([a[name].logits for a in answers], axis=0), one.truth, one.subjects)
        for name, one in answers[0].items()
    }


def predictions(
    model: MotionClassifier, protocol: WindowProtocol, recordings: list[Recording]
) -> tuple[list[str], npt.NDArray[np.float16]]:
    """Every protocol window of the recordings: `<recording>@<start in seconds, three decimals>`, and (n, classes) probabilities."""
    ids: list[str] = []
    found = [np.zeros((0, len(protocol.classes)), dtype=np.float16)]
    for recording in recordings:
        stream = recording.streams[0]
        if (recording.dataset, stream.position) != (protocol.dataset, protocol.position):
            continue
        windows = [window for window, _ in protocol.windows(recording)]
        if windows:
            answer = model.predict(stream, [w.span for w in windows], labels=protocol.classes)
            ids += [f"{recording.id}@{w.start_s:.3f}" for w in windows]
            found.append(answer.probabilities.astype(np.float16))
    return ids, np.concatenate(found)


def write_predictions(
    path: Path,
    rounds: Mapping[str, tuple[Round, Mapping[str, tuple[list[str], npt.NDArray[np.float16]]]]],
    meta: Mapping[str, object],
) -> None:
    """A file that `telltale eval har --systems predictions:FILE.npz` reads (`evals/systems/imported.py` has the format).

    rounds: fold name → the round and, for each protocol, its windows' ids and probabilities.
    """
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, protocol in PROTOCOLS.items():
        parts = [(fold, *found[name]) for fold, (_, found) in rounds.items() if name in found]
        arrays[f"{name}/ids"] = np.array([i for _, ids, _ in parts for i in ids])
        arrays[f"{name}/fold"] = np.array([fold for fold, ids, _ in parts for _ in ids])
        arrays[f"{name}/classes"] = np.array(protocol.classes)
        arrays[f"{name}/probabilities"] = (
            np.concatenate([p for _, _, p in parts]) if parts else np.zeros((0, len(protocol.classes)), np.float16)
        )
    sets = sorted({p.dataset for p in PROTOCOLS.values()})
    trained = {
        name: {
            fold: sorted(one.train.get(name, frozenset()) | one.choosing.get(name, frozenset()))
            for fold, (one, _) in rounds.items()
        }
        for name in sets
    }
    text = json.dumps({**meta, "train_subjects": trained}, sort_keys=True)
    np.savez_compressed(path, meta=np.array(text), **arrays)  # type: ignore[arg-type]
