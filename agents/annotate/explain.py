"""explain: two to five sentences an episode (one more where labelled sounds speak), each with the evidence it stands on."""

from __future__ import annotations

import time

from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.salient import Salient, salient
from agents.annotate.state import Draft, State
from agents.annotate.written import lead
from agents.timeline import EpisodeRecord
from agents.wording import episode_sentence, exemplar_sentence, modality_sentence
from tools import Evidence, LabelProbability

MOST_SENTENCES = 5
# Who says what: a sentence about one of them rests on evidence of its own quantity alone.
SPEAKER_OF = {"activity": "motion", "sound": "sound", "activity_by_sounds": "alike"}


def explain(state: State, runtime: Runtime[Context]) -> State:
    """Drafts from templates over evidence; where the language model decided and may write, its lead sentence comes first."""
    began = time.perf_counter()
    context, recording_id = runtime.context, state["recording_id"]
    evidence = dict(state.get("evidence", {}))
    episodes = state["episodes"]
    drafts: list[tuple[Draft, ...]] = []
    added: dict[str, Evidence] = {}
    for i, episode in enumerate(episodes):
        said = [evidence[id_] for id_ in state["said"][i]]
        measured = salient(context, recording_id, episode)
        added.update({e.id: e for _, used in measured for e in used})
        drafts.append(_lead_first(context, episode, _drafts(episode, said, measured)))
    return {"drafts": drafts, "evidence": added, "timings": {"explain_s": time.perf_counter() - began}}


def _drafts(episode: EpisodeRecord, said: list[Evidence], measured: list[Salient]) -> tuple[Draft, ...]:
    perceived = [e for e in said if e.quantity in SPEAKER_OF]
    opening = episode_sentence(episode)
    under = tuple(e.id for e in perceived)
    if episode.status == "no_data":
        return (Draft(opening, (), opening),)
    drafts = [Draft(opening, under, opening)]
    for fact in perceived:
        top = [LabelProbability(str(fact.value), fact.probability or 0.0), *fact.alternatives]
        drafts.append(_template(modality_sentence(SPEAKER_OF[fact.quantity], top), fact))
    neighbours = [e for e in said if e.quantity == "exemplar"]
    # The episode's exemplars are those of the first stream that has any.
    neighbours = [e for e in neighbours if e.stream == neighbours[0].stream]
    if episode.exemplars and neighbours:
        drafts.append(_template(exemplar_sentence(episode.exemplars), *neighbours))
    drafts += [_template(sentence, *used) for sentence, used in measured]
    # What labelled sounds say crowds out nothing that is said without them.
    most = MOST_SENTENCES + sum(SPEAKER_OF[fact.quantity] == "alike" for fact in perceived)
    return tuple(drafts[:most])


def _lead_first(context: Context, episode: EpisodeRecord, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """The drafts, the first in the language model's words where it may write."""
    words = lead(context, episode, [draft.template for draft in drafts])
    if words is None:
        return drafts
    return (Draft(words, drafts[0].evidence, drafts[0].template), *drafts[1:])


def _template(sentence: str, *used: Evidence) -> Draft:
    return Draft(sentence, tuple(e.id for e in used), sentence)
