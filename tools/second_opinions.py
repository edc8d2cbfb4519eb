"""Second opinions on motion: models beside the motion classifier that give windows a label in their own way.

An opinion stands in the table of modalities with the weight that its model earned on validation subjects. It moves no boundary,
and its quantity is its own: a sentence that quotes the motion classifier is never supported by another model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recordings import Span
from tools.bench import Bench
from tools.channels import to_milliseconds
from tools.evidence import Evidence, evidence
from tools.method import method
from tools.motion import ranked


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """expert: its name in `--experts` and in the table of modalities. how: of the method that its evidence states.

    purpose: what a language model that may call the tool is told.
    """

    expert: str
    tool: str
    quantity: str
    how: str
    purpose: str


_POOLED = "mean log-probability over windows"
OPINIONS: dict[str, SecondOpinion] = {
    opinion.expert: opinion
    for opinion in (
        SecondOpinion(
            "sensorllm",
            "classify_with_sensorllm",
            "activity_second_opinion",
            _POOLED,
            "Ask a second, language-based model which activity the motion sensors show in each span, with its probability.",
        ),
        SecondOpinion(
            "llasa",
            "classify_with_llasa",
            "activity_by_question",
            f"{_POOLED} of label scores",
            "Ask the model that reads windows of motion which activity each span shows, with its probability.",
        ),
        SecondOpinion(
            "sensorlm",
            "classify_with_sensorlm",
            "activity_by_words",
            f"{_POOLED} of nearness to the labels' words",
            "Ask which activity's words lie nearest to each span of motion, with its probability.",
        ),
    )
}


def second_opinion(bench: Bench, recording_id: str, spans: Sequence[Span], expert: str) -> list[Evidence]:
    """One piece of evidence a span and motion stream that the expert can read, as `classify_motion` gives them.

    Nothing where the bench has no such expert, or the stream lacks a channel or was worn where the expert knows nothing.
    """
    asked = OPINIONS[expert]
    found = []
    for perception in bench.opinion_perceptions(recording_id, expert):
        window_s = perception.windows[0].span.duration_s
        for span in map(to_milliseconds, spans):
            pooled = perception.pooled(span)
            if pooled is None:
                continue
            top, alternatives = ranked(perception.labels, pooled)
            found.append(
                evidence(
                    tool=asked.tool,
                    recording_id=recording_id,
                    stream=perception.stream,
                    start_s=span.start_s,
                    end_s=span.end_s,
                    quantity=asked.quantity,
                    value=top.label,
                    method=method(asked.how, window_s=round(window_s, 3), stride_s=round(window_s, 3)),
                    model=perception.revision,
                    probability=top.probability,
                    alternatives=alternatives,
                )
            )
    return found
