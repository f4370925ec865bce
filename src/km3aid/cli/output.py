"""Bring answers out: a table on the terminal, or any format of `render`, to standard output or into files."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from km3aid.cli.options import Common, Format
from km3aid.engine.results import Assignment, Hits, Prediction
from km3aid.errors import ConfigError
from km3aid.files import check_writable, write_output
from km3aid.render.export import export
from km3aid.render.registry import check_format, format_of_file
from km3aid.render.rows import answer_rows
from km3aid.requests.answers import Case
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    from km3aid.engine import Engine

Answer = TypeVar("Answer", bound=Assignment | Hits)
Files = Mapping[str, Path | None]  # format → file to write beside the answer
NO_FILES: Files = {}
_BINARY = {"png", "pdf", "parquet"}
_WARNED = 5


def check_outputs(common: Common, kind: type, files: Files = NO_FILES, answers: int = 1) -> None:
    """Refuse before the work begins what could not be written after it; `answers` of `kind` are to come."""
    wanted = wanted_format(common)
    asked = [] if wanted == Format.TABLE else [wanted]
    for format in asked + [name for name, path in files.items() if path is not None]:
        check_format(format, kind, answers)
    for path in [common.out, *files.values()]:
        if path is not None:
            check_writable(path)
    if wanted in _BINARY and common.out is None and sys.stdout.isatty():
        raise ConfigError(f"{wanted}: is not for a terminal; give --out FILE")


def wanted_format(common: Common, default: str = Format.JSON) -> str:
    """`--format`, or what the name of `--out` says, or the default (a table on a terminal)."""
    if common.format is not None:
        return common.format.value
    if common.out is not None:
        return format_of_file(common.out) or default
    return Format.TABLE if default == Format.JSON and sys.stdout.isatty() else default


def wants_page(common: Common, files: Files = NO_FILES) -> bool:
    """Whether a report is among what is to be written, so that its details are worth computing."""
    return wanted_format(common) == Format.HTML or files.get("html") is not None


def emit(cases: Sequence[Case], common: Common, files: Files = NO_FILES) -> None:
    """Bring the answers out in the wanted format, then the `files`, then say the warnings."""
    wanted = wanted_format(common)
    content = _tables(cases, common).encode() if wanted == Format.TABLE else export(cases, wanted).content
    _put(content, common)
    for format, path in files.items():
        if path is not None:
            write_output(path, export(cases, format).content)
    if not common.quiet:
        for warning in [w for case in cases for w in getattr(case.answer, "warnings", ())]:
            print(f"km3aid: warning: {warning}", file=sys.stderr)


def write_text(text: str, common: Common) -> None:
    """Write to `--out`, or to standard output."""
    _put(text.encode(), common)


def _put(content: bytes, common: Common) -> None:
    if common.out is not None:
        write_output(common.out, content)
        return
    with standard_output() as file:
        file.write(content)


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Standard output for bytes; raises `ConfigError` where it takes no more, a full disk for instance."""
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = None  # what it still holds would fail again at the end
        raise ConfigError(f"standard output: cannot be written ({error.strerror}); give --out FILE") from error


def with_left_out(answer: Answer, spectrum: Spectrum) -> Answer:
    """The answer with what the reader of its spectrum decided and left out, as warnings."""
    left_out = tuple(f"left out {item.text!r}: {item.reason}" for item in spectrum.left_out)
    more = (f"… and {len(left_out) - _WARNED} more left out",) if len(left_out) > _WARNED else ()
    return replace(answer, warnings=(*answer.warnings, *spectrum.notes, *left_out[:_WARNED], *more))


def hits_case(engine: Engine, hits: Hits, spectrum: Spectrum, page: bool) -> Case:
    """Hits with their spectrum, and for a `page` with the predicted shifts of each."""
    predictions = tuple(engine.predict(h.smiles) for h in hits.hits) if page else ()
    return Case(with_left_out(hits, spectrum), spectrum=spectrum, predictions=predictions)


def json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _tables(cases: Iterable[Case], common: Common) -> str:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    buffer = io.StringIO()
    terminal = common.out is None and sys.stdout.isatty()
    console = Console(file=buffer, force_terminal=terminal, width=None if terminal else 140)
    for case in cases:
        answer = case.answer
        table = Table(title=escape(_title(case)), title_justify="left", header_style="bold")
        rows = answer_rows(case)
        shown = [
            key
            for key in (rows[0] if rows else {})
            if not (key == "smiles" and isinstance(answer, Prediction))
            and any(row[key] not in (None, "") for row in rows)
        ]
        for key in shown:
            table.add_column(key, justify="right" if isinstance(rows[0][key], float | int) else "left")
        for row in rows:
            table.add_row(*(_cell(row[key]) for key in shown))
        console.print(table)
        if isinstance(answer, Assignment) and (answer.unassigned_peaks or answer.unobserved_atoms):
            console.print(
                f"peaks without carbon: {list(answer.unassigned_peaks)}; atoms without peak: "
                f"{list(answer.unobserved_atoms)}"
            )
    return buffer.getvalue()


def _title(case: Case) -> str:
    if isinstance(case.answer, Hits):
        return f"{case.answer.candidates:,} candidates, {case.answer.elapsed_ms:.0f} ms"
    return str(getattr(case.answer, "smiles", ""))


def _cell(value: Any) -> str:
    from rich.markup import escape

    return "" if value is None else escape(f"{value:.2f}" if isinstance(value, float) else str(value))
