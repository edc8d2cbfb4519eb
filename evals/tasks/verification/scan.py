"""Numbers in printed explanations, looked up apart from the verifier: a plain scan that knows neither grammar nor frames."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.timeline import EpisodeRecord, TimelineRecord

_CLOCK = re.compile(r"(?<![\d:])(\d{1,3}):(\d{2})(?::(\d{2}))?(?:\.(\d+))?(?![\d:])")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
_DURATION = re.compile(r"(?:(\d+) h ?)?(?:(\d+) min ?)?(?:(\d+(?:\.\d+)?) s\b)?")


def count_unsupported_numbers(timelines: Sequence[TimelineRecord]) -> int:
    """How many printed numbers no fact of the timeline bears, over all explanations."""
    return sum(len(unsupported_numbers(timeline)) for timeline in timelines)


def unsupported_numbers(timeline: TimelineRecord) -> list[tuple[str, str]]:
    """(number, sentence) for every number that stands in no fact of its episode, of the cited evidence or of the recording."""
    found = []
    of_day = _wall_s(timeline.recording.start)
    for episode in timeline.episodes:
        evidence = {e.id: e for e in timeline.evidence}
        for said in episode.explanation:
            cited = [evidence[i] for i in said.evidence if i in evidence]
            times, numbers, lengths = _facts(episode)
            for item in cited:
                times += [item.start_s, item.end_s]
                lengths.append(item.end_s - item.start_s)
                if isinstance(item.value, (int, float)):
                    numbers.append(float(item.value))
                numbers += [
                    p * 100 for p in (item.probability, *(a.probability for a in item.alternatives)) if p is not None
                ]
            found += [(text, said.sentence) for text in _unborne(said.sentence, times, numbers, lengths, of_day)]
    return found


def _facts(episode: EpisodeRecord) -> tuple[list[float], list[float], list[float]]:
    times = [episode.start_s, episode.end_s]
    numbers = [episode.confidence * 100, episode.agreement * 100, float(len(episode.exemplars))]
    numbers += [a.probability * 100 for a in episode.alternatives]
    for modality in episode.modalities:
        numbers += [t.probability * 100 for t in modality.top] + [modality.weight, modality.weight * 100]
        numbers += [modality.without.confidence * 100] if modality.without else []
    numbers += [episode.pool.probability * 100] if episode.pool else []
    labels = [x.label for x in episode.exemplars]
    numbers += [float(labels.count(label)) for label in set(labels)]
    return times, numbers, [episode.end_s - episode.start_s]


def _wall_s(start: str | None) -> float | None:
    if start is None:
        return None
    clock = re.search(r"T(\d{2}):(\d{2}):(\d{2})", start)
    return None if clock is None else int(clock[1]) * 3600.0 + int(clock[2]) * 60 + int(clock[3])


def _unborne(
    sentence: str, times: list[float], numbers: list[float], lengths: list[float], of_day: float | None
) -> list[str]:
    missing = []
    rest = sentence
    for match in _CLOCK.finditer(sentence):
        parts = [int(p) for p in match.groups()[:3] if p is not None]
        value = 0.0
        for part in parts:
            value = value * 60 + part
        places = len(match[4] or "")
        value += float(f"0.{match[4]}") if match[4] else 0.0
        offsets = [0.0] if of_day is None else [0.0, of_day]
        if not any(abs((t + o) % 86400 - value) <= 0.5 * 10**-places + 1e-6 for t in times for o in offsets):
            missing.append(match[0])
        rest = rest.replace(match[0], " ", 1)
    for match in list(_DURATION.finditer(rest)):
        if not match[0].strip() or not any(match.groups()):
            continue
        value = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0)
        places = len((match[3] or "").partition(".")[2])
        if any(abs(length - value) <= 0.5 * 10**-places + 1e-6 for length in [*lengths, *numbers]):
            rest = rest.replace(match[0], " ", 1)
    for match in _NUMBER.finditer(rest):
        text = match[0].replace(",", "")
        mantissa, _, exponent = text.partition("e")
        half = 0.5 * 10 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        if not any(abs(number - float(text)) <= half * (1 + 1e-6) + 1e-9 for number in numbers):
            missing.append(match[0])
    return missing
