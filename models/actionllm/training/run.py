"""`telltale train actionllm`: one fold of a benchmark, or sequences at hand, to a folder with weights and card."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from models.actionllm.checkpoints import SHIPPED
from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.examples import ActionLLMPlan
from models.actionllm.feature_files import I3D_SIZE, read_feature_file
from models.actionllm.frozen import FrozenModel, load_frozen_model
from models.actionllm.modeling_actionllm import ActionLLM
from models.actionllm.processing_actionllm import ActionLLMProcessor
from models.actionllm.streams import PROGRESS, FeatureRows
from models.actionllm.training.card import ActionLLMSummary, write_card
from models.actionllm.training.fit import FitOutcome, Material, fit
from models.backbone import Progress, quiet_loading
from models.motion.predictor import pick_device
from recordings import UserError
from recordings.sequences import SegmentSequence, read_benchmark

# The first layers of the language model that are used by default: what a processor core can train in minutes.
DEFAULT_LAYERS = 2
LICENCE = "of the annotations that it was trained on: research use, cite their authors"


def split_settings(changes: Mapping[str, Any]) -> tuple[dict[str, Any], ActionLLMPlan]:
    """Fields of the configuration, and a plan with the rest. UserError for a name that is neither, or a value of the wrong kind."""
    plan_fields = {f.name for f in dataclasses.fields(ActionLLMPlan)}
    known = ActionLLMConfig().to_dict()
    config: dict[str, Any] = {}
    plan: dict[str, Any] = {}
    for name, value in changes.items():
        if name in plan_fields:
            plan[name] = _like(name, value, getattr(ActionLLMPlan(), name))
        elif name in SETTABLE:
            config[name] = _like(name, value, known[name])
        else:
            raise UserError(
                f"setting {name}", expected=f"one of {', '.join(sorted({*plan_fields, *SETTABLE}))}", found="no such setting",
                cure="name one of them",
            )  # fmt: skip
    return config, ActionLLMPlan(**plan)


# What a person may choose of the configuration; the rest follows from data and language model.
SETTABLE = (
    "stream", "backbone", "layers", "lm_weights", "lm_seed", "queries", "query_initialisation", "adapter_size", "interaction",
    "interaction_size", "interaction_heads", "interaction_hidden", "joining", "positions", "residual", "tuning_size",
    "tuning_groups", "tuning_residual", "dropout_rate", "frozen_heads", "losses", "duration_loss", "names", "sampling",
    "step_s", "most_tokens", "boundary_blur", "precision",
)  # fmt: skip


def _like(name: str, value: Any, example: Any) -> Any:
    """`value` as `example` is: what came from a command line is text."""
    if not isinstance(value, str) or isinstance(example, str):
        return value
    try:
        if isinstance(example, bool):
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[value.lower()]
        if isinstance(example, (tuple, list)):
            pieces = [piece.strip() for piece in value.split(",") if piece.strip()]
            return tuple(type(example[0])(piece) for piece in pieces)
        return type(example)(value)
    except (ValueError, KeyError):
        raise UserError(
            f"setting {name}", expected=f"a value such as {example!r}", found=repr(value), cure="correct it"
        ) from None


def train_actionllm(
    data_dir: Path,
    output_dir: Path,
    *,
    dataset: str = "50salads",
    fold: str = "1",
    protocol: str = "",
    features: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    stop_after: int | None = None,
) -> ActionLLMSummary:
    """Train on the training people of one fold. features: a folder with I3D files, for the feature stream."""
    known = read_benchmark(dataset, data_dir, protocol)
    chosen = next((f for f in known.folds if f.name == fold), None)
    if chosen is None:
        raise UserError(
            f"{dataset} folds", expected=f"one of {', '.join(f.name for f in known.folds)}", found=repr(fold),
            cure="name one with --fold",
        )  # fmt: skip
    return train_on_sequences(
        chosen.train,
        output_dir,
        learnt_from=f"{dataset}/{known.protocol}/{fold}",
        features=features,
        settings=settings,
        seed=seed,
        epochs=epochs,
        budget_minutes=budget_minutes,
        resume=resume,
        progress=progress,
        device=device,
        stop_after=stop_after,
    )


def train_on_sequences(
    sequences: Sequence[SegmentSequence],
    output_dir: Path,
    *,
    learnt_from: str = "",
    features: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    epochs: int | None = None,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    device: str = "auto",
    frozen: FrozenModel | None = None,
    stop_after: int | None = None,
    folder_by_digest: bool = False,
) -> ActionLLMSummary:
    """Train on sequences at hand and write weights, configuration and card into `output_dir`.

    folder_by_digest: into a folder of its own below it, unless one there was trained on the same to the end already: then that
    one is named and nothing is done.
    """
    activities = sorted({s.activity for sequence in sequences for s in sequence.segments})
    learnt_from = learnt_from or f"{len(sequences)} sequences"
    changes, plan = split_settings({"layers": DEFAULT_LAYERS, **(settings or {})})
    if epochs is not None:
        plan = dataclasses.replace(plan, epochs=epochs)
    chosen = pick_device(device)
    if frozen is None:
        ends = _built({k: v for k, v in changes.items() if k in ("backbone", "lm_weights", "lm_seed", "precision")})
        frozen = load_frozen_model(
            ends.backbone,
            weights=ends.lm_weights,
            seed=ends.lm_seed,
            device=chosen,
            precision=ends.precision,
            progress=progress,
        )
    files: list[FeatureRows | None] = [None] * len(sequences)
    if features is not None:
        files = [read_feature_file(features, s) for s in sequences]
        changes["stream"] = "files"
    config = _built(
        {
            "activities": activities,
            "feature_size": I3D_SIZE if features is not None else len(activities) + PROGRESS,
            "backbone_revision": frozen.revision,
            "backbone_size": frozen.size,
            "learnt_from": learnt_from,
            "licence": LICENCE,
            "people": sorted({s.subject or s.name for s in sequences}),
            **changes,
            "backbone": frozen.reference,
            "layers": min(changes["layers"] or frozen.layers, frozen.layers),
        }
    )
    config.digest = digest_of(sequences, config, plan, seed)
    if folder_by_digest:
        done = _trained_before(output_dir, config.digest)
        output_dir = done or output_dir / f"actionllm-{config.digest}"
        if done is not None:
            return ActionLLMSummary(
                done, learnt_from, len(sequences), len(activities), str(chosen), 0, config.layers, frozen.layers,
                config.digest, FitOutcome(),
            )  # fmt: skip
    output_dir.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = ActionLLM(config)
    model.attach(frozen.backbone).to(chosen)
    processor = ActionLLMProcessor(config, frozen.backbone, frozen.tokenizer)
    outcome = fit(
        model,
        Material(sequences, plan, processor, files, seed),
        output_dir,
        {"learnt_from": learnt_from, "digest": config.digest, "seed": seed},
        budget_minutes=budget_minutes,
        resume=resume,
        progress=progress,
        stop_after=stop_after,
    )
    config.revision_name = f"actionllm-s{seed}-n{outcome.steps}"
    summary = ActionLLMSummary(
        output_dir, learnt_from, len(sequences), len(activities), str(chosen), model.trained_parameters, config.layers,
        frozen.layers, config.digest, outcome,
    )  # fmt: skip
    if outcome.steps == outcome.total:
        model.config = config
        with quiet_loading():
            model.save_pretrained(output_dir, safe_serialization=True)
        write_card(output_dir, config, plan, summary)
    return summary


def _built(fields: dict[str, Any]) -> ActionLLMConfig:
    try:
        return ActionLLMConfig(**fields)
    except ValueError as problem:
        raise UserError(
            "settings", expected="a model that can be built", found=str(problem), cure="correct them"
        ) from problem


def _trained_before(folder: Path, digest: str) -> Path | None:
    """The finished folder below `folder`, or the shipped one, whose model was trained on the same in the same way."""
    for config in (*sorted(folder.glob("*/config.json")), *sorted(SHIPPED.glob("*/config.json"))):
        if json.loads(config.read_text(encoding="utf-8")).get("digest") == digest:
            return config.parent
    return None


def digest_of(sequences: Sequence[SegmentSequence], config: ActionLLMConfig, plan: ActionLLMPlan, seed: int) -> str:
    """Sixteen digits that change with the training material, every setting, the language model's weights, and the seed."""
    shape = {k: v for k, v in config.to_dict().items() if k in (*SETTABLE, "activities", "feature_size", "backbone_revision")}  # fmt: skip
    shape.pop("boundary_blur", None)  # read when asked, not when trained
    body = {
        "sequences": [[s.name, [[g.activity, g.start_s, g.end_s] for g in s.segments]] for s in sequences],
        "config": shape,
        "plan": asdict(plan),
        "seed": seed,
    }
    text = json.dumps(body, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
