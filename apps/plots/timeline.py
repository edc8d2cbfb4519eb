"""The plot of a timeline: signals above, episodes as a labelled band, evidence as marks below."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.timeline import EpisodeRecord, EvidenceRecord, TimelineRecord
from agents.wording import activity_phrase, clock
from apps.marks import marks as numbered
from apps.plots.colours import TRANSITION, colour_of
from apps.plots.envelope import Envelope, envelope, sound_level_db
from recordings import Recording, Stream, plain

WIDTH_IN, LEFT_IN, RIGHT_IN = 11.0, 0.95, 0.25
# Two colours that nothing else uses: the page replaces them by its own, light or dark.
INK, FAINT = "#23282f", "#c9ced6"
AXES = ("#c0504d", "#4f8f4a", "#3b6fb6")
_LEGEND_COLUMNS = 8
_STYLE = {
    "svg.hashsalt": "telltale",  # ids by content, so that the same plot is the same bytes
    "svg.fonttype": "none",
    "path.simplify": True,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """svg and png of one figure. x0, x1: where the recording's start and end lie, as shares of the width."""

    svg: str
    png: bytes
    x0: float
    x1: float
    start_s: float
    end_s: float


def draw_timeline(
    recording: Recording, timeline: TimelineRecord, marks: Sequence[EvidenceRecord], *, png: bool = True
) -> Plot:
    """The figure of one recording.

    marks: the evidence that sentences cite, in the order of its numbers [1], [2], …; drawn as bars on its spans.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    panels = [panel for stream in recording.streams for panel in _panels(stream)]
    stretches = _stretches(marks)
    band_in, lanes = 0.62, _lanes(stretches)
    marks_in = 0.16 * max(1, 1 + max((lane for lane in lanes), default=0)) + 0.1
    legend_in = 0.3
    signal_in = 1.25 if len(panels) <= 4 else 0.95
    top_in, bottom_in, gap_in = 0.5, 0.4 + legend_in, 0.2
    height = top_in + bottom_in + band_in + marks_in + gap_in * (len(panels) + 1) + signal_in * len(panels)
    start_s, end_s = _extent(recording, timeline)

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, height))
        width = (WIDTH_IN - LEFT_IN - RIGHT_IN) / WIDTH_IN

        def axes(top: float, tall: float) -> Any:
            placed = figure.add_axes((LEFT_IN / WIDTH_IN, 1 - (top + tall) / height, width, tall / height))
            placed.set_xlim(start_s, end_s)
            return placed

        top = top_in
        for panel in panels:
            drawn = axes(top, signal_in)
            panel(drawn)
            _shade(drawn, timeline.episodes)
            drawn.tick_params(labelbottom=False, bottom=False)
            top += signal_in + gap_in
        band = axes(top, band_in)
        _band(band, timeline.episodes, (end_s - start_s) / (width * WIDTH_IN))
        top += band_in + 0.06
        below = axes(top, marks_in)
        _marks(below, stretches, lanes, end_s - start_s)
        _time_axis(below, start_s, end_s)
        _legend(figure, timeline.episodes, height)
        title = plain(timeline.recording.id, 80) + (" – simulated recording" if timeline.recording.simulated else "")
        figure.text(
            LEFT_IN / WIDTH_IN,
            1 - 0.22 / height,
            title.replace("$", r"\$"),
            fontsize=11,
            fontweight="bold",
            va="center",
        )

        text = io.StringIO()
        figure.savefig(
            text, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        picture = io.BytesIO()
        if png:
            figure.savefig(picture, format="png", dpi=130, facecolor="white", metadata={"Software": None})
    return Plot(text.getvalue(), picture.getvalue(), LEFT_IN / WIDTH_IN, 1 - RIGHT_IN / WIDTH_IN, start_s, end_s)


def _extent(recording: Recording, timeline: TimelineRecord) -> tuple[float, float]:
    starts = [recording.span.start_s, *(e.start_s for e in timeline.episodes)]
    ends = [recording.span.end_s, *(e.end_s for e in timeline.episodes)]
    return min(starts), max(max(ends), min(starts) + 1e-3)


def _panels(stream: Stream) -> list[Callable[[Any], None]]:
    """What to draw of a stream: acceleration with its magnitude, rotation, sound level, anything else as it is."""
    name = plain(stream.name, 24)
    where = f"{name}\n" if name not in ("motion", "audio", "sound") else ""
    panels: list[Callable[[Any], None]] = []
    if stream.modality == "audio":
        level = sound_level_db(stream.samples[0], stream.rate_hz, stream.start_s)
        panels.append(lambda axes: _signal(axes, [level], ["#7a5aa6"], f"{where}sound level\ndB FS"))
        return panels
    for prefix, title in (("acc", "acceleration"), ("gyro", "rotation")):
        rows = [i for i, channel in enumerate(stream.channels) if channel.startswith(prefix + "_")]
        if not rows:
            continue
        drawn = [envelope(stream.samples[i], stream.rate_hz, stream.start_s) for i in rows]
        colours = list(AXES[: len(rows)])
        names = [stream.channels[i].removeprefix(prefix + "_") for i in rows]
        if prefix == "acc" and len(rows) == 3:
            magnitude = np.sqrt(np.square(stream.samples[rows].astype(np.float64)).sum(axis=0)).astype(np.float32)
            drawn.append(envelope(magnitude, stream.rate_hz, stream.start_s))
            colours.append(INK)
            names.append("magnitude")
        label = f"{where}{title}\n{plain(stream.units[rows[0]], 12)}"
        panels.append(lambda axes, d=drawn, c=colours, t=label, n=names: _signal(axes, d, c, t, n))  # type: ignore[misc]
    if not panels:
        for i, channel in enumerate(stream.channels[:4]):
            one = envelope(stream.samples[i], stream.rate_hz, stream.start_s)
            label = f"{where}{plain(channel, 20)}\n{plain(stream.units[i], 12)}"
            panels.append(lambda axes, o=one, t=label: _signal(axes, [o], ["#3b6fb6"], t))  # type: ignore[misc]
    return panels


def _signal(axes: Any, curves: list[Envelope], colours: list[str], label: str, names: Sequence[str] = ()) -> None:
    for number, (curve, colour) in enumerate(zip(curves, colours, strict=True)):
        name = names[number] if number < len(names) else None
        if not curve.exact:
            axes.fill_between(curve.times_s, curve.low, curve.high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(curve.times_s, curve.mean, color=colour, linewidth=0.8, label=name)
    axes.set_ylabel(label.replace("$", r"\$"), fontsize=8)
    axes.grid(axis="y", color=FAINT, linewidth=0.4, alpha=0.6)
    axes.margins(y=0.08)
    if names:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 0.97),
            ncols=len(names),
            fontsize=7,
            frameon=False,
            borderaxespad=0.0,
            handlelength=1.2,
        )


def _shade(axes: Any, episodes: Sequence[EpisodeRecord]) -> None:
    """Episode boundaries through the signals, where they are few enough to be seen apart; missing data always."""
    for episode in episodes:
        if episode.status == "no_data":
            axes.axvspan(episode.start_s, episode.end_s, color=colour_of("no_data"), alpha=0.5, linewidth=0)
    if len(episodes) <= 60:
        for episode in episodes[1:]:
            axes.axvline(episode.start_s, color=FAINT, linewidth=0.6, linestyle=(0, (3, 3)))


def _band(axes: Any, episodes: Sequence[EpisodeRecord], seconds_per_inch: float) -> None:
    for episode in episodes:
        colour = colour_of(episode.activity, episode.status)
        length = episode.end_s - episode.start_s
        hatch = "////" if episode.status != "known" else None
        axes.add_patch(
            _box(episode.start_s, 0.0, length, 1.0, colour, hatch, edge=0.5 if len(episodes) <= 150 else 0.0)
        )
        words = activity_phrase(episode.activity) if episode.status == "known" else episode.status.replace("_", " ")
        # A bold character is about 0.075 in wide and 0.13 in high.
        room = length / seconds_per_inch
        if room > 0.075 * len(words) + 0.06:
            axes.text(
                episode.start_s + length / 2,
                0.5,
                words,
                ha="center",
                va="center",
                color="white",
                fontsize=7.5,
                fontweight="bold",
            )
        elif room > 0.14 and 0.06 * len(words) < 0.6:
            axes.text(
                episode.start_s + length / 2,
                0.5,
                words,
                ha="center",
                va="center",
                color="white",
                fontsize=6.2,
                rotation=90,
            )
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_ylabel("activity", fontsize=8, rotation=0, ha="right", va="center")
    axes.spines[:].set_visible(False)
    axes.tick_params(labelbottom=False, bottom=False)


def _box(
    x: float,
    y: float,
    wide: float,
    tall: float,
    colour: str,
    hatch: str | None = None,
    alpha: float = 1.0,
    edge: float = 0.5,
) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), wide, tall, facecolor=colour, edgecolor="white", linewidth=edge, hatch=hatch, alpha=alpha)


@dataclass(frozen=True, slots=True)
class _Mark:
    """One stretch that evidence is about, and the numbers of that evidence."""

    start_s: float
    end_s: float
    numbers: tuple[int, ...]


def _stretches(facts: Sequence[EvidenceRecord]) -> list[_Mark]:
    """Evidence about the same stretch is one mark."""
    found: dict[tuple[float, float], list[int]] = {}
    for number, fact in enumerate(facts, start=1):
        found.setdefault((fact.start_s, fact.end_s), []).append(number)
    return [_Mark(start, end, tuple(numbers)) for (start, end), numbers in sorted(found.items())]


def _lanes(marks: Sequence[_Mark], most: int = 6) -> list[int]:
    """A lane for each mark so that few overlap: first fit, the last lane takes what does not."""
    ends = [-np.inf] * most
    lanes = []
    for mark in marks:
        lane = next((i for i, end in enumerate(ends) if mark.start_s >= end - 1e-9), most - 1)
        ends[lane] = max(ends[lane], mark.end_s)
        lanes.append(lane)
    return lanes


def _marks(axes: Any, marks: Sequence[_Mark], lanes: Sequence[int], total_s: float) -> None:
    deepest = max(lanes, default=0)
    for mark, lane in zip(marks, lanes, strict=True):
        wide = max(mark.end_s - mark.start_s, total_s / 600)
        axes.add_patch(_box(mark.start_s, -lane - 0.8, wide, 0.6, "#7b8794", alpha=0.75))
        words = numbered(mark.numbers).replace("][", ", ").strip("[]")
        # A digit of this size is about 0.045 in wide.
        if wide / total_s * (WIDTH_IN - LEFT_IN - RIGHT_IN) > 0.045 * len(words) + 0.03:
            axes.text(
                mark.start_s + wide / 2, -lane - 0.52, words, ha="center", va="center", fontsize=5.5, color="white"
            )
    axes.set_ylim(-deepest - 1, 0)
    axes.set_yticks([])
    axes.set_ylabel("evidence", fontsize=8, rotation=0, ha="right", va="center")
    axes.spines["left"].set_visible(False)


def _time_axis(axes: Any, start_s: float, end_s: float) -> None:
    """Ticks at round times of a clock (whole seconds, minutes, hours), never at powers of ten."""
    steps = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
    step = next((s for s in steps if (end_s - start_s) / s <= 12), 86400 * np.ceil((end_s - start_s) / 86400 / 12))
    ticks = np.arange(np.ceil(start_s / step), np.floor(end_s / step) + 1) * step
    axes.set_xticks(ticks, [clock(float(tick)) for tick in ticks])
    axes.set_xlabel("time from the start", fontsize=8, labelpad=2)


def _legend(figure: Any, episodes: Sequence[EpisodeRecord], height: float) -> None:
    from matplotlib.patches import Patch

    seen: dict[str, str] = {}
    for episode in sorted(episodes, key=lambda e: e.start_s):
        colour = colour_of(episode.activity, episode.status)
        words = activity_phrase(episode.activity) if episode.status == "known" else episode.status.replace("_", " ")
        seen.setdefault("changes of posture" if colour == TRANSITION else words, colour)
    shown = list(seen.items())[: 2 * _LEGEND_COLUMNS]
    handles = [Patch(color=colour, label=words.replace("$", r"\$")) for words, colour in shown]
    if handles:
        columns = -(-len(handles) // (2 if len(handles) > _LEGEND_COLUMNS else 1))
        figure.legend(
            handles=handles,
            loc="lower left",
            ncols=columns,
            fontsize=7.5,
            frameon=False,
            bbox_to_anchor=(LEFT_IN / WIDTH_IN - 0.01, -0.02 / height),
            handlelength=1.0,
            handleheight=1.0,
            columnspacing=1.4,
        )
