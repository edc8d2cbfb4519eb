"""`train_llasa`: the projector first, then adapter and projector, on generated exchanges of the training subjects."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.backbone.causal import EMBEDDED
from models.limubert.modeling_limubert import LimuBertForReconstruction
from models.limubert.state import load_state, save_state
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.data import SETS, UNION, described, split_windows, training_ranges
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import layout_of
from models.llasa.scoring import label_log_likelihoods, scoring_plan
from models.llasa.training.batches import Item, batches, collate
from models.llasa.training.items import sequences, stacked
from models.motion.predictor import pick_device
from models.motion.protocols import PROTOCOLS
from recordings import UserError

Progress = Callable[[str, float], None]
# A run killed at any moment loses no more than this.
save_every_s = 120.0
LICENCE = "research and other non-commercial use: the hapt recordings forbid commercial use (see the card)"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the data, the seed and the length of a run.

    The published tuned rates (3e-5 for the adapter) are for a backbone fifty times as large; these were chosen on validation
    subjects. tune_encoder: LIMU-BERT is trained along in the second stage, a deviation that is off by default.
    """

    align_rate: float = 1e-3
    adapter_rate: float = 5e-4
    projector_rate: float = 5e-4
    encoder_rate: float = 3e-4
    tune_encoder: bool = False
    warm_up: float = 0.03
    batch_tokens: int = 16_384
    align_share: float = 0.15
    longest_tokens: int = 420
    largest_gradient: float = 1.0


@dataclass(slots=True)
class LlasaSummary:
    """What goes into the card. validation: protocol → accuracy, weighted_f1, n on the validation subjects."""

    output_dir: Path
    steps: int
    seconds: float
    device: str
    trained_parameters: int
    exchanges: int
    windows: int
    tokens_per_s: float
    validation_loss: float
    validation: dict[str, dict[str, float]] = field(default_factory=dict)


def train_llasa(
    data_dir: Path,
    output_dir: Path,
    *,
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
    rank: int = 16,
    alpha: int = 32,
    progress: Progress | None = None,
    further: Callable[[Any], Sequence[Item]] | None = None,
) -> LlasaSummary:
    """Two stages over the same exchanges: `align` (projector; rows and answer only) and `tune` (adapter and projector; chat).

    encoder: a LIMU-BERT folder, None for the shipped one. steps: of both stages together; `budget_minutes` chooses them from
    the time of a few on this machine. further: more items for the second stage, made with the tokenizer. Resumable every
    few minutes. UserError when the data or the encoder are missing, or the folder holds a run with other settings.
    """
    from models.backbone.causal import load_backbone

    begun, tick = time.monotonic(), progress or (lambda text, share: None)
    recipe, chosen = recipe or Recipe(), pick_device(device)
    tick("reading windows", 0.0)
    sides = split_windows(data_dir, stride_s, sets)
    train = sides["train"]
    if most_windows is not None:
        pick = np.random.default_rng(seed).permutation(len(train))[:most_windows]
        train = [train[i] for i in sorted(pick.tolist())]
    if not train:
        raise UserError(data_dir, expected="the four motion sets", found="no windows", cure="see --data")
    ranges = training_ranges(sides["train"])
    language, tokenizer, revision = load_backbone(backbone, device=chosen)
    layout = layout_of(tokenizer)
    corpus = list(described(train, ranges, seed))
    tick("writing exchanges", 0.0)
    stages = {
        "align": sequences(
            corpus, layout, tokenizer, plain=True, seed=seed, longest=recipe.longest_tokens, narrations=False
        ),
        "tune": sequences(corpus, layout, tokenizer, plain=False, seed=seed, longest=recipe.longest_tokens),
    }
    if further is not None:
        stages["tune"] = [*stages["tune"], *further(tokenizer)]
    limu = LimuBertForReconstruction.from_pretrained(encoder or _shipped_encoder())
    config = LlasaConfig(
        backbone=backbone,
        backbone_revision=revision,
        backbone_size=int(language.get_input_embeddings().weight.shape[1]),
        encoder=limu.config.to_diff_dict(),
        encoder_size=limu.config.hidden_size,
        rank=rank,
        alpha=alpha,
        labels=UNION,
        licence=LICENCE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlasaModel(config)
        model.encoder.load_state_dict(limu.encoder.state_dict())
        model.attach(language)
    model = model.to(chosen)
    windows = torch.from_numpy(stacked(train)).to(chosen)
    runner = _Runner(model, recipe, windows, layout.first, layout.end, chosen)
    if steps is None:
        steps = runner.affordable(stages["tune"], budget_minutes or 60.0, seed)
    settings = {
        "seed": seed,
        "steps": steps,
        "recipe": asdict(recipe),
        "rank": rank,
        "alpha": alpha,
        "windows": len(train),
        "stride_s": stride_s,
        "backbone": revision,
    }
    output_dir.mkdir(parents=True, exist_ok=True)
    lengths = {"align": max(1, round(recipe.align_share * steps)), "tune": 0}
    lengths["tune"] = max(1, steps - lengths["align"])
    runner.run(stages, lengths, settings, output_dir if resume else None, seed, tick)
    summary = LlasaSummary(
        output_dir,
        steps,
        time.monotonic() - begun,
        str(chosen),
        sum(p.numel() for p in model.trained(["projector", "adapter", *(["encoder"] if recipe.tune_encoder else [])])),
        len(stages["tune"]),
        len(train),
        runner.tokens / max(runner.seconds, 1e-9),
        float("nan"),
    )
    tick("validation subjects", 1.0)
    held = sides["validation"]
    summary.validation_loss = runner.loss_on(held, ranges, layout, tokenizer, seed)
    summary.validation = validate(model, tokenizer, held, chosen)
    model.config.revision_name = f"llasa-s{seed}-n{steps}"
    save(model, output_dir)
    body = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(summary).items() if k != "output_dir"}
    (output_dir / "training.json").write_text(
        json.dumps(body | {"settings": settings}, indent=1, sort_keys=True) + "\n"
    )
    return summary


def _shipped_encoder() -> Path:
    return Path(__file__).parents[2] / "limubert" / "checkpoints" / "base"


def save(model: LlasaModel, folder: Path) -> None:
    """config.json and model.safetensors: encoder, projector and adapter, the last two in bfloat16; no backbone."""
    from safetensors.torch import save_file

    tensors = {}
    for name, value in model.state_dict().items():
        exact = name.startswith("encoder.")
        tensors[name] = value.detach().cpu().to(torch.float32 if exact else torch.bfloat16).contiguous()
    fresh = folder / "model.safetensors.new"
    save_file(tensors, fresh, metadata={"format": "pt"})
    fresh.replace(folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)
    model.config.save_pretrained(folder)


class _Runner:
    """Model, optimizer and clock of one run."""

    def __init__(
        self, model: LlasaModel, recipe: Recipe, windows: Tensor, first: int, pad: int, device: torch.device
    ) -> None:
        self.model, self.recipe, self.windows, self.first = model, recipe, windows, first
        self.pad, self.device = pad, device
        self.tokens, self.seconds = 0, 0.0

    def _groups(self, stage: str) -> list[dict[str, Any]]:
        parts = ["projector"] if stage == "align" else ["projector", "adapter"]
        if stage == "tune" and self.recipe.tune_encoder:
            parts.append("encoder")
        self.model.trained(parts)
        rates = {
            "projector": self.recipe.align_rate if stage == "align" else self.recipe.projector_rate,
            "adapter": self.recipe.adapter_rate,
            "encoder": self.recipe.encoder_rate,
        }
        return [
            {"params": list(getattr(self.model, part).parameters()), "lr": rates[part], "peak": rates[part]}
            for part in parts
        ]

    def step(self, optimizer: torch.optim.Optimizer, items: Sequence[Item], row: Sequence[int]) -> float:
        batch = collate(items, row, self.pad, self.device)
        about = None if batch.windows is None else self.windows[batch.windows]
        clock = time.monotonic()
        with torch.autocast(self.device.type, torch.bfloat16):
            loss = self.model(batch.input_ids, about, self.first, batch.answers).loss
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], self.recipe.largest_gradient)
        optimizer.step()
        value = float(loss.detach())
        self.seconds += time.monotonic() - clock
        self.tokens += batch.tokens
        return value

    def affordable(self, items: Sequence[Item], minutes: float, seed: int) -> int:
        """Steps that fit into `minutes`, timed on a few whose effect is undone."""
        before = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        optimizer = torch.optim.AdamW(self._groups("tune"), weight_decay=0.0)
        plan = batches(items, self.recipe.batch_tokens, np.random.default_rng(seed))[:8]
        for row in plan[:3]:
            self.step(optimizer, items, row)
        clock = time.monotonic()
        for row in plan[3:]:
            self.step(optimizer, items, row)
        each_s = (time.monotonic() - clock) / max(1, len(plan) - 3)
        self.model.load_state_dict(before)
        self.tokens, self.seconds = 0, 0.0
        return max(2, int(60 * minutes / each_s))

    def run(
        self,
        stages: dict[str, list[Item]],
        lengths: dict[str, int],
        settings: dict[str, Any],
        folder: Path | None,
        seed: int,
        tick: Progress,
    ) -> None:
        """Both stages. With a folder the state is kept there every two minutes, and a run found there goes on."""
        total = sum(lengths.values())
        found = load_state(folder, settings) if folder is not None else None
        if found is not None:
            self.model.load_state_dict(found.model)
        before = 0
        for stage, length in lengths.items():
            if found is not None and found.stage == "tune" and stage == "align":
                before += length
                continue
            optimizer = torch.optim.AdamW(self._groups(stage), weight_decay=0.0)
            done = 0
            if found is not None and found.stage == stage:
                done = found.step
                found.restore(optimizer)
            kept = time.monotonic()
            losses: list[float] = []
            for number, row in _rows(stages[stage], self.recipe.batch_tokens, seed, length):
                if number < done:
                    continue
                share = number / length
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * _schedule(share, self.recipe.warm_up)
                losses.append(self.step(optimizer, stages[stage], row))
                tick(f"{stage}: loss {np.mean(losses[-50:]):.3f}", (before + number + 1) / total)
                if folder is not None and time.monotonic() - kept > save_every_s:
                    save_state(folder, settings, stage, number + 1, self.model, optimizer)
                    kept = time.monotonic()
            before += length
            if folder is not None:
                save_state(folder, settings, stage, length, self.model, optimizer)

    @torch.no_grad()
    def loss_on(
        self, held: Sequence[Any], ranges: Any, layout: Any, tokenizer: Any, seed: int, most: int = 200
    ) -> float:
        """Mean loss over the exchanges of at most `most` windows."""
        if not held:
            return float("nan")
        pick = np.random.default_rng(seed).permutation(len(held))[:most]
        corpus = list(described([held[i] for i in sorted(pick.tolist())], ranges, seed))
        items = sequences(corpus, layout, tokenizer, plain=False, seed=seed, longest=self.recipe.longest_tokens)
        windows = torch.from_numpy(stacked([d.window for d in corpus])).to(self.device)
        losses = []
        for row in batches(items, self.recipe.batch_tokens, np.random.default_rng(0)):
            batch = collate(items, row, self.pad, self.device)
            about = None if batch.windows is None else windows[batch.windows]
            with torch.autocast(self.device.type, torch.bfloat16):
                losses.append(float(self.model(batch.input_ids, about, self.first, batch.answers).loss))
        return float(np.mean(losses))


def _rows(items: Sequence[Item], tokens: int, seed: int, length: int) -> Any:
    """(step, items of its batch) for `length` steps; each pass over the items in its own order."""
    number, epoch = 0, 0
    while number < length:
        for row in batches(items, tokens, np.random.default_rng((seed, epoch))):
            if number == length:
                return
            yield number, row
            number += 1
        epoch += 1


def _schedule(share: float, warm_up: float) -> float:
    if share < warm_up:
        return 0.02 + 0.98 * share / warm_up
    return 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))


@torch.no_grad()
def validate(
    model: LlasaModel, tokenizer: Any, held: Sequence[Any], device: torch.device, most: int = 300
) -> dict[str, dict[str, float]]:
    """Closed set by label scoring on each protocol's own classes, at most `most` windows each."""
    from sklearn.metrics import accuracy_score, f1_score

    found = {}
    for name, protocol in PROTOCOLS.items():
        mine = [w for w in held if w.dataset == name]
        if not mine:
            continue
        pick = np.random.default_rng(0).permutation(len(mine))[:most]
        mine = [mine[i] for i in sorted(pick.tolist())]
        plan = scoring_plan(layout_of(tokenizer), tokenizer, protocol.classes)
        scores = label_log_likelihoods(model, plan, torch.from_numpy(stacked(mine)).to(device))
        said = [protocol.classes[i] for i in scores.argmax(axis=1)]
        truth = [w.label for w in mine]
        found[name] = {
            "accuracy": float(accuracy_score(truth, said)),
            "weighted_f1": float(f1_score(truth, said, average="weighted", zero_division=0)),
            "n": float(len(mine)),
        }
    return found
