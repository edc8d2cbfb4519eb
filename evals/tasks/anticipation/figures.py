"""A picture a fold: what was done after the observed part, and below it what was forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from evals.runs import Run, Sample

FOLDER = "figures"
_MOST_VIDEOS = 10
_SHOWN = "blend+balance"
_INSTEAD = ("blend", "remembering+balance", "markov_6")
_NOTHING = "#d9d9d9"


def draw_fold(run: Run, part: str, vocabulary: Sequence[str], observed: float = 0.3) -> Path | None:
    """`figures/<part>.png` in the run's folder: at most ten videos, the truth above, the forecast below, from now to the horizon.

    None for a run in memory, or where no system of the fold has answered.
    """
    system = next((s for s in (_SHOWN, *_INSTEAD) if run.finished(s, part)), None)
    if run.folder is None or system is None:
        return None
    samples = [s for s in run.samples(system, part) if s.detail.get("observed") == observed]
    if not samples:
        return None
    chosen = samples[:: max(1, -(-len(samples) // _MOST_VIDEOS))][:_MOST_VIDEOS]
    target = run.folder / FOLDER / f"{part.replace('/', '-')}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    _draw(chosen, vocabulary, f"{part}: {system}, after the first {observed:.0%}", target)
    return target


def _draw(samples: Sequence[Sample], vocabulary: Sequence[str], title: str, target: Path) -> None:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    present = sorted({label for s in samples for key in ("truth", "prediction") for label, _ in _runs(s, key)})
    # Forty-eight classes need more than one palette; neighbours in the list are far apart in colour.
    palette = [mpl.colormaps[name](i) for name in ("tab20", "tab20b", "tab20c") for i in range(20)]
    colours = {label: palette[i % len(palette)] for i, label in enumerate(present)}
    height = 0.55 * len(samples) + 0.9 + 0.22 * -(-len(present) // 4)
    figure = Figure(figsize=(10.0, height))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for row, sample in enumerate(samples):
        for offset, key in ((0.0, "truth"), (0.38, "prediction")):
            left = 0.0
            total = sum(steps for _, steps in _runs(sample, "truth")) or 1
            for label, steps in _runs(sample, key):
                axes.barh(row + offset, steps / total, 0.34, left, color=colours.get(label, _NOTHING), edgecolor="none")
                left += steps / total
    axes.set_yticks([row + 0.19 for row in range(len(samples))])
    axes.set_yticklabels([s.id.rsplit("@", 1)[0] for s in samples], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_xticklabels(["now", "10 %", "20 %", "30 %", "40 %", "50 % of the video ahead"], fontsize=7)
    axes.set_title(f"{title}; above what was done, below what was forecast", fontsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    handles = [Patch(color=colours[label], label=vocabulary[label].replace("_", " ")) for label in present]
    axes.legend(
        handles=handles, ncols=4, fontsize=6.5, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.6 / height)
    )
    # No time of making in the file: the same answers give the same bytes.
    figure.savefig(target, dpi=130, bbox_inches="tight", metadata={"Software": None})


def _runs(sample: Sample, key: str) -> list[tuple[int, int]]:
    rows = cast("Sequence[Sequence[int]]", sample.detail[key])
    return [(int(label), int(steps)) for label, steps in rows]
