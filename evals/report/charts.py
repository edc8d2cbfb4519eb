"""Small figures as SVG, the same bytes for the same answers: how sure and how right, person by person, one signal."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from recordings import Recording, Stream, plain

# Two colours that nothing else uses: the page replaces them by its own, light or dark.
INK, FAINT = "#23282f", "#c9ced6"
BLUE, RIVALS = "#2f7ed8", ("#e0a526", "#8e6bc4", "#9aa3ad")
AXES = ("#c0504d", "#4f8f4a", "#3b6fb6")
MOST_COLUMNS = 900
_STYLE = {
    "svg.hashsalt": "telltale",
    "svg.fonttype": "none",
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


def reliability(bins: Sequence[tuple[float, float, int]]) -> str:
    """bins: (mean confidence, share right, answers). The diagonal is what calibrated means; an area is how many answers."""
    with _figure(3.4, 3.1) as (figure, svg):
        axes = figure.add_axes((0.15, 0.15, 0.82, 0.81))
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1)
        total = sum(n for *_, n in bins)
        said, held = [b[0] for b in bins], [b[1] for b in bins]
        axes.plot(said, held, color=BLUE, linewidth=1)
        axes.scatter(
            said, held, s=[12 + 160 * n / total for *_, n in bins], color=BLUE, alpha=0.75, linewidths=0, clip_on=False
        )
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="said confidence", ylabel="share right")
        axes.set_aspect("equal", adjustable="box")
    return svg[0]


def people(of: Mapping[str, Mapping[str, tuple[float, int]]], what: str) -> str:
    """of: system → person → (figure, answers). One column a person, the first system as points, the others as bars."""
    names = list(next(iter(of.values())))
    wide = min(10.0, max(3.4, 1.2 + 0.24 * len(names)))
    tall = 2.7 + 0.16 * len(of)
    with _figure(wide, tall) as (figure, svg):
        axes = figure.add_axes((0.62 / wide, 0.72 / tall, 1 - 0.7 / wide, 1.9 / tall))
        for number, (system, values) in enumerate(of.items()):
            found = [values[name][0] if name in values else np.nan for name in names]
            axes.scatter(
                range(len(names)),
                found,
                s=34 if number == 0 else 40,
                color=BLUE if number == 0 else RIVALS[(number - 1) % len(RIVALS)],
                marker="o" if number == 0 else "_",
                label=plain(system, 34),
                linewidths=0 if number == 0 else 1.5,
                zorder=9 - number,
            )
        low = min((v[0] for values in of.values() for v in values.values()), default=0.0)
        axes.set(ylim=(min(0.0, low), 1.04), xlim=(-0.7, len(names) - 0.3), ylabel=what)
        step = max(1, len(names) // 40)
        shown = range(0, len(names), step)
        axes.set_xticks(
            list(shown),
            [plain(names[i], 12).replace("$", r"\$") for i in shown],
            rotation=90 if len(names) > 12 else 0,
            fontsize=7,
        )
        axes.grid(axis="y", color=FAINT, linewidth=0.4, alpha=0.6)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=1, fontsize=7, frameon=False, borderaxespad=0.1)
    return svg[0]


def signal(recording: Recording, start_s: float, end_s: float) -> str:
    """What was recorded around a window, the window shaded: acceleration and rotation, or the sound's waveform."""
    margin = min(10.0, max(1.0, 0.75 * (end_s - start_s)))
    left, right = max(recording.span.start_s, start_s - margin), min(recording.span.end_s, end_s + margin)
    panels = [(s, rows, title) for s in recording.streams[:2] for rows, title in _panels(s)][:4]
    tall = 0.45 + 0.95 * len(panels)
    with _figure(6.4, tall) as (figure, svg):
        for number, (stream, rows, title) in enumerate(panels):
            bottom = (0.38 + 0.95 * (len(panels) - 1 - number)) / tall
            axes = figure.add_axes((0.115, bottom, 0.865, 0.8 / tall))
            first, last = stream.index_at(left), stream.index_at(right)
            for row, colour in zip(rows, AXES, strict=False):
                times, values = _thinned(stream, row, first, last)
                axes.plot(times, values, color=colour, linewidth=0.7)
            axes.axvspan(start_s, end_s, color="#f5c400", alpha=0.2, linewidth=0)
            axes.set_xlim(left, max(right, left + 1e-3))
            axes.set_ylabel(title.replace("$", r"\$"), fontsize=7)
            axes.tick_params(labelsize=7, labelbottom=number == len(panels) - 1)
            if number == len(panels) - 1:
                axes.set_xlabel("s", fontsize=7, labelpad=1)
    return svg[0]


def _panels(stream: Stream) -> list[tuple[list[int], str]]:
    found = []
    for prefix, title in (("acc", "acceleration"), ("gyro", "rotation")):
        rows = [i for i, channel in enumerate(stream.channels) if channel.startswith(f"{prefix}_")]
        if rows:
            found.append((rows, f"{title}\n{plain(stream.units[rows[0]], 12)}"))
    return found or [([0], f"{plain(stream.channels[0], 16)}\n{plain(stream.units[0], 14)}")]


def _thinned(stream: Stream, row: int, first: int, last: int) -> tuple[Any, Any]:
    """Lowest and highest of each column where there are more samples than columns."""
    values = stream.samples[row, first:last]
    times = stream.start_s + np.arange(first, last) / stream.rate_hz
    step = len(values) // MOST_COLUMNS
    if step < 2:
        return times, values
    whole = len(values) // step * step
    block = values[:whole].reshape(-1, step)
    both = np.stack([block.min(axis=1), block.max(axis=1)], axis=1).ravel()
    return np.repeat(times[:whole:step], 2), both


@contextmanager
def _figure(wide: float, tall: float) -> Iterator[tuple[Any, list[str]]]:
    """A figure of this size in inches, and the list that its SVG is put into."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    svg: list[str] = []
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(wide, tall))
        yield figure, svg
        text = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    svg.append(_inline(text.getvalue()))


_counted = re.compile(r'(id="|href="#|url\(#)')


def _inline(svg: str) -> str:
    """As an element of the page: no prolog, no name spaces, colours that follow the page's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", body, count=2)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    return body.replace(INK, "currentColor").replace(FAINT, "var(--faint)")


def with_own_ids(svg: str, name: str) -> str:
    """Several figures on one page must not share ids: the second would be clipped by the first's frame."""
    return _counted.sub(lambda m: f"{m[1]}{name}-", svg)
