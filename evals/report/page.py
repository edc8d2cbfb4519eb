"""The page: metrics beside baselines and published figures, confusion, calibration, people, worst answers, leaks, protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evals.report import charts
from evals.report.groups import Answers, answers_of, chosen_system, parts_of
from evals.runs.files import write_text
from evals.runs.outcome import failed_checks
from evals.runs.run import Run
from evals.runs.sample import Sample
from recordings import Recording, UserError, plain
from recordings.datasets import DATASETS, is_dataset_key

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
MOST_PARTS, MOST_MATRICES, MOST_METRICS = 16, 4, 8
# Worst answers listed a part; of all parts together so many have their signal drawn: a page of some megabytes.
WORST, PLOTS = 8, 24
# Metrics of which less is better have one of these in their name.
LOWER = ("error", "ece", "brier", "invented", "invalid", "distance", "alarm", "unsupported", "loss", "_s")
# Text that a reader of a mistake wants to see, where a task keeps it.
TOLD = ("question", "answer", "prompt", "text", "reason", "template", "expected")


def write_report(run: Run, result: Mapping[str, object], data_dir: Path | None, path: Path) -> None:
    """One self-contained file; the same answers give the same bytes. Without `data_dir` the worst answers have no plots."""
    write_text(path, render(run, result, data_dir))


def render(run: Run, result: Mapping[str, object], data_dir: Path | None) -> str:
    pooled = parts_of(run, result)
    shown = list(pooled)[:MOST_PARTS]
    plots = _Plots(data_dir)
    parts = [_part(run, result, part, pooled[part], plots, number) for number, part in enumerate(shown)]
    page = _environment().get_template("run.html")
    return page.render(
        result=result,
        task=str(result.get("task", "")),
        void=failed_checks(result),
        tables=_tables(result),
        parts=[p for p in parts if p is not None],
        more=len(pooled) - len(shown),
        published=_listed(result.get("published")),
        checks=_listed(_mapped(result.get("leak_audit")).get("checks")),
        differences=_listed(result.get("differences")),
        protocol=_flat(result.get("protocol")),
        data=_flat(result.get("data")),
        options=_flat(result.get("options")),
        versions=_flat(result.get("versions")),
        left_out=_listed(result.get("left_out")),
        n_samples=run.count(),
        pictures=_pictures(run),
        style=(_TEMPLATES / "run.css").read_text(encoding="utf-8"),
    )


def _pictures(run: Run) -> list[str]:
    """Figures that a task drew beside its answers, as links from the page; a run that was read from answers alone has none."""
    folder = None if run.folder is None else run.folder / "figures"
    return [] if folder is None or not folder.is_dir() else sorted(path.name for path in folder.glob("*.png"))


def _tables(result: Mapping[str, object]) -> list[dict[str, object]]:
    """The result's systems, a table a part: name, metrics, cost."""
    systems = [s for s in _listed(result.get("systems")) if isinstance(s, Mapping)]
    by_part: dict[str, list[Mapping[str, object]]] = {}
    for system in systems:
        by_part.setdefault(str(system.get("part") or system.get("split") or ""), []).append(system)
    tables: list[dict[str, object]] = []
    for part, rows in by_part.items():
        names: list[str] = []
        for row in rows:
            names += [n for n, v in _mapped(row.get("metrics")).items() if n not in names and not _is_dict_of_counts(v)]
        names = names[:MOST_METRICS]
        best = {n: _best(n, [v for r in rows if (v := _value(r, n)) is not None]) for n in names}
        cells = [
            {
                "name": row.get("name", ""),
                "revision": row.get("revision", ""),
                "note": row.get("note", ""),
                "metrics": [
                    (_value(row, n), _interval(row, n), _value(row, n) == best[n] and len(rows) > 1) for n in names
                ],
                "seconds": row.get("seconds"),
                "calls": row.get("llm_calls"),
            }
            for row in rows
        ]
        tables.append({"part": part, "names": names, "rows": cells})
    return tables


def _best(name: str, values: Sequence[float]) -> float | None:
    """The lowest error, the highest of anything else."""
    lower = any(word in name for word in LOWER)
    return (min if lower else max)(values, default=None)


def _part(
    run: Run, result: Mapping[str, object], part: str, inside: Sequence[str], plots: _Plots, number: int
) -> dict[str, object] | None:
    systems = list(dict.fromkeys(s for p in inside for s in run.systems(p) if any(True for _ in run.samples(s, p))))
    if not systems:
        return None
    first = chosen_system(systems, result, part)
    ordered = [first, *(s for s in systems if s != first)]
    looked = answers_of(run, part, inside, first)
    others = [answers_of(run, part, inside, s) for s in ordered[1:MOST_MATRICES]]
    bins = looked.reliability
    people = {a.system: a.subjects for a in (looked, *others)}
    name = f"p{number}"
    return {
        "name": part,
        "anchor": name,
        "system": first,
        "n": len(looked.samples),
        "statuses": looked.statuses,
        "matrices": [_matrix(a) for a in (looked, *others) if a.classes],
        "left": len(systems) - 1 - len(others),
        "reliability": charts.with_own_ids(charts.reliability(bins), f"{name}r") if bins else "",
        "error": sum(n * abs(said - held) for said, held, n in bins) / max(1, sum(n for *_, n in bins)),
        "people": charts.with_own_ids(
            charts.people(people, "mean score" if looked.by_score else "accuracy"), f"{name}s"
        )
        if 1 < len(looked.subjects) <= 200
        else "",
        "n_people": len(looked.subjects),
        "worst": [_mistake(s, plots, f"{name}w{i}") for i, s in enumerate(looked.worst[:WORST])],
        "n_worst": len(looked.worst),
        "by_score": looked.by_score,
    }


def _matrix(answers: Answers) -> dict[str, object]:
    """Rows of (truth, [(count, share of the truth's row, whether right)], recall)."""
    rows = []
    counts = answers.confusion
    none = any(row[-1] for row in counts)
    for number, (truth, row) in enumerate(zip(answers.classes, counts, strict=True)):
        total = max(1, sum(row))
        shown = row if none else row[:-1]
        rows.append((truth, [(n, n / total, i == number) for i, n in enumerate(shown)], row[number] / total))
    heads = [*answers.classes, *(["no answer"] if none else [])]
    return {"system": answers.system, "heads": heads, "rows": rows, "long": max(map(len, heads))}


def _mistake(sample: Sample, plots: _Plots, anchor: str) -> dict[str, object]:
    detail = sample.detail
    told = [(key, plain(detail[key], 400)) for key in TOLD if isinstance(detail.get(key), (str, int, float))]
    stated = detail.get("probabilities")
    top: list[tuple[str, float]] = []
    if isinstance(stated, dict):
        top = sorted(((k, float(cast("float", v))) for k, v in stated.items()), key=lambda kv: (-kv[1], kv[0]))[:3]
    svg = plots.of(sample, anchor)
    return {
        "anchor": anchor,
        "id": sample.id,
        "subject": sample.subject,
        "truth": plain(sample.truth, 300),
        "prediction": plain(sample.prediction, 300) if sample.prediction is not None else sample.status,
        "score": sample.score,
        "recording": detail.get("recording", ""),
        "start_s": detail.get("start_s"),
        "end_s": detail.get("end_s"),
        "told": told,
        "top": top,
        "svg": svg,
    }


class _Plots:
    """The signals behind samples, drawn while there is room; a recording that is not at hand is no error."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data = data_dir
        self._left = PLOTS
        self._opened: dict[str, Recording | None] = {}

    def of(self, sample: Sample, anchor: str) -> str:
        key = recording_key(sample)
        start, end = sample.detail.get("start_s"), sample.detail.get("end_s")
        if self._data is None or not key or self._left <= 0:
            return ""
        recording = self._open(key)
        if recording is None:
            return ""
        begin = float(start) if isinstance(start, (int, float)) else recording.span.start_s
        finish = float(end) if isinstance(end, (int, float)) else recording.span.end_s
        self._left -= 1
        return charts.with_own_ids(charts.signal(recording, begin, finish), anchor)

    def _open(self, key: str) -> Recording | None:
        if key not in self._opened:
            if len(self._opened) >= 4:
                self._opened.clear()
            name, _, rest = key.partition(":")
            try:
                self._opened[key] = DATASETS[name].open(rest, cast("Path", self._data))
            except (UserError, KeyError, OSError, ValueError):
                self._opened[key] = None
        return self._opened[key]


def recording_key(sample: Sample) -> str:
    """`hapt:exp05` out of the sample's detail; "" where it names no recording of a known set."""
    recording, name = sample.detail.get("recording"), sample.detail.get("dataset")
    if not isinstance(recording, str):
        return ""
    if is_dataset_key(recording):
        return recording
    return f"{name}:{recording}" if isinstance(name, str) and name in DATASETS else ""


def _flat(value: object, before: str = "") -> list[tuple[str, str]]:
    """A JSON object as lines of (name, text), nested names joined by dots; long lists are shortened."""
    rows: list[tuple[str, str]] = []
    for key, inner in _mapped(value).items():
        name = f"{before}{key}"
        if isinstance(inner, Mapping):
            rows += _flat(inner, f"{name}.")
        elif isinstance(inner, list):
            text = ", ".join(str(v) if isinstance(v, (str, int, float)) else json.dumps(v) for v in inner[:40])
            rows.append((name, text + (f" … {len(inner)} in all" if len(inner) > 40 else "")))
        elif inner not in (None, ""):
            rows.append((name, str(inner)))
    return rows


def _is_dict_of_counts(value: object) -> bool:
    return isinstance(value, Mapping) and "value" not in value


def _value(row: Mapping[str, object], name: str) -> float | None:
    metric = _mapped(row.get("metrics")).get(name)
    found = metric.get("value") if isinstance(metric, Mapping) else metric
    return float(found) if isinstance(found, (int, float)) else None


def _interval(row: Mapping[str, object], name: str) -> list[float] | None:
    metric = _mapped(row.get("metrics")).get(name)
    found = metric.get("ci95") if isinstance(metric, Mapping) else None
    return [float(v) for v in found] if isinstance(found, (list, tuple)) else None


def _mapped(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(plain=plain, words=lambda text: str(text).replace("_", " "), figure=_shown)
    return made


def _shown(value: object) -> str:
    """Four significant places; a share stays a share, a count a count."""
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return plain(value, 80)
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:.4g}"
