"""The engines that the task asks, and how each one's belief becomes labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from agents.anticipation.engines import ENGINES, ActionLLMEngine, PromptedEngine, SegmentNetworkEngine
from evals.tasks.anticipation.ablations import ABLATIONS, HALF
from evals.tasks.anticipation.choosing import Make
from models.segments import SegmentSettings


@dataclass(frozen=True, slots=True)
class Entrant:
    """make: a fresh engine. says_one: its belief is certain, so that there is nothing to decide. slow: trained for minutes.

    inner: what stands for it on inner folds, where it is trained often. only_named: trained for so long, or asking a language
    model so often, that it takes part only where `--systems` names it, and inner folds are not run for it.
    """

    name: str
    make: Make
    says_one: bool = False
    slow: bool = False
    inner: Make | None = None
    only_named: bool = False


ACTIONLLM_HALF = "actionllm_half"
ONLY_NAMED = ("actionllm", ACTIONLLM_HALF, "prompted", *ABLATIONS)
POOLED = ("semi_markov", "remembering", "remembering_shares", "prefix_neighbours")
BLEND = "blend"
NETWORK = "segment_network"
BLEND_WITH_NETWORK = "blend_with_network"


def entrants(seeds: int = 3, device: str = "auto", llm: str = "embedded") -> Mapping[str, Entrant]:
    """Every engine by name, simplest first; the blend is made of them with weights of its own for each fold.

    llm: the specification of the language model that `prompted` asks.
    """
    certain = ("most_frequent", "repeat_last", "markov_1", "markov_6")
    found = [Entrant(name, ENGINES[name], says_one=name in certain) for name in (*certain, *POOLED)]
    found.append(
        Entrant(
            NETWORK,
            lambda: SegmentNetworkEngine(SegmentSettings(seeds=seeds), device),
            slow=True,
            inner=lambda: SegmentNetworkEngine(SegmentSettings(seeds=1), device),
        )
    )
    found += [
        Entrant("actionllm", partial(_actionllm, device, {}), slow=True, only_named=True),
        Entrant(ACTIONLLM_HALF, partial(_actionllm, device, HALF), slow=True, only_named=True),
        Entrant("prompted", lambda: PromptedEngine(spec=llm), slow=True, only_named=True),
        *(
            Entrant(name, partial(_actionllm, device, settings), slow=True, only_named=True)
            for name, settings in ABLATIONS.items()
        ),
    ]
    return {entrant.name: entrant for entrant in found}


def _actionllm(device: str, settings: Mapping[str, object]) -> ActionLLMEngine:
    return ActionLLMEngine(device=device, settings=settings)
