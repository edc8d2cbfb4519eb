"""`telltale describe`: SensorLM's hierarchical captions of a stretch, or of a day minute by minute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from apps import options

if TYPE_CHECKING:
    from apps.workbench import Workbench
    from recordings import Recording, Span
    from tools import Evidence

app = typer.Typer(add_completion=False)


@app.command()
def describe(
    recording: options.RecordingArgument,
    start: Annotated[str | None, typer.Option("--start", metavar="TIME", help="From: seconds, or 1:05.")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="To; the recording's end else.")] = None,
    day: Annotated[
        int | None,
        typer.Option("--day", min=0, metavar="N", help="A day of minutes instead, 0 the first: 26 features of wear."),
    ] = None,
    levels: Annotated[
        str, typer.Option("--levels", metavar="NAMES", help="Some of statistical,structural,semantic.")
    ] = "statistical,structural,semantic",
    model: Annotated[
        str | None,
        typer.Option(
            "--sensorlm-model",
            metavar="DIR",
            help="A SensorLM with a decoder, or `shipped`: its words for up to 5.12 s, where the samples bear all of them out.",
        ),
    ] = None,
    motion_model: options.MotionModel = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    data: options.Data = None,
    config: options.Config = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """Describe a stretch at three levels: sums, what rises and falls, and what was done. Every number is from the samples."""
    from apps.console import progress
    from apps.settings import load_settings
    from apps.times import span_of
    from apps.workbench import Workbench

    settings = load_settings(config, data=data, units=units, rate=rate, position=position, motion_model=motion_model)
    wanted = _levels(levels)
    with progress(quiet) as report:
        bench = Workbench(settings, report)
        if day is not None:
            _refuse_times(start, end)
            body = _of_day(bench, recording, day, wanted)
        else:
            opened = bench.read(recording)
            body = _of_span(bench, opened, span_of(start, end, opened), wanted, model)
    if as_json:
        typer.echo(json.dumps(body, indent=1, ensure_ascii=False))
    else:
        _print(body)


def _levels(said: str) -> tuple[str, ...]:
    from models.sensorlm.captions import LEVELS
    from recordings import UserError

    wanted = tuple(dict.fromkeys(name.strip() for name in said.split(",") if name.strip()))
    if not wanted or set(wanted) - set(LEVELS):
        raise UserError("--levels", expected=f"some of {','.join(LEVELS)}", found=said or "nothing", cure="name those")
    return wanted


def _refuse_times(start: str | None, end: str | None) -> None:
    from recordings import UserError

    if start is not None or end is not None:
        raise UserError(
            "--day", expected="a whole day", found="--start or --end beside it", cure="give one or the other"
        )  # fmt: skip


def _of_span(
    bench: Workbench, recording: Recording, span: Span, levels: Sequence[str], model: str | None
) -> dict[str, object]:
    from apps.console import warn_of
    from apps.experts import named
    from recordings import UserError
    from tools import Bench, NoData, caption_window

    warn_of(recording)
    words = None
    if model is not None:
        from models.sensorlm import SensorReader

        words = SensorReader.from_pretrained(named(model))
        if not words.writes:
            raise UserError(
                model, expected="a checkpoint that writes captions", found=f"objective {words.model.config.objective}",
                cure="train one with `telltale train sensorlm --decoder-of shipped` (or --objective coca)",
            )  # fmt: skip
    own = Bench(motion=bench.motion if "semantic" in levels else None, words=words)
    own.add(recording)
    try:
        found: list[Evidence] = caption_window(own, recording.id, span, levels)
    except NoData as nothing:
        raise UserError(
            recording.id, expected="motion to describe", found=nothing.reason, cure="name another stretch"
        ) from None  # fmt: skip
    return {
        "recording": recording.id,
        "start_s": round(span.start_s, 3),
        "end_s": round(span.end_s, 3),
        "simulated": recording.simulated,
        "levels": list(levels),
        "captions": [asdict(e) for e in found],
    }


def _of_day(bench: Workbench, source: str, day: int, levels: Sequence[str]) -> dict[str, object]:
    from random import Random

    from models.sensorlm.captions import DAY, DAY_FEATURES, day_caption, supported
    from recordings import UserError
    from tools.minutes import day_logs, minute_day

    logs = day == 0 and "semantic" in levels
    recording = bench.open(source) if logs else bench.read(source)
    minutes = minute_day(recording, day)
    data = dict(zip(DAY_FEATURES, minutes.values.T, strict=True))
    rows: list[dict[str, object]] = []
    for level in levels:
        if level == "semantic":
            continue
        made = day_caption(minutes.values, DAY_FEATURES, level, Random(0), missing=minutes.missing)
        held = supported(made, data, decimals=DAY.decimals)
        if held.lines:
            rows.append({"quantity": f"{level}_caption", "value": held.text})
    if logs:
        episodes = bench.annotate(recording).episodes
        spans = [(e.activity.replace("_", " "), e.start_s, e.end_s) for e in episodes if e.status == "known"]
        told = day_caption(minutes.values, DAY_FEATURES, "semantic", Random(0), activities=day_logs(recording, spans))
        if told.lines:
            rows.append({"quantity": "semantic_caption", "value": told.text})
    if not rows:
        raise UserError(
            recording.id, expected="something to tell of the day", found="too little wear for these levels",
            cure="ask for other levels, or for a stretch with --start and --end",
        )  # fmt: skip
    return {
        "recording": recording.id,
        "day": day,
        "minutes_measured": int((~minutes.missing).any(axis=1).sum()),
        "simulated": recording.simulated,
        "sources": dict(minutes.sources),
        "levels": list(levels),
        "captions": rows,
    }


# Why a level may have nothing to tell.
_NOTHING = {
    "statistical": "nothing was measured",
    "structural": "nothing rises, falls, stays or peaks by the rule, or there are fewer than 36 samples",
    "semantic": "no activity is likelier than not, or, of a day, none that is known lasted 20 minutes",
}


def _print(body: dict[str, object]) -> None:
    from agents.wording.numbers import percent
    from agents.wording.times import clock
    from apps.console import results, say

    screen = results()
    if body["simulated"]:
        screen.print("simulated recording", style="yellow")
    where = f"day {body['day']}, {body['minutes_measured']} of its minutes measured" if "day" in body else f"{clock(body['start_s'])}–{clock(body['end_s'])}"  # type: ignore[arg-type]  # fmt: skip
    screen.print(f"{body['recording']}, {where}", markup=False)
    methods: dict[str, None] = {}
    for row in body["captions"]:  # type: ignore[attr-defined]
        level = str(row["quantity"]).removesuffix("_caption")
        stream = f", {row['stream']}" if "stream" in row else ""
        sure = f" ({percent(row['probability'])})" if row.get("probability") is not None else ""
        screen.print(f"\n{level}{stream}{sure}", markup=False)
        screen.print(str(row["value"]), markup=False, soft_wrap=True)
        if "method" in row:
            methods[f"{level}: {row['method']}" + (f"; {row['model']}" if row["model"] else "")] = None
    told = {str(row["quantity"]) for row in body["captions"]}  # type: ignore[attr-defined]
    for level in body["levels"]:  # type: ignore[attr-defined]
        if f"{level}_caption" not in told:
            say(f"{level}: {_NOTHING[level]}")
    for line in methods:
        say(line)
