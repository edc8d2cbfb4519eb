"""Captioners that learnt something: a language model that is shown the numbers, and SensorLLM where it has a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

from agents.language import LanguageModel, LanguageModelFailure, open_language_model
from evals.tasks.captions.captioners import Captioner
from models.sensorllm.data import AlignmentSample, spoken_channel
from models.sensorllm.data.statistics import plain_decimal
from recordings import UserError

# What a processor alone writes in a few minutes a set; endpoints are asked for all.
MOST_EMBEDDED = 25
BATCH = 16
# Free, within the grammar, and with the segments that it reads at its rows.
SENSORLLM = ("sensorllm", "sensorllm (constrained)", "sensorllm (read at the rows)")
SYSTEM = (
    "You read sensor values and write how they move. Compare each value with the next one: larger is increasing, smaller is "
    "decreasing, equal is steady. Value i is at i divided by the rate, in seconds. Merge neighbouring steps of one trend into "
    "one line with its start and end time. After the lines count each trend, then sum up in sentences. Write in exactly the "
    "form of the example."
)


def numbers_prompt(sample: AlignmentSample) -> str:
    """What a text model is shown of a segment: the question, the rate, the values."""
    values = ", ".join(plain_decimal(float(value), 6) for value in sample.series)
    return (
        f"{sample.question}\nSensor: {spoken_channel(sample.channel)}\nRate: {sample.rate_hz:g} Hz, {len(sample.series)} samples\n"
        f"Values: {values}"
    )


def user_text(sample: AlignmentSample, example: AlignmentSample) -> str:
    """One example with its exact answer, then the segment."""
    return (
        f"Example.\n{numbers_prompt(example)}\nAnswer:\n{example.answer}\n\nNow answer for this one.\n"
        f"{numbers_prompt(sample)}\nAnswer:"
    )


def prompted(spec: str, examples: Mapping[str, AlignmentSample]) -> Captioner:
    """The language model alone, one example of a training subject of the same set. UserError when there is no such model."""
    model = open_language_model(spec)

    def write(samples: Sequence[AlignmentSample]) -> list[str]:
        # A line has about 16 tokens and there are at most as many lines as intervals.
        return [_answer(model, user_text(s, examples[s.dataset]), 180 + 16 * (len(s.series) - 1)) for s in samples]

    embedded = spec.partition(":")[0] == "embedded"
    detail = f"{model.revision}; the numbers and one example, greedy"
    return Captioner(f"{model.name} alone", write, detail, most=MOST_EMBEDDED if embedded else None)


def _answer(model: LanguageModel, user: str, max_tokens: int) -> str:
    """ "" for a refusal such as a prompt beyond the context: nothing was told."""
    try:
        return model.write(SYSTEM, user, max_tokens)
    except LanguageModelFailure as failure:
        if failure.kind in ("refused", "nonsense"):
            return ""
        raise


def sensorllm() -> tuple[Captioner, ...]:
    """The shipped SensorLLM: free, within the grammar, and with the segments it reads at its rows; none where there is none."""
    from models.sensorllm import SensorLLM

    try:
        model = SensorLLM.from_pretrained(None)
    except UserError:
        return ()

    def write(samples: Sequence[AlignmentSample], writing: Literal["free", "constrained", "read"]) -> list[str]:
        rates = {sample.rate_hz for sample in samples}
        if len(rates) != 1:
            raise ValueError(f"segments of one rate at a time, found {sorted(rates)}")
        series = [s.series for s in samples]
        return model.describe(series, rates.pop(), [s.channel for s in samples], writing=writing)

    return (
        Captioner(SENSORLLM[0], partial(write, writing="free"), model.revision, most=MOST_EMBEDDED),
        Captioner(SENSORLLM[1], partial(write, writing="constrained"), model.revision, most=MOST_EMBEDDED),
        Captioner(SENSORLLM[2], partial(write, writing="read"), model.revision),
    )
