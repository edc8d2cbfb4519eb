"""The engines by name, with the settings that they were measured with. A later engine registers with one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agents.anticipation.engines.actionllm import ActionLLMEngine
from agents.anticipation.engines.blend import Blend
from agents.anticipation.engines.constant import MostFrequent, RepeatLast
from agents.anticipation.engines.engine import Engine
from agents.anticipation.engines.markov import Markov
from agents.anticipation.engines.neighbours import PrefixNeighbours
from agents.anticipation.engines.prompted import PromptedEngine
from agents.anticipation.engines.segment_network import SegmentNetworkEngine
from agents.anticipation.engines.semi_markov import SemiMarkov
from agents.language import LanguageModel, Progress
from recordings import UserError


def _remembering(relative: bool) -> SemiMarkov:
    name = "remembering_shares" if relative else "remembering"
    return SemiMarkov(order=3, memory=0.3, draws=200, relative=relative, name=name)


def _blend() -> Blend:
    # What the inner folds of Breakfast's second split chose among quarters; other folds differ by a quarter or two.
    return Blend(((_remembering(relative=False), 0.25), (_remembering(relative=True), 0.5), (PrefixNeighbours(), 0.25)))


ENGINES: Mapping[str, Callable[[], Engine]] = {
    "most_frequent": MostFrequent,
    "repeat_last": RepeatLast,
    "markov_1": lambda: Markov(1),
    "markov_6": lambda: Markov(6),
    "semi_markov": SemiMarkov,
    "remembering": lambda: _remembering(relative=False),
    "remembering_shares": lambda: _remembering(relative=True),
    "prefix_neighbours": PrefixNeighbours,
    "segment_network": SegmentNetworkEngine,
    "actionllm": ActionLLMEngine,
    "prompted": PromptedEngine,
    "blend": _blend,
}
DEFAULT_ENGINE = "blend"


def engine_named(
    name: str = "",
    *,
    checkpoint: Path | None = None,
    llm: LanguageModel | None = None,
    may_come: Sequence[str] = (),
    progress: Progress | None = None,
) -> Engine:
    """A fresh engine, "" for the default (with a checkpoint `actionllm`, with may_come `prompted`). UserError for an unknown name.

    checkpoint: of a trained model, for `actionllm` alone. llm: whom `prompted` asks; the embedded model by default. may_come: what
    it may say though nobody was seen to do it.
    """
    chosen = name or ("actionllm" if checkpoint is not None else "prompted" if may_come else DEFAULT_ENGINE)
    if may_come and chosen != "prompted":
        raise UserError(
            "--may-come", expected="the engine prompted, which reads names", found=f"the engine {chosen}",
            cure="leave --may-come out, or give --engine prompted",
        )  # fmt: skip
    if checkpoint is not None and chosen != "actionllm":
        raise UserError(
            "--model", expected="the engine actionllm, which has checkpoints", found=f"the engine {chosen}",
            cure="leave --model out, or give --engine actionllm",
        )  # fmt: skip
    if chosen == "actionllm":
        return ActionLLMEngine(checkpoint, progress=progress)
    if chosen == "prompted":
        return PromptedEngine(llm=llm, may_come=tuple(may_come))
    if chosen not in ENGINES:
        raise UserError(
            chosen, expected=f"one of {', '.join(ENGINES)}", found="no such engine", cure="name one with --engine"
        )
    return ENGINES[chosen]()
