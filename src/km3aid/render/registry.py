"""The table of output formats: a new one needs its writer and a row here. Other packages bring rows of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from km3aid.engine.results import Assignment, Elucidation, Hits, Prediction, Verification
from km3aid.errors import ConfigError
from km3aid.plugins import EXPORTERS, plugged
from km3aid.requests.answers import Reading


class Streaming(Enum):
    """How the answers of a batch are written; the value is how many are held until then."""

    AS_THEY_COME = 1
    IN_GROUPS = 1000
    AT_THE_END = math.inf


class Failed(Enum):
    """What a format does with a record of a batch that got no answer."""

    HAS_ERROR = "error"  # in its place, with the reason
    IS_SKIPPED = "skipped"


_COMPUTED = (Assignment, Verification, Hits, Elucidation, Prediction)
_ANY = (*_COMPUTED, Reading)
_DRAWN = (Assignment, Prediction, Reading)


@dataclass(frozen=True, slots=True)
class Format:
    """An output format.

    `writer` turns cases of one kind into bytes: a function, or the `module:function` within `km3aid.render`. `answers`
    are the kinds that it can show, `several` whether more than one fits into a file, `needs_input` whether an
    assignment must come with its structure and spectrum. `stream` opens a batch where the bytes of its parts, one after
    another, would not be a whole file (see `stream.Opener`).
    """

    name: str
    description: str
    media_type: str
    suffixes: tuple[str, ...]  # the first is that of new files
    writer: str | Callable[..., Any]
    answers: tuple[type, ...] = _ANY
    several: bool = True
    needs_input: bool = False
    binary: bool = False
    streaming: Streaming = Streaming.AT_THE_END
    failed: Failed = Failed.IS_SKIPPED
    stream: str | Callable[..., Any] | None = None


# fmt: off
_ROWS = (
    Format("json", "JSON", "application/json", (".json",), "formats.json_text:write_json", failed=Failed.HAS_ERROR),
    Format("jsonl", "JSON lines", "application/x-ndjson", (".jsonl", ".ndjson"), "formats.json_text:write_jsonl",
           streaming=Streaming.AS_THEY_COME, failed=Failed.HAS_ERROR),
    Format("csv", "CSV", "text/csv; charset=utf-8", (".csv",), "formats.csv_table:write_csv",
           streaming=Streaming.AS_THEY_COME, failed=Failed.HAS_ERROR, stream="formats.csv_table:open_csv"),
    Format("parquet", "Parquet", "application/vnd.apache.parquet", (".parquet",), "formats.parquet:write_parquet",
           answers=_COMPUTED, binary=True, streaming=Streaming.IN_GROUPS, failed=Failed.HAS_ERROR,
           stream="formats.parquet:open_parquet"),
    Format("html", "self-contained page", "text/html; charset=utf-8", (".html", ".htm"), "html.page:write_html",
           failed=Failed.HAS_ERROR),
    Format("journal", "line of a publication", "text/plain; charset=utf-8", (".journal.txt",),
           "formats.journal:write_journal", answers=_DRAWN, needs_input=True, streaming=Streaming.AS_THEY_COME),
    Format("nmredata", "NMReDATA 1.1", "chemical/x-mdl-sdfile", (".nmredata.sdf", ".sdf", ".sd", ".nmredata"),
           "formats.nmredata:write_nmredata", answers=(Assignment,), needs_input=True,
           streaming=Streaming.AS_THEY_COME),
    Format("nmrium", "NMRium", "application/json", (".nmrium",), "formats.nmrium:write_nmrium",
           answers=(Assignment,), needs_input=True),
    Format("svg", "picture", "image/svg+xml", (".svg",), "drawing.svg:write_svg",
           answers=_DRAWN, several=False, needs_input=True),
    Format("png", "picture", "image/png", (".png",), "drawing.png:write_png",
           answers=_DRAWN, several=False, needs_input=True, binary=True),
    Format("pdf", "picture, a page for each answer", "application/pdf", (".pdf",), "drawing.pdf:write_pdf",
           answers=_DRAWN, needs_input=True, binary=True),
)
# fmt: on
FORMATS: dict[str, Format] = {row.name: row for row in _ROWS}


@cache
def formats() -> dict[str, Format]:
    """`FORMATS`, and those of other packages (`km3aid.plugins`)."""
    others = plugged(EXPORTERS, Format)
    return FORMATS | {name: row for name, row in others.items() if name not in FORMATS}


def check_format(format: str, kind: type, answers: int = 1) -> Format:
    """The row of a format; raises `ConfigError` where it is unknown or cannot show so many answers of that kind."""
    if format not in formats():
        raise ConfigError(f"unknown format {format!r}; known: {', '.join(formats())}")
    row = formats()[format]
    if kind not in row.answers:
        others = ", ".join(name for name, other in formats().items() if kind in other.answers)
        raise ConfigError(f"{format}: is for {_plural(row.answers)}, not for {_plural([kind])}; take one of {others}")
    if answers > 1 and not row.several:
        raise ConfigError(f"{format}: shows one answer, not {answers}; take html, or one spectrum at a time")
    return row


def _plural(kinds: Sequence[type]) -> str:
    return " and ".join(
        "hits" if kind is Hits else "proposals" if kind is Elucidation else f"{kind.__name__.lower()}s"
        for kind in kinds
    )


def format_of_file(path: Path) -> str | None:
    """The format that the name of a file stands for, or None.

    >>> format_of_file(Path("aspirin.nmredata.sdf"))
    'nmredata'
    """
    name = path.name.lower()
    return next((format for format, row in formats().items() if name.endswith(row.suffixes)), None)


def load(function: str | Callable[..., Any]) -> Any:
    """The function of a row; the module of one that is named as `module:function` is imported now."""
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    return getattr(import_module(f"km3aid.render.{module}"), name)
