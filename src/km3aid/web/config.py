"""How `km3aid serve` is set up, and what it allows so that no request takes the service away from the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of the service; those on the content of one request are `web.tasks.REQUEST_LIMITS`."""

    body_bytes: int = 2_000_000
    file_bytes: int = 30_000_000  # a file or packed folder that is dropped on the page, in base 64
    upload_bytes: int = 50_000_000  # a batch
    unpacked_bytes: int = 20_000_000  # of a gzip file that is dropped on the page
    spectra: int = 200  # in one dropped file
    batch_records: int = 20_000
    jobs: int = 20  # kept at a time, finished ones included
    queue: int = 64  # requests that wait for a worker
    seconds: float = 30.0  # from arrival to answer


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """The setup of the service.

    `libraries` are folders by the name under which a request asks for them; without any, the starter library is served.
    """

    model: Path | None = None
    libraries: dict[str, Path] = field(default_factory=dict)
    workers: int = 2
    threads: int = 1  # of each worker, for a search
    token: str | None = None
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")  # names under which a browser may ask
    limits: Limits = field(default_factory=Limits)
