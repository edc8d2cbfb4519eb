"""`tag_audio` and `caption_audio`: which sounds a span holds, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.audio import NONE_OF_THESE
from recordings import Span
from tools.bench import Bench
from tools.channels import to_milliseconds
from tools.evidence import Evidence, LabelProbability, evidence
from tools.method import method
from tools.motion import ranked
from tools.perception import PROBABILITY_FLOOR, Perception
from tools.quiet import QUIET_DBFS, quiet_rows

# What a caption may name: the top label at this probability (labels that exclude each other), or at this score (YAMNet's
# independent scores, whose top label is right far below one half).
LEAST_PROBABILITY = 0.5
LEAST_SCORE = 0.3
# More stretches than this are summed up by sound instead of told one after the other.
MOST_STRETCHES = 6
# Answers that name no sound.
_UNNAMED = frozenset({NONE_OF_THESE, "Silence"})


def tag_audio(bench: Bench, recording_id: str, spans: Sequence[Span]) -> list[Evidence]:
    """One `sound` a span and audio stream: the label whose mean log-probability over the span's windows is highest.

    Exclusive labels are renormalised; independent scores (YAMNet) are the geometric mean of each label's score. A span without a
    usable window (a gap, the outside, no microphone, no model) yields nothing: nothing was heard.
    """
    found = []
    for perception in bench.sound_perceptions(recording_id):
        exclusive = _exclusive(perception)
        for span in map(to_milliseconds, spans):
            pooled = perception.pooled(span) if exclusive else _mean_score(perception, span)
            if pooled is None:
                continue
            top, alternatives = ranked(perception.labels, pooled)
            rule = "mean log-probability over windows" if exclusive else "geometric mean score over windows"
            found.append(
                evidence(
                    tool="tag_audio",
                    recording_id=recording_id,
                    stream=perception.stream,
                    channel="sound",
                    start_s=span.start_s,
                    end_s=span.end_s,
                    quantity="sound",
                    value=top.label,
                    method=method(rule, window_s=bench.window_s, stride_s=bench.stride_s),
                    model=perception.revision,
                    probability=top.probability,
                    alternatives=alternatives,
                )
            )
    return found


def caption_audio(bench: Bench, recording_id: str, spans: Sequence[Span]) -> list[Evidence]:
    """One `sound_caption` a span and audio stream: plain sentences on which sounds are heard from when to when.

    "Keyboard typing is heard from 0:00 to 0:58 (91 %), then running water from 1:02 to 1:40 (84 %)." Percentages are the mean
    probability (YAMNet: score) of the stretch's windows; times are clock times of the recording, to the second. Sounds that no
    window shows surely enough are not named; how much was quiet (under −65 dBFS RMS) is said when it is half or more.
    `probability` is that of the longest stretch, None when no sound is named.
    """
    recording = bench.recording(recording_id)
    found = []
    for perception in bench.sound_perceptions(recording_id):
        stream = recording.stream(perception.stream)
        least = LEAST_PROBABILITY if _exclusive(perception) else LEAST_SCORE
        for span in map(to_milliseconds, spans):
            rows = perception.rows_in(span)
            if not len(rows):
                continue
            stretches = _stretches(perception, rows, span, least)
            quiet = float(quiet_rows(stream, perception, rows).mean())
            longest = max(stretches, key=lambda s: (s.span.duration_s, -s.span.start_s), default=None)
            found.append(
                evidence(
                    tool="caption_audio",
                    recording_id=recording_id,
                    stream=perception.stream,
                    channel="sound",
                    start_s=span.start_s,
                    end_s=span.end_s,
                    quantity="sound_caption",
                    value=_sentences(stretches, quiet),
                    method=method(
                        "sound tags over time",
                        window_s=bench.window_s,
                        stride_s=bench.stride_s,
                        least=least,
                        quiet_dbfs=QUIET_DBFS,
                    ),
                    model=perception.revision,
                    probability=longest.probability if longest else None,
                    alternatives=_by_sound(stretches),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of windows with one label; probability: the mean of theirs."""

    label: str
    span: Span
    probability: float


def _exclusive(perception: Perception) -> bool:
    """Whether the labels exclude each other: then each row of probabilities sums to 1."""
    rows = perception.probabilities[perception.usable]
    return bool(np.allclose(rows.sum(axis=1), 1.0, atol=1e-3))


def _mean_score(perception: Perception, span: Span) -> npt.NDArray[np.float64] | None:
    rows = perception.rows_in(span)
    if not len(rows):
        return None
    scores = np.maximum(perception.probabilities[rows].astype(np.float64), PROBABILITY_FLOOR)
    return np.asarray(np.exp(np.log(scores).mean(axis=0)), dtype=np.float64)


def _stretches(perception: Perception, rows: npt.NDArray[np.intp], span: Span, least: float) -> list[Stretch]:
    """Named sounds in order of time. A window stands for the time that is nearer to its centre than to any other's."""
    scores = perception.probabilities[rows].astype(np.float64)
    tops = scores.argmax(axis=1)
    names: list[str | None] = []
    for row, top in enumerate(tops):
        label = perception.labels[int(top)]
        names.append(label if label not in _UNNAMED and scores[row, top] >= least else None)
    # A single silent or unsure window inside a sound is bridged: a tap does not close for a second.
    for i in range(1, len(names) - 1):
        if names[i] is None and names[i - 1] is not None and names[i - 1] == names[i + 1] and _adjacent(rows, i):
            names[i] = names[i - 1]
    found: list[Stretch] = []
    first = 0
    for i in range(1, len(names) + 1):
        if i < len(names) and names[i] == names[first] and rows[i] == rows[i - 1] + 1:
            continue
        name = names[first]
        if name is not None:
            column = perception.labels.index(name)
            lo, hi = _cell(perception, int(rows[first]))[0], _cell(perception, int(rows[i - 1]))[1]
            stretch = Span(max(lo, span.start_s), min(hi, span.end_s))
            found.append(Stretch(name, stretch, round(float(scores[first:i, column].mean()), 4)))
        first = i
    return found


def _adjacent(rows: npt.NDArray[np.intp], i: int) -> bool:
    return bool(rows[i] == rows[i - 1] + 1 and rows[i + 1] == rows[i] + 1)


def _cell(perception: Perception, row: int) -> tuple[float, float]:
    """From the midpoint with the window before to the midpoint with the one after; the ends keep their whole window."""
    window, last = perception.windows[row], len(perception.windows) - 1
    centre = (window.start_s + window.end_s) / 2
    if row > 0:
        before = perception.windows[row - 1]
        lo = (centre + (before.start_s + before.end_s) / 2) / 2
    else:
        lo = window.start_s
    if row < last:
        after = perception.windows[row + 1]
        hi = (centre + (after.start_s + after.end_s) / 2) / 2
    else:
        hi = window.end_s
    return lo, hi


def _by_sound(stretches: Sequence[Stretch]) -> tuple[LabelProbability, ...]:
    """The named sounds, longest first, each with its mean probability weighted by time."""
    seconds: dict[str, float] = {}
    weighted: dict[str, float] = {}
    for s in stretches:
        seconds[s.label] = seconds.get(s.label, 0.0) + s.span.duration_s
        weighted[s.label] = weighted.get(s.label, 0.0) + s.span.duration_s * s.probability
    order = sorted(seconds, key=lambda label: (-seconds[label], label))
    return tuple(LabelProbability(label, round(weighted[label] / max(seconds[label], 1e-9), 4)) for label in order)


def _clock(time_s: float) -> str:
    whole = max(0, round(time_s))
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _told(stretch: Stretch) -> str:
    times = f"from {_clock(stretch.span.start_s)} to {_clock(stretch.span.end_s)}"
    return f"{_phrase(stretch.label)} {{heard}}{times} ({_percent(stretch.probability)})"


def _phrase(label: str) -> str:
    """`running_water` → "running water". AudioSet names begin like titles ("Computer keyboard"); inside a sentence they do not."""
    phrase = label.replace("_", " ")
    return phrase[:1].lower() + phrase[1:] if phrase[1:2].islower() else phrase


def _sentences(stretches: Sequence[Stretch], quiet: float) -> str:
    said = []
    if not stretches:
        said.append("No known sound is recognised.")
    elif len(stretches) <= MOST_STRETCHES:
        parts = [_told(s).format(heard="is heard " if i == 0 else "") for i, s in enumerate(stretches)]
        said.append(_capital(", then ".join(parts)) + ".")
    else:
        said.append(_capital(_summed(stretches)) + ".")
    if quiet >= 0.999:
        said.append(f"All of it is quiet (under {_dbfs()}).")
    elif quiet >= 0.5:
        said.append(f"{_percent(quiet)} of the time is quiet (under {_dbfs()}).")
    return " ".join(said)


def _summed(stretches: Sequence[Stretch]) -> str:
    parts = []
    for label in [entry.label for entry in _by_sound(stretches)]:
        of = [s for s in stretches if s.label == label]
        times = "once" if len(of) == 1 else "twice" if len(of) == 2 else f"{len(of)} times"
        total_s = round(sum(s.span.duration_s for s in of))
        parts.append(f"{_phrase(label)} {{heard}}{times}, {total_s} s in all")
    first, last = _clock(stretches[0].span.start_s), _clock(stretches[-1].span.end_s)
    told = "; ".join(part.format(heard="is heard " if i == 0 else "") for i, part in enumerate(parts))
    return f"{told}; the first begins at {first} and the last ends at {last}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _dbfs() -> str:
    return f"−{abs(QUIET_DBFS):g} dBFS"
