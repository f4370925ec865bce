"""The one place that knows every output format: an answer in, bytes and their media type out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from km3aid.engine.results import Assignment, Hits, Prediction
from km3aid.errors import ConfigError
from km3aid.requests.answers import Case

Writer = Callable[[Sequence[Case]], bytes]


class Format(NamedTuple):
    """An output format: what it is, its media type and file name's endings, and what it can say.

    `writer` is module and function within `km3aid.render`, imported when it is used. `answers` are the kinds of answer
    that it takes and `several` whether more than one.
    """

    description: str
    media_type: str
    suffixes: tuple[str, ...]
    writer: tuple[str, str]
    answers: tuple[type, ...] = (Assignment, Hits, Prediction)
    several: bool = True


class Document(NamedTuple):
    """A written answer."""

    content: bytes
    media_type: str
    suffix: str


_DRAWN = (Assignment, Prediction)
FORMATS: dict[str, Format] = {
    "json": Format("JSON", "application/json", (".json",), ("formats.json_text", "write_json")),
    "jsonl": Format(
        "JSON lines", "application/x-ndjson", (".jsonl", ".ndjson"), ("formats.json_text", "write_jsonl")
    ),
    "csv": Format("CSV", "text/csv; charset=utf-8", (".csv",), ("formats.csv_table", "write_csv")),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", (".parquet",), ("formats.parquet", "write_parquet")),
    "html": Format("self-contained page", "text/html; charset=utf-8", (".html", ".htm"), ("html.page", "write_html")),
    "journal": Format(
        "line of a publication",
        "text/plain; charset=utf-8",
        (".journal.txt",),
        ("formats.journal", "write_journal"),
        _DRAWN,
    ),
    "nmredata": Format(
        "NMReDATA 1.1",
        "chemical/x-mdl-sdfile",
        (".nmredata.sdf", ".sdf", ".sd", ".nmredata"),
        ("formats.nmredata", "write_nmredata"),
        (Assignment,),
    ),
    "nmrium": Format("NMRium", "application/json", (".nmrium",), ("formats.nmrium", "write_nmrium"), (Assignment,)),
    "svg": Format("picture", "image/svg+xml", (".svg",), ("drawing.svg", "write_svg"), _DRAWN, several=False),
    "png": Format("picture", "image/png", (".png",), ("drawing.png", "write_png"), _DRAWN, several=False),
    "pdf": Format("picture, a page each", "application/pdf", (".pdf",), ("drawing.pdf", "write_pdf"), _DRAWN),
}  # fmt: skip


def export(cases: Case | Sequence[Case], format: str) -> Document:
    """An answer, or several of one kind, in one of `FORMATS`.

    Formats that show the structure or the spectrum need them in the `Case`. Raises `ConfigError` where the format is
    unknown or cannot say such an answer.

    >>> from km3aid.engine.results import PredictedCarbon, Prediction
    >>> ethanol = Prediction("CCO", (PredictedCarbon((1,), 57.9, 1.0, "T"), PredictedCarbon((0,), 18.3, 1.0, "Q")))
    >>> export(Case(ethanol, "CCO"), "journal").content.decode()
    '13C NMR (predicted) δ 57.9 (C-2), 18.3 (C-1).\\n'
    """
    given = [cases] if isinstance(cases, Case) else list(cases)
    if not given:
        raise ConfigError("there is no answer to write")
    kind = type(given[0].answer)
    check_format(format, kind, len(given))
    form = FORMATS[format]
    if any(type(case.answer) is not kind for case in given):
        raise ConfigError("answers of several kinds do not go into one file; write one file for each kind")
    if kind is Assignment and form.answers != FORMATS["json"].answers:
        for case in given:
            if case.spectrum is None or case.structure is None:
                raise ConfigError(f"{format}: needs the structure and the spectrum beside the assignment")
    return Document(writer_of(format)(given), form.media_type, form.suffixes[0])


def check_format(format: str, kind: type, answers: int = 1) -> None:
    """Raise `ConfigError` where the format is unknown or has no form for so many answers of that kind."""
    if format not in FORMATS:
        raise ConfigError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    if kind not in FORMATS[format].answers:
        takes = " and ".join(k.__name__.lower() + "s" for k in FORMATS[format].answers)
        others = ", ".join(name for name, form in FORMATS.items() if kind in form.answers)
        raise ConfigError(f"{format}: is for {takes}, not for {_PLURAL[kind]}; take one of {others}")
    if answers > 1 and not FORMATS[format].several:
        raise ConfigError(f"{format}: shows one answer, not {answers}; take html, or one spectrum at a time")


_PLURAL: dict[type, str] = {Assignment: "assignments", Hits: "hits", Prediction: "predictions"}


def format_of_file(path: Path) -> str | None:
    """The format that a file's name tells, or None.

    >>> format_of_file(Path("aspirin.nmredata.sdf"))
    'nmredata'
    """
    name = path.name.lower()
    return next((key for key, form in FORMATS.items() if name.endswith(form.suffixes)), None)


def writer_of(format: str) -> Writer:
    """The function that writes answers in that format."""
    module, function = FORMATS[format].writer
    writer: Writer = getattr(import_module(f"km3aid.render.{module}"), function)
    return writer
