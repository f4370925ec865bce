"""`--batch`: JSON lines in, answers out as they come, in order; a bad record gets an `error` and work goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from km3aid.cli.options import TABLE, OutputOptions, RunOptions
from km3aid.cli.output import Files, check_outputs, standard_output, wanted_format
from km3aid.engine.results import Assignment, Elucidation, Hits, Verification
from km3aid.errors import ConfigError, Km3aidError
from km3aid.files import open_output
from km3aid.render.stream import Stream, open_stream
from km3aid.requests.answers import Failure
from km3aid.requests.records import Task, read_record
from km3aid.requests.tasks import Session, answer_lines

_KINDS: dict[Task, type] = {
    "assign": Assignment,
    "verify": Verification,
    "rank": Hits,
    "search": Hits,
    "elucidate": Elucidation,
}


def check_batch(task: Task, output: OutputOptions, files: Files) -> None:
    """Refuse before the work begins what a batch cannot write."""
    format = wanted_format(output, "jsonl")
    if format == TABLE:
        raise ConfigError("table: a batch has no table; take jsonl, csv, parquet or html")
    if any(path is not None for path in files.values()):
        raise ConfigError("--batch writes its answers to --out; for a report of all give --out FILE.html")
    check_outputs(replace(output, format=format), _KINDS[task], files, answers=2)


def run_batch(
    task: Task, path: Path, session: Session, defaults: Mapping[str, Any], output: OutputOptions, run: RunOptions
) -> None:
    """Answer every record of `path`; `defaults` hold for what a record does not say itself.

    Exits with 1 where some records failed; with `--strict` raises the first failure.
    """
    where = "standard input" if str(path) == "-" else str(path)
    lines = (read_record(task, line, f"{where}, line {number}", defaults) for number, line in _lines(path))
    total = failed = 0
    with _stream(task, output) as out:
        for case in answer_lines(session, lines, run.strict):
            out.write([case])
            total += 1
            failed += isinstance(case.answer, Failure)
    if not run.quiet:
        print(f"km3aid: {total - failed} of {total} records answered, {failed} failed", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


@contextmanager
def _stream(task: Task, output: OutputOptions) -> Iterator[Stream]:
    """Where the answers go, as they come. What was answered before a batch stopped stays in `FILE.part`."""
    format = wanted_format(output, "jsonl")
    if output.out is None:
        with standard_output() as file, open_stream(format, _KINDS[task], file) as stream:
            yield stream
        return
    try:
        with open_output(output.out, keep_part=True) as file, open_stream(format, _KINDS[task], file) as stream:
            yield stream
    except Km3aidError as error:
        raise type(error)(f"{error}; the answers before it are in {output.out}.part") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        with sys.stdin if str(path) == "-" else open(path, encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ConfigError(f"{path}: cannot be opened ({error.strerror}); give a file of JSON lines") from error
