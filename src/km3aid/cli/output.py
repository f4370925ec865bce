"""Bring answers out: a table on the terminal, or any format of `render`, to standard output or into files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from km3aid.cli.options import TABLE, OutputOptions
from km3aid.errors import ConfigError
from km3aid.files import check_writable, write_output
from km3aid.render.export import export
from km3aid.render.registry import check_format, format_of_file, formats
from km3aid.requests.answers import Case

Files = Mapping[str, Path | None]  # format → file to write beside the answer


def check_outputs(output: OutputOptions, kind: type, files: Files, answers: int = 1) -> None:
    """Refuse before the work begins what could not be written after it; `answers` of `kind` are to come."""
    wanted = wanted_format(output)
    asked = [] if wanted == TABLE else [wanted]
    for format in asked + [name for name, path in files.items() if path is not None]:
        check_format(format, kind, answers)
    for path in [output.out, *files.values()]:
        if path is not None:
            check_writable(path)
    if wanted != TABLE and formats()[wanted].binary and output.out is None and sys.stdout.isatty():
        raise ConfigError(f"{wanted}: cannot be shown on a terminal; give --out FILE")


def wanted_format(output: OutputOptions, default: str = "json") -> str:
    """`--format`, or what the name of `--out` says, or the default (a table on a terminal)."""
    if output.format is not None:
        return output.format
    if output.out is not None:
        return format_of_file(output.out) or default
    return TABLE if default == "json" and sys.stdout.isatty() else default


def wants_page(output: OutputOptions, files: Files) -> bool:
    """Whether a report is among what is to be written, so that its details are worth computing."""
    return wanted_format(output) == "html" or files.get("html") is not None


def emit(cases: Sequence[Case], output: OutputOptions, files: Files, quiet: bool) -> None:
    """Bring the answers out in the wanted format, then write the `files`, then print the warnings."""
    wanted = wanted_format(output)
    if wanted == TABLE:
        from km3aid.cli.tables import tables

        content = tables(cases, terminal=output.out is None and sys.stdout.isatty()).encode()
    else:
        content = export(cases, wanted).content
    _put(content, output.out)
    for format, path in files.items():
        if path is not None:
            write_output(path, export(cases, format).content)
    if not quiet:
        for warning in dict.fromkeys(w for case in cases for w in getattr(case.answer, "warnings", ())):
            warn(warning)


def warn(text: str) -> None:
    """Print a warning on standard error."""
    print(f"km3aid: warning: {text}", file=sys.stderr)


def write_text(text: str, out: Path | None = None) -> None:
    """Write to the file `out`, or to standard output."""
    _put(text.encode(), out)


def json_text(value: dict[str, Any]) -> str:
    """`value` as indented JSON with a line break at its end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _put(content: bytes, out: Path | None) -> None:
    if out is not None:
        write_output(out, content)
        return
    with standard_output() as file:
        file.write(content)


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Standard output for bytes; raises `ConfigError` where it takes no more, because a disk is full for instance."""
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = None  # what it still holds would fail again at the end
        raise ConfigError(f"standard output: cannot be written ({error.strerror}); give --out FILE") from error
