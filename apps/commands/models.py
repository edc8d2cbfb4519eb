"""`telltale models`: what weights there are."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The models: revision, licence, size, where from.")


@app.command("list")
def listing(as_json: options.Json = False, config: options.Config = None) -> None:
    """Every checkpoint with its revision, licence, size and origin."""
    from apps.checkpoints import checkpoints
    from apps.console import results
    from apps.settings import load_settings
    from apps.tables import table

    found = checkpoints(load_settings(config).cache_dir)
    if as_json:
        rows = [
            {
                "name": c.name,
                "role": c.role,
                "revision": c.revision,
                "licence": c.licence,
                "bytes": c.bytes,
                "origin": c.origin,
                "found": c.found,
            }
            for c in found
        ]
        typer.echo(json.dumps(rows, indent=1))
        return
    lines = [
        [c.name, c.role, c.revision, c.licence, f"{c.bytes / 1e6:.1f} MB" if c.bytes else "", c.origin] for c in found
    ]
    results().print(table("", ["model", "role", "revision", "licence", "size", "where from"], lines, numeric=["size"]))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model's name, role (motion, audio) or folder.")],
    config: options.Config = None,
) -> None:
    """A model's card: data, licence, split, numbers."""
    from apps.checkpoints import named
    from apps.settings import load_settings
    from recordings import UserError

    found = named(name, load_settings(config).cache_dir)
    if found.card is None:
        raise UserError(
            name,
            expected="a model card (README.md)",
            found="none beside the weights",
            cure="see telltale models list for what is known",
        )
    typer.echo(found.card)


@app.command()
def pull(llm: options.Llm = None, config: options.Config = None, quiet: options.Quiet = False) -> None:
    """Fetch the embedded language model now, so that everything works without a network later."""
    from apps.console import progress, say
    from apps.settings import load_settings
    from apps.workbench import Workbench

    with progress(quiet) as report:
        model = Workbench(load_settings(config, llm=llm), report).open_llm()
    say(f"{model.name} {model.revision} is here")
