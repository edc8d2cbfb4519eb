"""`telltale doctor`: what works here, and why what does not does not."""

from __future__ import annotations

import json

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    as_json: options.Json = False, data: options.Data = None, llm: options.Llm = None, config: options.Config = None
) -> None:
    """Device, models, language model, formats, extras, folders: each with its reason. Exit code 1 when something is broken."""
    from apps.checkup import checkup
    from apps.console import results
    from apps.failures import MISTAKE
    from apps.settings import load_settings
    from apps.tables import table

    findings = checkup(load_settings(config, data=data, llm=llm))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=1, ensure_ascii=False))
    else:
        drawn = table("", ["", "state", "found", "reason"], [[f.topic, f.state, f.found, f.reason] for f in findings])
        results().print(drawn)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(MISTAKE)
