"""The application and its commands. Heavy imports wait until a command runs, so that `--help` is quick."""

from __future__ import annotations

from typing import Annotated

import typer

from km3aid import __version__
from km3aid.cli import (
    assign,
    data,
    demo,
    elucidate,
    evaluate,
    library,
    predict,
    rank,
    read,
    reproduce,
    search,
    serve,
    train,
    verify,
)

app = typer.Typer(
    name="km3aid",
    help="Tell from a 13C NMR spectrum which molecule it is and which peak belongs to which carbon.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(value: bool) -> None:
    if value:
        print(f"km3aid {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command("read")(read.read)
app.command("assign")(assign.assign)
app.command("verify")(verify.verify)
app.command("rank")(rank.rank)
app.command("search")(search.search)
app.command("elucidate")(elucidate.elucidate)
app.command("predict")(predict.predict)
app.add_typer(library.app, name="library")
app.add_typer(data.app, name="data")
app.command("train")(train.train)
app.add_typer(evaluate.app, name="evaluate")
app.command("reproduce")(reproduce.reproduce)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
