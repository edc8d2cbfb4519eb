"""A timeline for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from agents.timeline import EpisodeRecord, EvidenceRecord, ForecastRecord, ModelRecord, SentenceRecord, TimelineRecord
from agents.wording import activity_phrase, channel_phrase, clock, duration, percent, quantity, sound_phrase
from apps.marks import cited, marks
from apps.plots.colours import colour_of
from recordings import plain

DECIDERS = {
    "llm": "the language model",
    "pool": "the pool",
    "neighbours": "models and neighbours",
    "single_modality": "the only modality",
    "none": "nobody",
}


# Quantities whose value is a label.
_LABELS = ("activity", "sound", "exemplar", "exemplar_vote", "activity_by_sounds", "labelled_sound")


def rate(rate_hz: float) -> str:
    """ "50 Hz", "16 kHz"."""
    return quantity(rate_hz / 1000, "kHz") if rate_hz >= 1000 else quantity(rate_hz, "Hz")


def heading(episode: EpisodeRecord) -> str:
    """What an episode is called: its activity in prose, or that it is unknown or without data."""
    if episode.status == "no_data":
        return "no data"
    return activity_phrase(episode.activity) if episode.status == "known" else "unknown activity"


def evidence_line(fact: EvidenceRecord) -> str:
    """`activity = walking (91 %) · watch · 0:45–1:30 · classify_motion`. Methods and model revisions stand in the JSON."""
    value = plain(fact.value, 120) if isinstance(fact.value, (str, bool)) else quantity(float(fact.value), fact.unit)
    if isinstance(fact.value, str) and fact.quantity in _LABELS:
        value = sound_phrase(fact.value) if fact.quantity == "sound" else activity_phrase(fact.value)
    sure = f" ({percent(fact.probability)})" if fact.probability is not None else ""
    where = plain(fact.stream, 40) + (
        f" {channel_phrase(fact.channel)}" if fact.channel and fact.channel != fact.stream else ""
    )
    span = clock(fact.start_s) if fact.start_s == fact.end_s else f"{clock(fact.start_s)}–{clock(fact.end_s)}"
    return f"{plain(fact.quantity, 40).replace('_', ' ')} = {value}{sure} · {where} · {span} · {fact.tool}"


def print_evidence(console: Console, facts: Sequence[EvidenceRecord]) -> None:
    """Numbered lines; lines that read the same in a row (five neighbours of one label) are one."""
    lines: list[tuple[str, list[int]]] = []
    for number, fact in enumerate(facts, start=1):
        line = evidence_line(fact)
        if lines and lines[-1][0] == line:
            lines[-1][1].append(number)
        else:
            lines.append((line, [number]))
    for line, numbers in lines:
        console.print(Text(f"  {marks(numbers)} {line}", style="dim"))


def print_timeline(console: Console, timeline: TimelineRecord) -> None:
    """Header, episodes with their reasons, forecast, evidence, warnings."""
    numbers = {fact.id: number for number, fact in enumerate(cited(timeline), start=1)}
    _header(console, timeline)
    for episode in timeline.episodes:
        _episode(console, episode, numbers)
    console.print()
    print_forecast(console, timeline.forecast)
    facts = cited(timeline)
    if facts:
        console.print(Text("\nEvidence", style="bold"))
        print_evidence(console, facts)
    _closing(console, timeline)


def _header(console: Console, timeline: TimelineRecord) -> None:
    recording = timeline.recording
    title = Text(plain(recording.id, 80), style="bold")
    if recording.simulated:
        title.append("  simulated recording", style="bold yellow")
    console.print(title)
    streams = "; ".join(
        f"{plain(s.name, 40)} ({s.modality}{', ' + plain(s.position, 20) if s.position else ''}, {rate(s.rate_hz)})"
        for s in recording.streams
    )
    start = f", from {plain(recording.start, 40)}" if recording.start else ""
    console.print(Text(f"{duration(recording.duration_s)}{start} · {streams}\n", style="dim"))


def _episode(console: Console, episode: EpisodeRecord, numbers: dict[str, int]) -> None:
    line = Text()
    line.append("█ ", style=colour_of(episode.activity, episode.status))
    line.append(f"{clock(episode.start_s)}–{clock(episode.end_s)}  ")
    line.append(heading(episode), style="bold")
    line.append(f"  {duration(episode.end_s - episode.start_s)}", style="dim")
    if episode.status != "no_data":
        line.append(f"  {percent(episode.confidence)}")
        others = ", ".join(f"{activity_phrase(a.activity)} {percent(a.probability)}" for a in episode.alternatives[:2])
        line.append(f"  (else {others})" if others else "", style="dim")
        line.append(f"  decided by {DECIDERS[episode.decided_by]}", style="dim")
    console.print(line)
    for said in episode.explanation:
        console.print(Padding(sentence(said, numbers), (0, 0, 0, 4), expand=False))


def sentence(said: SentenceRecord, numbers: dict[str, int]) -> Text:
    """The sentence and its marks: `The watch says walking (91 %). [1][2]`."""
    text = Text(plain(said.sentence, 600))
    text.append(f" {marks([numbers[i] for i in said.evidence if i in numbers])}", style="cyan")
    return text


def forecast_line(forecast: ForecastRecord, start: datetime | None = None) -> str:
    window = (
        ""
        if forecast.interval_s is None
        else f", between {clock(forecast.interval_s[0], start)} and {clock(forecast.interval_s[1], start)}"
    )
    length = "" if forecast.duration_s is None else f", for about {duration(forecast.duration_s)}"
    ends = getattr(forecast, "duration_interval_s", None)
    if ends is not None:
        length += f" ({duration(ends[0])} to {duration(ends[1])})"
    basis = f"from {duration(forecast.from_.observed_s)} observed, {plain(forecast.from_.method, 200)}"
    return f"{activity_phrase(forecast.activity)} at about {clock(forecast.start_s, start)}{window}{length} ({percent(forecast.probability)}; {basis})"


def print_forecast(console: Console, forecast: Sequence[ForecastRecord], start: datetime | None = None) -> None:
    console.print(Text("What comes next", style="bold"))
    if not forecast:
        console.print("  cannot tell: too little was observed to say")
    for one in forecast:
        console.print(Text(f"  {forecast_line(one, start)}"))


def models_line(models: Iterable[ModelRecord]) -> str:
    return "; ".join(f"{m.role}: {plain(m.name, 60)} {plain(m.revision, 60)} ({plain(m.licence, 60)})" for m in models)


def _closing(console: Console, timeline: TimelineRecord) -> None:
    counts = timeline.verification
    console.print(
        Text(
            f"\n{counts.sentences} sentences verified: {counts.supported} supported as written, {counts.rewritten} rewritten, "
            f"{counts.templated} from templates, {counts.unsupported_printed} unsupported printed",
            style="dim",
        )
    )
    if timeline.models:
        console.print(Text(f"models: {models_line(timeline.models)}", style="dim"))
    for step in timeline.recording.history:
        if step.warning:
            console.print(Text(f"warning: {plain(step.step, 60)}: {plain(step.reason, 300)}", style="yellow"))
