"""From a table's columns to tracks in SI units, every inference written down."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings.content import Content, Track
from recordings.errors import UserError, plain
from recordings.options import ReadOptions
from recordings.recording import Annotation, Step
from recordings.tables.clock import Clock, clock_of
from recordings.tables.labels import annotations_of
from recordings.tables.names import Kind, Meaning, Place, meaning_of, place_in
from recordings.tables.table import Numbers, Table
from recordings.tables.units import Gravity, acceleration_scale, rotation_scale

MINIMUM_ROWS = 20
AXES = ("x", "y", "z")
# Rows of several sensors in turn leave each other's cells empty; beyond this share the empty cells are no lost samples.
INTERLEAVED_SHARE = 0.3
# No accelerometer or gyroscope counts this far in any unit; a float32 sample cannot hold the other limit.
LARGEST_MOTION, LARGEST_NUMBER = 1e9, 1e38
# A heading beyond either is a sentence, not a channel's name; it is somebody's text and is not handed on.
NAME_WORDS, NAME_LETTERS = 6, 48


@dataclass(frozen=True, slots=True)
class _Triple:
    """One sensor's columns of one place: axis → (n,) numbers."""

    kind: Kind
    place: Place | None
    columns: dict[str, int]
    unit: str | None
    core_motion: bool


def content_of(table: Table, options: ReadOptions) -> Content:
    """The table's tracks, labels and history. UserError for whatever the user can cure."""
    meanings = tuple(meaning_of(name) for name in table.names)
    meanings, steps = _bare_axes(table, meanings)
    history = [*table.history, *steps]
    motion = [i for i, m in enumerate(meanings) if m.kind in ("acceleration", "linear", "gravity", "rotation")]
    others = [i for i, m in enumerate(meanings) if m.kind in ("other", "magnetic")]
    numeric_others = [i for i in others if table.holds_numbers(i)]
    if not motion and not numeric_others:
        raise UserError(
            table.where,
            expected="columns of a motion sensor (acc_x, acc_y, acc_z, gyro_x, …)",
            found=f"columns {plain(', '.join(table.names), 120)}",
            cure="name the columns so, or see docs/formats.md for the names that are known",
        )
    if table.n < MINIMUM_ROWS:
        raise UserError(
            table.where,
            expected=f"at least {MINIMUM_ROWS} rows of samples",
            found=f"{table.n} row{'s' if table.n > 1 else ''}",
            cure="record for longer, or export the whole recording",
        )
    numbers, dropped = _numbers(table, [*motion, *numeric_others])
    for column, values in numbers.items():
        _possible(table, column, values, LARGEST_MOTION if column in motion else LARGEST_NUMBER)
    history += dropped
    clock = clock_of(table, meanings, options)
    history += clock.history
    if clock.order is not None:
        numbers = {column: values[clock.order] for column, values in numbers.items()}
    if len(clock.times_s) < MINIMUM_ROWS:
        raise UserError(
            table.where,
            expected=f"at least {MINIMUM_ROWS} rows at different times",
            found=f"{len(clock.times_s)}",
            cure="record for longer, or add --rate HZ if the times are wrong",
        )
    tracks: list[Track] = []
    for place in dict.fromkeys(meanings[i].place for i in motion):
        triples, more = _triples(table, meanings, numbers, place)
        history += more
        tracks += _motion(table, triples, numbers, clock, options, history)
    ignored = [i for i in others if i not in numeric_others]
    if ignored:
        named = plain(", ".join(_heading(table, i) for i in ignored), 120)
        history.append(Step("ignore columns", "they hold text of no known meaning", named))
    tracks += _other_tracks(table, [i for i in numeric_others if i in numbers], numbers, clock)
    if not tracks:
        raise UserError(
            table.where,
            expected="at least one channel with values",
            found="empty columns only",
            cure="export the recording again with its samples",
        )
    interval = float(np.median(np.diff(clock.times_s)))
    annotations: tuple[Annotation, ...] = ()
    label = _label_column(table, meanings)
    if label is not None:
        texts = table.texts(label)
        texts = texts[clock.order] if clock.order is not None else texts
        annotations = annotations_of(texts, clock.times_s, interval)
        history.append(
            Step(
                "set labels aside",
                f"column {plain(table.names[label], 40)}: for evaluation only, no tool or prompt sees them",
                "",
                f"{len(annotations)} spans",
            )
        )
    return Content(tuple(tracks), (), tuple(history), annotations, clock.kind, clock.start, clock.timezone)


def _bare_axes(table: Table, meanings: tuple[Meaning, ...]) -> tuple[tuple[Meaning, ...], list[Step]]:
    """x, y, z alone: the sensor is told by the file's name, or taken to be the accelerometer."""
    if not any(m.kind == "bare" for m in meanings):
        return meanings, []
    known = {m.kind for m in meanings}
    file_word = meaning_of(f"{_stem(table.where)} x")
    kind: Kind = (
        file_word.kind
        if file_word.kind in ("acceleration", "linear", "gravity", "rotation", "magnetic")
        else "acceleration"
    )
    told = kind == file_word.kind
    if not told and "acceleration" in known:
        return meanings, []
    reason = "the file's name says so" if told else "nothing else names a sensor; an accelerometer is the likeliest"
    renamed = tuple(dataclasses.replace(m, kind=kind) if m.kind == "bare" else m for m in meanings)
    return renamed, [Step("name the sensor", reason, "x, y, z", kind, warning=not told)]


def _stem(where: str) -> str:
    name = where.replace("\\", "/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0]


def _label_column(table: Table, meanings: tuple[Meaning, ...]) -> int | None:
    labels = [i for i, m in enumerate(meanings) if m.kind == "label"]
    # Words say more than the codes that often stand beside them.
    return next((i for i in labels if not table.holds_numbers(i)), labels[0] if labels else None)


def _numbers(table: Table, columns: list[int]) -> tuple[dict[int, Numbers], list[Step]]:
    """Each column as numbers; those without a single value are dropped with a warning."""
    numbers: dict[int, Numbers] = {}
    steps = []
    for column in columns:
        values = table.numbers(column)
        if np.isfinite(values).any():
            numbers[column] = values
        else:
            name = plain(table.names[column], 40)
            steps.append(Step("drop an empty channel", f"column {name} holds no value at all", name, "", warning=True))
    if columns and not numbers:
        raise UserError(
            table.where,
            expected="at least one channel with values",
            found=f"no value in {plain(', '.join(table.names[c] for c in columns), 100)}",
            cure="export the recording again with its samples",
        )
    return numbers, steps


def _possible(table: Table, column: int, values: Numbers, largest: float) -> None:
    """UserError at the first number that no sensor writes: computing with it would overflow."""
    wrong = np.flatnonzero(np.abs(values) > largest)
    if len(wrong):
        raise UserError(
            f"{table.where}, {table.line_of(int(wrong[0]))}, column {table.names[column]}",
            expected="a sensor's number",
            found=f"{values[wrong[0]]:.6g}",
            cure="correct that cell or leave it empty",
        )


def _triples(
    table: Table, meanings: tuple[Meaning, ...], numbers: dict[int, Numbers], place: Place | None
) -> tuple[dict[Kind, _Triple], list[Step]]:
    found: dict[Kind, _Triple] = {}
    steps = []
    for column, meaning in enumerate(meanings):
        if column not in numbers or meaning.place != place or meaning.axis is None:
            continue
        if meaning.kind not in ("acceleration", "linear", "gravity", "rotation"):
            continue
        triple = found.setdefault(meaning.kind, _Triple(meaning.kind, place, {}, meaning.unit, meaning.core_motion))
        if meaning.axis in triple.columns:
            name = plain(table.names[column], 40)
            steps.append(
                Step("ignore a second sensor", f"column {name} repeats an axis of {meaning.kind}", name, warning=True)
            )
            continue
        triple.columns[meaning.axis] = column
    return found, steps


def _samples(triple: _Triple, numbers: dict[int, Numbers]) -> tuple[list[str], Numbers]:
    axes = [axis for axis in AXES if axis in triple.columns]
    return axes, np.stack([numbers[triple.columns[axis]] for axis in axes])


def _motion(
    table: Table,
    triples: dict[Kind, _Triple],
    numbers: dict[int, Numbers],
    clock: Clock,
    options: ReadOptions,
    history: list[Step],
) -> list[Track]:
    """One device's tracks: a single one where its sensors share their rows, one per sensor where rows take turns."""
    parts: list[tuple[tuple[str, ...], tuple[str, ...], Numbers]] = []
    gravity: Gravity = "unknown"
    acceleration: Numbers | None = None
    wanted = options.acceleration_unit
    gravity_ms2: Numbers | None = None
    if "gravity" in triples:
        triple = triples["gravity"]
        axes, samples = _samples(triple, numbers)
        apple = "linear" in triples and triples["linear"].core_motion
        scale = acceleration_scale(samples, triple.unit, wanted, False, apple)
        gravity_ms2 = samples * scale.factor
        history.append(dataclasses.replace(scale.step, step="convert gravity"))
        parts.append((tuple(f"gravity_{a}" for a in axes), ("m/s²",) * len(axes), gravity_ms2))
    chosen = triples.get("acceleration") or triples.get("linear")
    if chosen is not None:
        axes, samples = _samples(chosen, numbers)
        linear = chosen.kind == "linear"
        scale = acceleration_scale(samples, chosen.unit, wanted, linear, chosen.core_motion)
        acceleration, gravity = samples * scale.factor, scale.gravity
        history.append(scale.step)
        if not linear and "linear" in triples:
            history.append(
                Step(
                    "ignore columns",
                    "total acceleration is in the file; the one without gravity follows from it",
                    "linear acceleration",
                )
            )
        if linear and gravity_ms2 is not None and gravity_ms2.shape == acceleration.shape:
            acceleration, gravity = acceleration + gravity_ms2, "included"
            history.append(
                Step(
                    "add gravity", "total acceleration = acceleration without gravity + gravity", "removed", "included"
                )
            )
        if chosen.core_motion:
            acceleration = -acceleration
            parts = [(names, units, -values) for names, units, values in parts]
            history.append(
                Step(
                    "turn the acceleration's sign",
                    "Core Motion reports gravity pointing down; a resting accelerometer measures +1 g up",
                    "iOS",
                    "Android",
                )
            )
        if len(axes) < 3:
            history.append(
                Step("accept an incomplete sensor", f"acceleration has {', '.join(axes)} only", warning=True)
            )
        parts.insert(0, (tuple(f"acc_{a}" for a in axes), ("m/s²",) * len(axes), acceleration))
    if "rotation" in triples:
        triple = triples["rotation"]
        axes, samples = _samples(triple, numbers)
        unit = options.rotation_unit
        scale = rotation_scale(samples, triple.unit, unit, acceleration)
        history.append(scale.step)
        parts.insert(
            1 if chosen is not None else 0,
            (tuple(f"gyro_{a}" for a in axes), ("rad/s",) * len(axes), samples * scale.factor),
        )
    place = next(iter(triples.values())).place if triples else None
    device, position = place or place_in(_stem(table.where)) or (None, None)
    tracks = []
    for rows, members in _shared_rows(parts, len(clock.times_s), history):
        if len(rows) < 2:
            continue
        whole = len(rows) == len(clock.times_s)
        values = np.concatenate([p[2] for p in members])
        tracks.append(
            Track(
                modality="motion",
                channels=tuple(c for p in members for c in p[0]),
                units=tuple(u for p in members for u in p[1]),
                times_s=clock.times_s if whole else clock.times_s[rows],
                samples=values if whole else values[:, rows],
                device=device,
                position=position,
                gravity=gravity,
                rate_hz=options.rate_hz,
            )
        )
    return tracks


_Part = tuple[tuple[str, ...], tuple[str, ...], Numbers]


def _shared_rows(parts: list[_Part], n: int, history: list[Step]) -> list[tuple[npt.NDArray[np.int64], list[_Part]]]:
    """Sensors that share their rows stay together; one whose cells are mostly empty keeps its own rows only."""
    everything = np.arange(n)
    together: list[_Part] = []
    alone = []
    for part in parts:
        filled = np.isfinite(part[2]).any(axis=0)
        # Lost samples lie in runs; cells left to other sensors are empty every few rows.
        turns = np.count_nonzero(np.diff(filled.astype(np.int8))) / 2
        empty = n - int(filled.sum())
        if empty > INTERLEAVED_SHARE * n and turns > 0.02 * n:
            alone.append((np.flatnonzero(filled), [part]))
            name = part[0][0].rsplit("_", 1)[0]
            history.append(
                Step(
                    "take a sensor's own rows",
                    f"{name} is empty in {empty / n:.0%} of the rows: the sensors take turns",
                    f"{n} rows",
                    f"{n - empty} rows",
                )
            )
        else:
            together.append(part)
    return ([(everything, together)] if together else []) + alone


def _heading(table: Table, column: int) -> str:
    """The column's own name, or its place where the heading is a whole sentence."""
    name = plain(table.names[column], 1000)
    return name if len(name) <= NAME_LETTERS and len(name.split()) <= NAME_WORDS else f"column {column + 1}"


def _other_tracks(table: Table, columns: list[int], numbers: dict[int, Numbers], clock: Clock) -> list[Track]:
    """Heart rate and whatever else is a number: kept under its own name, each where it has values."""
    tracks = []
    n = len(clock.times_s)
    full: list[int] = []
    for column in columns:
        filled = np.isfinite(numbers[column])
        if filled.sum() > (1 - INTERLEAVED_SHARE) * n:
            full.append(column)
        elif filled.sum() > 1:
            rows = np.flatnonzero(filled)
            name = _heading(table, column)
            tracks.append(Track("other", (name,), ("",), clock.times_s[rows], numbers[column][None, rows]))
    if full:
        names = tuple(_heading(table, column) for column in full)
        tracks.append(
            Track("other", names, ("",) * len(full), clock.times_s, np.stack([numbers[column] for column in full]))
        )
    return tracks
