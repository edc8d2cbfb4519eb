"""`telltale exemplars`: the store of labelled examples, and that of labelled sounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Build, extend and search the store of labelled examples; keep labelled sounds.",
)

Store = Annotated[
    Path | None,
    typer.Option("--store", metavar="DIR", help="A store of your own; the shipped one where none is named."),
]
Start = Annotated[
    str | None, typer.Option("--start", metavar="TIME", help="Seconds, or 1:05, from the recording's start.")
]
End = Annotated[str | None, typer.Option("--end", metavar="TIME", help="Seconds, or 1:05.")]


@app.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the new store.")],
    data: options.Data = None,
    datasets: Annotated[
        list[str] | None, typer.Option("--dataset", metavar="NAME", help="Only this set (may be repeated).")
    ] = None,
    per_class: Annotated[int, typer.Option(min=1, help="Windows of each activity, position and set.")] = 32,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a store that is there.")] = False,
    motion_model: options.MotionModel = None,
    config: options.Config = None,
    quiet: options.Quiet = False,
) -> None:
    """Make a store from the public sets; held-out subjects are never read."""
    from apps.console import progress
    from apps.settings import load_settings
    from apps.workbench import Workbench
    from recordings import UserError
    from recordings.datasets import dataset
    from tools.exemplars import ExemplarStore, build_exemplars
    from tools.exemplars.building import MOTION_SETS

    settings = load_settings(config, data=data, motion_model=motion_model)
    if settings.data is None:
        raise UserError(
            "exemplars build",
            expected="a folder with the public data sets",
            found="none",
            cure="add --data DIR (or TELLTALE_DATA)",
        )
    names = tuple(datasets or MOTION_SETS)
    for name in names:
        dataset(name)  # a misspelt one fails before the work begins
    with progress(quiet) as report:
        made = build_exemplars(
            settings.data, Workbench(settings).motion, datasets=names, per_class=per_class, progress=report
        )
        store = ExemplarStore.create(output, made, overwrite=overwrite)
    typer.echo(f"{len(store)} examples of {len(store.labels())} activities in {output}")


@app.command()
def add(
    recording: options.RecordingArgument,
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="The store to add to (make one with build).")],
    label: Annotated[
        str | None,
        typer.Option("--label", help="What the person was doing; the recording's own labels where none is given."),
    ] = None,
    start: Start = None,
    end: End = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="ID", help="Who it was, so that they can be excluded.")
    ] = None,
    data: options.Data = None,
    motion_model: options.MotionModel = None,
    config: options.Config = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """Add labelled stretches of a recording."""
    from apps.settings import load_settings
    from apps.times import span_of
    from apps.workbench import Workbench
    from recordings import Span, UserError
    from tools.exemplars import add_labelled_spans

    settings = load_settings(
        config, data=data, motion_model=motion_model, exemplars=str(store), units=units, rate=rate, position=position
    )
    bench = Workbench(settings)
    opened = bench.read(recording)
    if label is not None:
        labelled = [(span_of(start, end, opened), label)]
    else:
        labelled = [(Span(mark.start_s, mark.end_s), mark.label) for mark in opened.annotations]
    if not labelled:
        raise UserError(recording, expected="labels in the file", found="none", cure="say --label (and --start, --end)")
    kept = bench.store(bench.motion.revision)
    if kept is None:
        raise UserError(store, expected="a store", found="none", cure="make one with telltale exemplars build -o DIR")
    new = add_labelled_spans(kept, bench.motion, opened, labelled, subject=subject)
    typer.echo(f"{new} examples added; {len(kept)} in {store}")


@app.command()
def search(
    recording: options.RecordingArgument,
    start: Start = None,
    end: End = None,
    neighbours: Annotated[int, typer.Option("-k", min=1, max=100, help="How many.")] = 5,
    store: Store = None,
    exclude_subject: options.ExcludeSubject = None,
    as_json: options.Json = False,
    data: options.Data = None,
    motion_model: options.MotionModel = None,
    config: options.Config = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """The labelled examples most like a stretch of a recording. Its own examples are left out."""
    from dataclasses import asdict

    from apps.console import results
    from apps.settings import load_settings
    from apps.tables import table
    from apps.times import span_of
    from apps.workbench import Workbench
    from recordings import UserError
    from tools import Bench
    from tools.search import nearest_exemplars

    settings = load_settings(
        config, data=data, motion_model=motion_model, exemplars=str(store) if store else None, exclude_subject=exclude_subject,
        units=units, rate=rate, position=position,
    )  # fmt: skip
    bench = Workbench(settings)
    opened = bench.read(recording)
    kept = bench.store(bench.motion.revision)
    if kept is None:
        raise UserError(
            "exemplars", expected="a store for this motion model", found="none", cure="name one with --store"
        )
    small = Bench(motion=bench.motion, exemplars=kept)
    small.add(opened)
    found = nearest_exemplars(
        small,
        opened.id,
        [span_of(start, end, opened)],
        neighbours,
        settings.exclude_subject or opened.subject,
        opened.id,
    )
    if not found:
        raise UserError(
            recording, expected="motion samples in that stretch", found="none", cure="name another stretch or recording"
        )
    for one in found:
        if as_json:
            typer.echo(json.dumps([asdict(near) for near in one.neighbours], indent=1, ensure_ascii=False))
            continue
        rows = [
            [n.label, f"{n.distance:.3f}", n.subject, n.dataset, n.position or "", n.recording_id, n.id]
            for n in one.neighbours
        ]
        columns = ["label", "distance", "subject", "set", "position", "recording", "id"]
        results().print(table(one.stream, columns, rows, numeric=["distance"]))


@app.command()
def sounds(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|RECORDING",
            help="A folder with one folder an activity, sound clips in each; with --label one recording.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="Folder of the store; what is there already stays in it."),
    ],
    label: Annotated[
        str | None, typer.Option("--label", help="What the person was doing in RECORDING, or in the stretch of it.")
    ] = None,
    start: Start = None,
    end: End = None,
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="ID", help="Whose sounds these are, so that they can be excluded."),
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", help="Of the clips; stands in every timeline made with them.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin the store anew.")] = False,
    data: options.Data = None,
    audio_model: options.AudioModel = None,
    config: options.Config = None,
    quiet: options.Quiet = False,
) -> None:
    """Keep labelled sounds, for annotate --labelled-sounds to compare a recording's sound with."""
    from apps.console import progress, warn, warn_of
    from apps.labelled_clips import activity_named, clips_in
    from apps.settings import load_settings
    from apps.times import span_of
    from apps.workbench import Workbench
    from recordings import Span, UserError
    from tools.labelled_sounds import HeardSounds, SoundStore, hear
    from tools.labelled_sounds.store import FEWEST_ACTIVITIES

    if label is None and (start is not None or end is not None):
        raise UserError("--start, --end", expected="--label with them", found="none", cure="say what was done there")
    settings = load_settings(config, data=data, audio_model=audio_model)
    bench = Workbench(settings)
    # What is wrong with a name is said before any model is opened.
    wanted = [(c.activity, str(c.path), c.name) for c in clips_in(Path(source).expanduser())] if label is None else []
    named = [(activity_named(label, "--label"), source, Path(source).name)] if label is not None else wanted
    heard: list[HeardSounds] = []
    with progress(quiet) as report:
        if SoundStore.there(output) and not overwrite:
            SoundStore.open(output, tagger=bench.sound.revision)
        for number, (activity, path, name) in enumerate(named):
            report(f"hearing {name}", number / len(named))
            opened = bench.read(path)
            warn_of(opened)
            stretch = Span(opened.span.start_s, opened.span.end_s) if label is None else span_of(start, end, opened)
            heard.append(
                hear(bench.sound, opened, [(stretch, activity)], subject=subject, source=name, licence=licence)
            )
        store, new = SoundStore.keep(output, HeardSounds.joined(heard), overwrite=overwrite)
    counts = ", ".join(f"{activity} {n}" for activity, n in store.activities().items())
    typer.echo(f"{new} new; {store.name} in {output}: {counts}")
    if len(store.activities()) < FEWEST_ACTIVITIES:
        warn("sounds of one activity are like nothing more than like anything else: add those of another before use")
