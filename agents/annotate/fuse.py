"""fuse: one activity an episode, from everything that was said about it."""

from __future__ import annotations

import time

import numpy as np
from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.records import episode_ids
from agents.annotate.state import State
from agents.annotate.tracks import perception_of
from agents.timeline import ActivityRecord, EpisodeRecord, LabelRecord, ModalityRecord


def fuse(state: State, runtime: Runtime[Context]) -> State:
    began = time.perf_counter()
    context, recording_id = runtime.context, state["recording_id"]
    episodes = []
    ids = episode_ids(len(state["segments"]))
    for i, segment in enumerate(state["segments"]):
        modalities = []
        for key, p in state.get("perceived", {}).items():
            perception = perception_of(context, recording_id, p)
            pooled = None if perception is None or segment.kind != "covered" else perception.pooled(segment.span)
            if perception is not None and pooled is not None:
                order = np.argsort(-pooled, kind="stable")[:5]
                modalities.append(
                    ModalityRecord(
                        name=p.modality,
                        top=[
                            LabelRecord(label=perception.labels[j], probability=round(float(pooled[j]), 4))
                            for j in order
                        ],
                        weight=1.0,
                        without=None,
                    )
                )
        top = modalities[0].top if modalities else []
        known = bool(top)
        episodes.append(
            EpisodeRecord(
                id=ids[i],
                start_s=segment.span.start_s,
                end_s=segment.span.end_s,
                activity=top[0].label if known else "no_data" if segment.kind == "no_data" else "unknown",
                confidence=top[0].probability if known else 0.0,
                status="known" if known else "no_data" if segment.kind == "no_data" else "unknown",
                alternatives=[ActivityRecord(activity=t.label, probability=t.probability) for t in top[1:]],
                decided_by="pool" if known else "none",
                agreement=1.0 if known else 0.0,
                modalities=modalities,
                exemplars=list(state["exemplars"][i]),
                explanation=[],
            )
        )
    return {"episodes": episodes, "settled": True, "timings": {"fuse_s": time.perf_counter() - began}}
