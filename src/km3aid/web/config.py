"""How `km3aid serve` is set up, and what it allows so that no request takes the service away from the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from km3aid.errors import ConfigError


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
    job_hours: float = 24.0  # for which a finished one is kept
    queue: int = 64  # requests that wait for a worker
    seconds: float = 30.0  # from arrival to answer


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """The address under which a proxy offers the service."""

    origin: str  # such as https://lab.example
    prefix: str  # such as /nmr, or nothing

    @property
    def url(self) -> str:
        """Of the page."""
        return f"{self.origin}{self.prefix}/"

    @property
    def netloc(self) -> str:
        """Its name, and its port where one is given."""
        return urlsplit(self.origin).netloc


def public_address(url: str) -> PublicAddress:
    """The parts of an address; raises `ConfigError`.

    >>> public_address("https://lab.example/nmr/").prefix
    '/nmr'
    """
    try:
        parts = urlsplit(url)
        usual = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))  # which browsers leave out
    except ValueError as error:
        raise ConfigError(f"--public-url: {url!r} is no address ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"--public-url: {url!r}; give the address of the page, such as https://lab.example/nmr/")
    netloc = parts.netloc.lower().removesuffix(f":{parts.port}") if usual else parts.netloc.lower()
    return PublicAddress(f"{parts.scheme}://{netloc}", parts.path.rstrip("/"))


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
    public: PublicAddress | None = None  # behind a proxy
    memory_mb: int = 4000  # of each worker, beside the libraries that it maps; at half of it, it is replaced when idle
    recycle: int = 20_000  # answers after which a worker is replaced
    limits: Limits = field(default_factory=Limits)
