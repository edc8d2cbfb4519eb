"""perceive: every window of every stream through its model, one branch a modality, side by side."""

from __future__ import annotations

import time

from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.annotate.context import Context
from agents.annotate.state import Branch, ModalityName, Perceived, State
from tools import OPINIONS, Bench, Perception


def modalities(state: State) -> list[Send]:
    """One branch of `perceive` for each modality; they run in parallel."""
    recording_id = state["recording_id"]
    return [
        Send("perceive", Branch(recording_id=recording_id, modality=modality))
        for modality in ("motion", "sound", *OPINIONS)
    ]


def perceive(state: Branch, runtime: Runtime[Context]) -> State:
    """Windows, probabilities and embeddings into the Bench; into the state only that it was done."""
    began = time.perf_counter()
    perceived = perceived_by(runtime.context.bench, state["recording_id"], state["modality"])
    return {"perceived": perceived, "timings": {f"perceive_{state['modality']}_s": time.perf_counter() - began}}


def perceived_by(bench: Bench, recording_id: str, modality: ModalityName) -> dict[str, Perceived]:
    """What a modality's model perceived, by `modality:stream`; empty without such a stream or model."""
    return {
        f"{modality}:{p.stream}": Perceived(modality, p.stream, p.revision, len(p.windows), int(p.usable.sum()))
        for p in perceptions_of(bench, recording_id, modality)
        if p.windows
    }


def perceptions_of(bench: Bench, recording_id: str, modality: ModalityName) -> tuple[Perception, ...]:
    """Every stream that the modality's model read."""
    if modality == "motion":
        return bench.motion_perceptions(recording_id)
    if modality == "sound":
        return bench.sound_perceptions(recording_id)
    return bench.opinion_perceptions(recording_id, modality)
