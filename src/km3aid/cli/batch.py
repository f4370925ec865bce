"""`--batch`: JSON lines in, answers out as they come, in order; a bad record becomes an `error` and work goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import typer

from km3aid.cli.options import Common, Extras, Format
from km3aid.cli.output import NO_FILES, Files, check_outputs, standard_output, wanted_format
from km3aid.errors import ConfigError, Km3aidError
from km3aid.files import open_output
from km3aid.render.stream import Stream, open_stream
from km3aid.requests.answers import Case, Failure
from km3aid.spectra import Spectrum, spectrum_from_dict

_TOGETHER = 32
Request = TypeVar("Request")
Ask = Callable[[dict[str, Any], Spectrum], Case]


def check_batch(common: Common, kind: type, files: Files = NO_FILES) -> None:
    """Refuse before the work begins what a batch cannot write."""
    format = wanted_format(common, Format.JSONL)
    if format == Format.TABLE:
        raise ConfigError("table: a batch has no table; take jsonl, csv, parquet or html")
    if any(path is not None for path in files.values()):
        raise ConfigError("--batch writes its answers to --out; for a report of all give --out FILE.html")
    check_outputs(replace(common, format=Format(format)), kind, answers=2)


def run_batch(path: Path, common: Common, ask: Ask, kind: type, extras: Extras) -> None:
    """Answer every line of `path`; exits with 1 where some failed, and stops at the first with `--strict`."""
    failed = total = 0
    with _output(common, kind) as out:
        for number, line in _lines(path):
            case = _answer(line, f"{path}, line {number}", ask, extras, common.strict)
            out.write([case])
            total += 1
            failed += isinstance(case.answer, Failure)
    _close(total, failed, common)


def run_batch_together(
    path: Path,
    common: Common,
    prepare: Callable[[dict[str, Any], Spectrum], Request],
    answer: Callable[[list[Request]], Iterable[Case]],
    kind: type,
    extras: Extras,
) -> None:
    """`run_batch` for work that many records share: each is prepared by itself, then a group is answered at once."""
    lines = _lines(path)
    failed = total = 0
    with _output(common, kind) as out:
        while group := list(islice(lines, _TOGETHER)):
            failures: list[Failure | None] = []
            requests: list[Request] = []
            for number, line in group:
                record: Any = None
                try:
                    record = _object(line, f"{path}, line {number}")
                    read = extras.apply(spectrum_from_dict(record, f"{path}, line {number}"))
                    requests.append(prepare(record, read))
                    failures.append(None)
                except Km3aidError as error:
                    if common.strict:
                        raise
                    failures.append(_failure(record, error))
            answers = iter(answer(requests)) if requests else iter(())
            out.write([next(answers) if failure is None else Case(failure) for failure in failures])
            failed += sum(failure is not None for failure in failures)
            total += len(group)
    _close(total, failed, common)


def _failure(record: Any, error: Km3aidError) -> Failure:
    name = record.get("id") if isinstance(record, dict) else None
    return Failure(name if name is None else str(name), str(error))


def _close(total: int, failed: int, common: Common) -> None:
    if not common.quiet:
        print(f"km3aid: {total - failed} of {total} records answered, {failed} failed", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _answer(line: str, where: str, ask: Ask, extras: Extras, strict: bool) -> Case:
    record: Any = None
    try:
        record = _object(line, where)
        return ask(record, extras.apply(spectrum_from_dict(record, where)))
    except Km3aidError as error:
        if strict:
            raise
        return Case(_failure(record, error))


def field(record: dict[str, Any], name: str, kind: type) -> Any:
    """A required field of a batch object; raises `ConfigError` where it is absent or of another kind."""
    value = record.get(name)
    if not isinstance(value, kind) or not value:
        raise ConfigError(f"record {record.get('id')}: {name!r} is missing or not a {kind.__name__}")
    return value


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: not valid JSON ({error}); the line may be cut off") from error
    if not isinstance(record, dict):
        raise ConfigError(f'{where}: expected a JSON object such as {{"id": …, "peaks": […]}}')
    return record


@contextmanager
def _output(common: Common, kind: type) -> Iterator[Stream]:
    """Where the answers go, as they come. What was answered before a batch stopped stays in `FILE.part`."""
    format = wanted_format(common, Format.JSONL)
    if common.out is None:
        with standard_output() as file, open_stream(format, kind, file) as stream:
            yield stream
        return
    try:
        with open_output(common.out, keep_part=True) as file, open_stream(format, kind, file) as stream:
            yield stream
    except Km3aidError as error:
        raise type(error)(f"{error}; the answers before it are in {common.out}.part") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with sys.stdin if str(path) == "-" else open(path, encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ConfigError(f"{path}: cannot be opened ({error.strerror}); give a file of JSON lines") from error
