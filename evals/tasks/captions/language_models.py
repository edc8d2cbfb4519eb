"""Captioners that learnt something: a language model that is shown the numbers, and SensorLLM where it has a checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from agents.language import LanguageModel, LanguageModelFailure, open_language_model
from evals.tasks.captions.captioners import Captioner
from models.sensorllm.data import AlignmentSample, spoken_channel
from models.sensorllm.data.statistics import plain_decimal
from recordings import UserError

if TYPE_CHECKING:
    from models.sensorllm.predictor import Writing

# What a processor alone writes in a few minutes a set; endpoints are asked for all.
MOST_EMBEDDED = 25
BATCH = 16
# How SensorLLM may write: the name of its row, and what `describe` is asked for.
WRITINGS: dict[str, Writing] = {
    "sensorllm": "free",
    "sensorllm (constrained)": "constrained",
    "sensorllm (read at the rows)": "read_whole",
    "sensorllm (read in pieces)": "read",
}
SENSORLLM = tuple(WRITINGS)
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


def sensorllm(asked: Collection[str] = SENSORLLM) -> list[Captioner]:
    """SensorLLM by the ways of writing that are named, of the shipped checkpoint or of a folder after @.

    The slowest last. Where nothing is shipped, its rows are left out; UserError for a folder that holds no checkpoint.
    """
    found = []
    for folder in dict.fromkeys(name.partition("@")[2] for name in asked):
        ways = [way for way in reversed(WRITINGS) if (f"{way}@{folder}" if folder else way) in asked]
        found += _written(folder, ways)
    return sorted(found, key=lambda captioner: captioner.most is not None)


def _written(folder: str, ways: Sequence[str]) -> list[Captioner]:
    from models.sensorllm import SensorLLM

    try:
        model = SensorLLM.from_pretrained(folder or None)
    except UserError:
        if folder:
            raise
        return []
    config = model.model.config
    learnt = frozenset(f"{name}/{who}" for name, subjects in config.subjects.items() for who in subjects)

    def write(samples: Sequence[AlignmentSample], writing: Writing) -> list[str]:
        rates = {sample.rate_hz for sample in samples}
        if len(rates) != 1:
            raise ValueError(f"segments of one rate at a time, found {sorted(rates)}")
        series = [s.series for s in samples]
        return model.describe(series, rates.pop(), [s.channel for s in samples], writing=writing)

    return [
        Captioner(
            f"{way}@{folder}" if folder else way,
            partial(write, writing=WRITINGS[way]),
            model.revision,
            most=None if WRITINGS[way].startswith("read") else MOST_EMBEDDED,
            learnt_from=learnt,
        )
        for way in ways
    ]
