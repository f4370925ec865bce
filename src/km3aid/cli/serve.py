"""`km3aid serve`: the page in the browser and the service behind it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.options import ModelOption, QuietOption
from km3aid.errors import ConfigError


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8013,
    library: Annotated[
        list[Path] | None, typer.Option("--library", help="Folder written by `library build`; may be repeated.")
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", envvar="KM3AID_TOKEN", help="Who asks must send it; needed off loopback.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default one per core.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time limit of a request.")] = 30.0,
    queue: Annotated[int, typer.Option("--queue", min=0, help="Requests that may wait for a worker.")] = 64,
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Serve the page and the JSON service on this machine; no internet access is needed."""
    try:
        from km3aid.web.config import Limits, ServeConfig
        from km3aid.web.log import be_quiet
        from km3aid.web.server import LOOPBACK, run
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error.name} is not installed; install the page with: pip install 'km3aid[web]'") from error
    if host not in LOOPBACK and not token:
        raise ConfigError(f"--host {host} lets other machines ask; give --token (or KM3AID_TOKEN) as well")
    if token is not None and (not token.isascii() or any(c.isspace() for c in token)):
        raise ConfigError("--token: only ASCII characters without blanks can be sent in a header")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    be_quiet(quiet)
    count = workers or min(cores, 8)
    config = ServeConfig(
        model=model,
        libraries=_named(library or []),
        workers=count,
        threads=max(1, cores // count),
        token=token,
        limits=Limits(seconds=seconds, queue=queue),
    )
    run(config, host, port)


def _named(folders: list[Path]) -> dict[str, Path]:
    """The folders by their names; the same name twice is an error."""
    named: dict[str, Path] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in named:
            raise ConfigError(f"two libraries are called {name!r}: {named[name]} and {folder}; rename one folder")
        named[name] = folder.resolve()
    return named
