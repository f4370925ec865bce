"""What `km3aid serve` allows: limits that keep one request from taking the service away from the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one request and of the service."""

    body_bytes: int = 2_000_000
    upload_bytes: int = 50_000_000  # a batch
    unpacked_bytes: int = 20_000_000  # of a gzip file that is dropped on the page
    structure_chars: int = 200_000
    peaks: int = 1000
    atoms: int = 300  # without hydrogens
    candidates: int = 1000
    hits: int = 100
    spectra: int = 200  # in one dropped file
    batch_records: int = 20_000
    jobs: int = 20  # kept at a time, finished ones included
    queue: int = 64  # requests that wait for a worker
    seconds: float = 30.0  # from arrival to answer


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """How the service is set up; `libraries` are folders by the name under which a request asks for them."""

    model: Path | None = None
    libraries: dict[str, Path] = field(default_factory=dict)
    workers: int = 2
    threads: int = 1  # of each worker, for a search
    token: str | None = None
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")  # names under which a browser may ask
    limits: Limits = field(default_factory=Limits)
