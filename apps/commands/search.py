"""`telltale search`: the stretches of one's own recordings that a sentence describes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps import options

if TYPE_CHECKING:
    from recordings import Recording
    from tools.word_search import Found, Stretch

app = typer.Typer(add_completion=False)
_FILTERS = "Where to look"


@app.command()
def search(
    words: Annotated[str, typer.Argument(metavar="WORDS", help='What was done: "climbing stairs after sitting".')],
    recordings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RECORDING…]", help="Files, folders, zips, data-set keys, or demo. None: all that are indexed."
        ),
    ] = None,
    most: Annotated[int, typer.Option("-k", min=1, max=100, help="How many stretches.")] = 10,
    within: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="How long after one thing the other still counts as after it."),
    ] = 60.0,
    subject: Annotated[
        str | None, typer.Option(metavar="ID", rich_help_panel=_FILTERS, help="Only this person's recordings.")
    ] = None,
    worn: Annotated[
        str | None, typer.Option("--worn", metavar="PLACE", rich_help_panel=_FILTERS, help="Only devices worn here.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="TIME", rich_help_panel=_FILTERS, help="Not before: seconds, or 1:05."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", rich_help_panel=_FILTERS, help="Not after.")
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="Where the index lies; one's own folder where none is named."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--sensorlm-model", metavar="DIR", help="A SensorLM checkpoint instead of the shipped one."),
    ] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    data: options.Data = None,
    config: options.Config = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """Find the stretches that a sentence describes. Recordings are indexed once; what is not there is said to be not there."""
    from apps.console import progress, warn_of
    from apps.settings import load_settings
    from apps.times import seconds_of
    from apps.workbench import Workbench
    from models.sensorlm import SensorReader
    from recordings import UserError
    from tools.word_search import Filter, WindowIndex, find, parse, verified

    query = parse(words)
    settings = load_settings(config, data=data, units=units, rate=rate, position=position)
    reader = SensorReader.from_pretrained(model)
    kept = WindowIndex(index or settings.home / "windows", reader)
    opened: dict[str, Recording] = {}
    named = list(recordings or [])
    with progress(quiet) as report:
        bench = Workbench(settings, report)
        for number, source in enumerate(named):
            report(f"indexing {source}", number / len(named))
            recording = bench.read(source)
            warn_of(recording)
            opened[recording.id] = recording
            kept.add(recording)
        report("searching", 1.0)
    if not named and not len(kept):
        raise UserError(
            "search", expected="a recording", found="an empty index", cure="name one: telltale search WORDS RECORDING"
        )
    wanted = Filter(
        tuple(sorted(opened)) if named else None, worn, subject,
        None if start is None else seconds_of(start, "--start"), None if end is None else seconds_of(end, "--end"),
    )  # fmt: skip
    found = find(kept, reader, query, wanted=wanted, most=most, within_s=within)
    checked = {
        stretch: verified(stretch, opened[stretch.recording_id], reader, query.wanted)
        for stretch in found.stretches
        if stretch.recording_id in opened
    }
    if as_json:
        body = asdict(found) | {"model": reader.revision}
        for row, stretch in zip(body["stretches"], found.stretches, strict=True):
            row["verified"] = checked.get(stretch)
        typer.echo(json.dumps(body, indent=1, ensure_ascii=False))
        return
    _print(found, checked, reader.revision)


def _print(found: Found, checked: Mapping[Stretch, bool], revision: str) -> None:
    from agents.wording.times import clock
    from apps.console import results, say
    from apps.tables import table

    screen = results()
    if found.status != "found":
        word = "cannot tell" if found.status == "cannot_tell" else "nothing found"
        screen.print(f"{word}: {found.note}.", markup=False)
        if found.nearest is not None:
            near = found.nearest
            say(
                f"nearest: {near.recording_id} {clock(near.span.start_s)}–{clock(near.span.end_s)}, log-odds {near.log_odds:+.2f}"
            )
    else:
        columns = ["recording", "from", "to", "log-odds", "windows", "checked"]
        if found.query.other is not None:
            columns.insert(3, f"{found.query.order} {found.query.other}")
        rows = []
        for stretch in found.stretches:
            said = {True: "from the samples", False: "the samples disagree", None: "index only"}[checked.get(stretch)]
            row = [stretch.recording_id, clock(stretch.span.start_s), clock(stretch.span.end_s)]
            if stretch.other is not None:
                row.append(f"{clock(stretch.other.start_s)}–{clock(stretch.other.end_s)}")
            rows.append([*row, f"{stretch.log_odds:+.2f}", str(stretch.windows), said])
        screen.print(table(found.query.wanted, columns, rows, numeric=["log-odds", "windows"]))
    say(f"{found.searched} windows searched; times are edges of 2.56 s windows; {revision}")
