"""`km3aid serve`: the page in the browser and the service behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import ModelOption, QuietOption
from km3aid.errors import ConfigError


@dataclass(frozen=True)
class LoadOptions:
    """How much is done at once, for how long, and how long answers are kept."""

    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default one per core.")] = None
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time limit of a request.")] = 30.0
    queue: Annotated[int, typer.Option("--queue", min=0, help="Requests that may wait for a worker.")] = 64
    memory: Annotated[int, typer.Option("--memory", min=500, help="MB that a worker may take.")] = 4000
    keep: Annotated[float, typer.Option("--keep", min=0.001, help="Hours for which finished batches are kept.")] = 24.0


class LogForm(StrEnum):
    """How the log is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class ShowOptions:
    """What is shown where the service was started."""

    open: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False
    log: Annotated[LogForm, typer.Option("--log", help="json: every request and event, one object per line.")] = (
        LogForm.TEXT
    )


@dataclass(frozen=True)
class AccessOptions:
    """Who may ask, and under which address."""

    token: Annotated[
        str | None,
        typer.Option(
            "--token", envvar="KM3AID_TOKEN", help="Secret that every request must carry; needed off loopback."
        ),
    ] = None
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", help="Address of the page behind a proxy, such as https://lab.example/nmr/."),
    ] = None


@grouped
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8013,
    library: Annotated[
        list[Path] | None,
        typer.Option(
            "--library", help="Folder written by `library build`; may be repeated; default: the starter library."
        ),
    ] = None,
    *,
    access: AccessOptions,
    load: LoadOptions,
    show: ShowOptions,
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Serve the page and the JSON service on this machine; no internet access is needed."""
    from km3aid.threads import available_cores
    from km3aid.web.config import Limits, ServeConfig, public_address
    from km3aid.web.log import set_up_log
    from km3aid.web.server import LOOPBACK, run

    token = access.token
    if host not in LOOPBACK and not token:
        raise ConfigError(f"--host {host} is open to other machines; give --token (or KM3AID_TOKEN) as well")
    if token is not None and (not token.isascii() or any(c.isspace() for c in token)):
        raise ConfigError("--token: a header can carry only ASCII characters without spaces")
    cores = available_cores()
    set_up_log(as_json=show.log is LogForm.JSON, quiet=quiet)
    workers = load.workers or min(cores, 8)
    config = ServeConfig(
        model=model,
        libraries=_named(library or []),
        workers=workers,
        threads=max(1, cores // workers),
        token=token,
        public=public_address(access.public_url) if access.public_url else None,
        memory_mb=load.memory,
        limits=Limits(seconds=load.seconds, queue=load.queue, job_hours=load.keep),
    )
    run(config, host, port, browse=show.open)


def _named(folders: list[Path]) -> dict[str, Path]:
    """The folders by their names; the same name twice is an error."""
    named: dict[str, Path] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in named:
            raise ConfigError(f"two libraries are called {name!r}: {named[name]} and {folder}; rename one folder")
        named[name] = folder.resolve()
    return named
