"""`train_llasa`: the projector first, then adapter and projector, on generated exchanges of the training subjects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from models.backbone.causal import EMBEDDED
from models.checkpoint import load_checkpoint
from models.limubert.modeling_limubert import LimuBertForReconstruction
from models.llasa.checkpoints import load_trained, named_folder, save_trained
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.data import SETS, UNION, described, set_of, split_windows, training_ranges
from models.llasa.data.retold import digest_of, read_texts, with_texts
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import layout_of
from models.llasa.training.batches import Item
from models.llasa.training.card import LlasaSummary, write_card
from models.llasa.training.items import balance, sequences, stacked
from models.llasa.training.recipe import ON_A_PROCESSOR, Recipe
from models.llasa.training.runner import STAGES, Progress, Runner, Stage
from models.llasa.training.validation import validate
from models.llasa.training.warm_start import WarmStart
from models.motion.predictor import pick_device
from models.motion.taxonomy import HIDDEN_AT
from models.training_state import FILE, saved_state
from recordings import UserError

LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"
DEFAULT_STEPS = 4000
Further = Callable[[Any], Sequence[Item]]
"""More items for the second stage, made with the tokenizer."""


def train_llasa(
    data_dir: Path,
    output_dir: Path,
    *,
    stage: Literal["align", "tune"] = "tune",
    aligned: Path | None = None,
    start: Path | str | None = None,
    texts: Path | None = None,
    encoder: Path | None = None,
    backbone: str = EMBEDDED,
    seed: int = 0,
    steps: int | None = None,
    budget_minutes: float | None = None,
    stride_s: float = 6.0,
    most_windows: int | None = None,
    sets: tuple[str, ...] = SETS,
    resume: bool = True,
    device: str = "auto",
    recipe: Recipe | None = None,
    progress: Progress | None = None,
    further: Further | None = None,
) -> LlasaSummary:
    """`align`: the projector on rows and answers. `tune`: adapter and projector on chat turns, from `aligned` or, without
    one, after `align` in the same run; with `start`, a tuned checkpoint or the name of a shipped one, encoder, projector and
    adapter go on from there. texts: a folder of `--stage data` whose open questions and answers stand in place of the grammar's, window by
    window.

    encoder: a LIMU-BERT folder, None for the shipped one. steps: through the language model, of both stages together;
    `budget_minutes` chooses them by the time of a few on this machine. recipe: None is the published one on a GPU and
    `ON_A_PROCESSOR` elsewhere. The state is kept every ninety seconds; a run found in the folder goes on bit for bit, a
    budgeted one with the length chosen first. UserError when data, encoder or language model are missing, or the folder holds
    a run with other settings.
    """
    from models.backbone.causal import load_backbone

    begun, tick = time.monotonic(), progress or (lambda text, share: None)
    chosen = pick_device(device)
    recipe = recipe or (Recipe() if chosen.type == "cuda" else ON_A_PROCESSOR)
    tick("reading windows", 0.0)
    sides = split_windows(data_dir, stride_s, sets)
    train = [w for w in sides["train"] if w.label not in HIDDEN_AT.get(w.position, ())]
    if most_windows is not None:
        pick = np.random.default_rng(seed).permutation(len(train))[:most_windows]
        train = [train[i] for i in sorted(pick.tolist())]
    if not train:
        raise UserError(data_dir, expected="the four motion sets", found="no windows", cure="see --data")
    language, tokenizer, revision = load_backbone(backbone, device=chosen)
    before = aligned if start is None else named_folder(start)
    model = _model(
        before if stage == "tune" else None, encoder, backbone, revision, language, recipe, seed, start is not None
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = model.attach(language).to(chosen)
    layout = layout_of(tokenizer, model.config.tokens)
    tick("writing exchanges", 0.0)
    corpus = list(described(train, training_ranges(sides["train"]), seed))
    if texts is not None:
        corpus = list(with_texts(corpus, read_texts(texts)))
    weights = balance(train)
    items: dict[Stage, list[Item]] = {}
    if stage == "align" or before is None:
        items["align"] = sequences(
            corpus, layout, tokenizer, plain=True, seed=seed, longest=recipe.longest_tokens, shares=recipe.align_shares,
            weights=weights,
        )  # fmt: skip
    added: Sequence[Item] = ()
    if stage == "tune":
        added = () if further is None else [i for i in further(tokenizer) if len(i.ids) <= recipe.longest_tokens]
        items["tune"] = [
            *sequences(
                corpus, layout, tokenizer, plain=False, seed=seed, longest=recipe.longest_tokens, shares=recipe.shares,
                weights=weights,
            ),
            *added,
        ]  # fmt: skip
    windows = torch.from_numpy(stacked(train)).to(chosen)
    warm, warm_steps = None, recipe.warm_steps if "align" in items else 0
    if warm_steps or ("tune" in items and recipe.beside_weight):
        tick("encoding windows", 0.0)
        warm = WarmStart(
            model, tokenizer, windows, [w.label for w in train], [w.dataset for w in train], weights, seed,
            encoder=recipe.warm_encoder,
        )  # fmt: skip
    runner = Runner(model, recipe, windows, items, warm, warm_steps, layout.first, layout.end, seed)
    settings: dict[str, Any] = {
        "seed": seed,
        "stage": stage,
        "aligned": None if aligned is None else model.config.revision_name,
        "start": None if start is None else model.config.revision_name,
        "recipe": asdict(recipe),
        "texts": None if texts is None else digest_of(texts),
        "windows": len(train),
        "items": {name: len(found) for name, found in items.items()},
        "stride_s": stride_s,
        "backbone": revision,
    }
    output_dir.mkdir(parents=True, exist_ok=True)
    lengths = _lengths(runner, output_dir if resume else None, settings, steps, budget_minutes)
    settings["steps"] = dict(lengths)
    runner.run(lengths, settings, output_dir if resume else None, tick)
    subjects = {name: sorted({w.subject for w in train if set_of(w) == name}) for name in {set_of(w) for w in train}}
    summary = LlasaSummary(
        output_dir,
        stage,
        {str(name): count for name, count in lengths.items()},
        time.monotonic() - begun,
        str(chosen),
        sum(p.numel() for p in (*model.part("projector"), *model.part("adapter"))),
        len(items.get("tune", items.get("align", []))) - len(added),
        len(added),
        len(train),
        runner.clock.tokens,
        runner.clock.tokens / max(runner.clock.seconds, 1e-9),
        float("nan") if warm is None else warm.accuracy(torch.arange(min(len(train), 2000), device=chosen)),
        recipe,
        subjects={name: subjects[name] for name in sorted(subjects)},
        start=settings["start"],
        texts=settings["texts"],
    )
    model.config.subjects = summary.subjects
    model.config.revision_name = f"llasa-{stage}-s{seed}-n{sum(lengths.values())}"
    save_trained(model, output_dir)
    tick("validation subjects", 1.0)
    summary.validation = validate(model, tokenizer, sides["validation"], seed)
    model.config.logit_divisor = summary.validation.temperature
    model.config.fusion_weight = summary.validation.fusion_weight
    save_trained(model, output_dir)
    write_card(model.config, summary)
    return summary


def _model(
    before: Path | None,
    encoder: Path | None,
    backbone: str,
    revision: str,
    language: Any,
    recipe: Recipe,
    seed: int,
    adapter: bool,
) -> LlasaModel:
    """A fresh projector on the encoder, or that of the checkpoint `before`, with a fresh adapter or, for `adapter`, its own."""
    width = int(language.get_input_embeddings().weight.shape[1])
    if before is not None:
        start = load_trained(before)
        if start.config.backbone_size != width or start.config.pool != recipe.pool:
            raise UserError(
                before,
                expected=f"a checkpoint for a backbone {width} wide, {recipe.pool} rows a token",
                found=f"{start.config.backbone_size} and {start.config.pool}",
                cure="align again with the same backbone and recipe",
            )
        if start.by_value is not None and start.config.by_value != recipe.by_value:
            raise UserError(
                before,
                expected=f"a checkpoint told numbers by value through a layer {recipe.by_value} wide, or not at all",
                found=f"one {start.config.by_value} wide",
                cure="train with the recipe that it was trained with",
            )
        if adapter and (not start.adapter or (start.config.rank, start.config.alpha) != (recipe.rank, recipe.alpha)):
            raise UserError(
                before,
                expected=f"a tuned checkpoint whose adapter has rank {recipe.rank} and alpha {recipe.alpha}",
                found=f"rank {start.config.rank}, alpha {start.config.alpha}" if start.adapter else "an aligned one",
                cure="tune from the beginning, or name another",
            )
    limu = load_checkpoint(
        LimuBertForReconstruction,
        _encoder_folder(encoder),
        expected="a pretrained LIMU-BERT",
        cure="train one with `telltale train limubert`",
    )
    config = LlasaConfig(
        backbone=backbone,
        backbone_revision=revision,
        backbone_size=width,
        encoder=limu.config.to_diff_dict(),
        encoder_size=limu.config.hidden_size,
        samples=limu.config.samples,
        pool=recipe.pool,
        by_value=recipe.by_value,
        rank=recipe.rank,
        alpha=recipe.alpha,
        labels=UNION,
        licence=LICENCE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlasaModel(config)
    model.encoder.load_state_dict(limu.encoder.state_dict())
    if before is not None:
        model.encoder.load_state_dict(start.encoder.state_dict())
        model.projector.load_state_dict(start.projector.state_dict())
        if model.by_value is not None and start.by_value is not None:
            model.by_value.load_state_dict(start.by_value.state_dict())
        model.config.revision_name = start.config.revision_name
        if adapter:
            model.expect_adapter(dict(start.adapter.items()))
    return model


def _encoder_folder(named: Path | None) -> Path:
    folder = named or Path(__file__).parents[2] / "limubert" / "checkpoints" / "base"
    if not (folder / "model.safetensors").is_file():
        raise UserError(
            folder,
            expected="a pretrained LIMU-BERT (config.json, model.safetensors)",
            found="none",
            cure="train one with `telltale train limubert`, then name its folder with --encoder",
        )
    return folder


def _lengths(
    runner: Runner,
    folder: Path | None,
    settings: Mapping[str, Any],
    steps: int | None,
    budget_minutes: float | None,
) -> dict[Stage, int]:
    """Steps of each stage, in order; of a run found in the folder its own where only the budget was to say."""
    lengths: dict[Stage, int] = {}
    if runner.warm_steps:
        lengths["warm"] = runner.warm_steps
    if steps is None:
        found = saved_state(folder / FILE) if folder is not None else None
        if budget_minutes is not None and found is not None and _but_steps(found.settings) == _but_steps(settings):
            chosen = found.settings["steps"]
            return {name: int(chosen[name]) for name in STAGES if name in chosen}
        last: Stage = "tune" if "tune" in runner.items else "align"
        steps = DEFAULT_STEPS if budget_minutes is None else runner.affordable(last, budget_minutes)
    if "align" in runner.items:
        lengths["align"] = max(1, round(runner.recipe.align_share * steps)) if "tune" in runner.items else steps
    if "tune" in runner.items:
        lengths["tune"] = max(1, steps - lengths.get("align", 0))
    return lengths


def _but_steps(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "steps"}
