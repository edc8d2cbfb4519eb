"""perceive: every window of every stream through its model, one branch a modality, side by side."""

from __future__ import annotations

import time

from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.annotate.context import Context
from agents.annotate.state import Branch, ModalityName, Perceived, State
from tools import Bench


def modalities(state: State) -> list[Send]:
    """One branch of `perceive` for each modality; they run in parallel."""
    recording_id = state["recording_id"]
    return [
        Send("perceive", Branch(recording_id=recording_id, modality="motion")),
        Send("perceive", Branch(recording_id=recording_id, modality="sound")),
        Send("perceive", Branch(recording_id=recording_id, modality="sensorllm")),
        Send("perceive", Branch(recording_id=recording_id, modality="llasa")),
    ]


def perceive(state: Branch, runtime: Runtime[Context]) -> State:
    """Windows, probabilities and embeddings into the Bench; into the state only that it was done."""
    began = time.perf_counter()
    perceived = perceived_by(runtime.context.bench, state["recording_id"], state["modality"])
    return {"perceived": perceived, "timings": {f"perceive_{state['modality']}_s": time.perf_counter() - began}}


def perceived_by(bench: Bench, recording_id: str, modality: ModalityName) -> dict[str, Perceived]:
    """What a modality's model perceived, by `modality:stream`; empty without such a stream or model."""
    said = {
        "motion": bench.motion_perceptions,
        "sensorllm": bench.sensor_language_perceptions,
        "llasa": bench.llasa_perceptions,
        "sound": bench.sound_perceptions,
    }[modality]
    return {
        f"{modality}:{p.stream}": Perceived(modality, p.stream, p.revision, len(p.windows), int(p.usable.sum()))
        for p in said(recording_id)
        if p.windows
    }
