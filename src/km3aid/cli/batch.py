"""`--batch`: JSON lines in, one answer per line out, in order; a bad record becomes an `error` and work goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeVar

import typer

from km3aid.cli.options import Common, Extras
from km3aid.cli.output import with_left_out
from km3aid.engine.results import Assignment, Hits
from km3aid.errors import ConfigError, Km3aidError
from km3aid.spectra import Spectrum, spectrum_from_dict

_TOGETHER = 32
Request = TypeVar("Request")
Ask = Callable[[dict[str, Any], Spectrum], Assignment | Hits]


def run_batch(path: Path, common: Common, ask: Ask, extras: Extras) -> None:
    """Answer every line of `path`; exits with 1 where some failed, and stops at the first with `--strict`."""
    failed = total = 0
    with _output(common.out) as out:
        for number, line in _lines(path):
            answer = _answer(line, f"{path}, line {number}", ask, extras, common.strict)
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            total += 1
            failed += "error" in answer
    _close(total, failed, common)


def run_batch_together(
    path: Path,
    common: Common,
    prepare: Callable[[dict[str, Any], Spectrum], Request],
    answer: Callable[[list[Request]], Iterable[Hits]],
    extras: Extras,
) -> None:
    """`run_batch` for work that many records share: each is prepared by itself, then a group is answered at once."""
    lines = _lines(path)
    failed = total = 0
    with _output(common.out) as out:
        while group := list(islice(lines, _TOGETHER)):
            results: list[dict[str, Any] | Spectrum] = []
            requests: list[Request] = []
            for number, line in group:
                record: Any = None
                try:
                    record = _object(line, f"{path}, line {number}")
                    spectrum = extras.apply(spectrum_from_dict(record, f"{path}, line {number}"))
                    requests.append(prepare(record, spectrum))
                    results.append(spectrum)
                except Km3aidError as error:
                    if common.strict:
                        raise
                    results.append(_failure(record, error))
            answers = iter(answer(requests)) if requests else iter(())
            for result in results:
                if isinstance(result, Spectrum):
                    result = with_left_out(next(answers), result).to_dict()
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                failed += "error" in result
            total += len(group)
    _close(total, failed, common)


def _failure(record: Any, error: Km3aidError) -> dict[str, Any]:
    return {"id": record.get("id") if isinstance(record, dict) else None, "error": str(error)}


def _close(total: int, failed: int, common: Common) -> None:
    if not common.quiet:
        print(f"km3aid: {total - failed} of {total} records answered, {failed} failed", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _answer(line: str, where: str, ask: Ask, extras: Extras, strict: bool) -> dict[str, Any]:
    record: Any = None
    try:
        record = _object(line, where)
        spectrum = extras.apply(spectrum_from_dict(record, where))
        return with_left_out(ask(record, spectrum), spectrum).to_dict()
    except Km3aidError as error:
        if strict:
            raise
        return _failure(record, error)


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
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        with open(path, "w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with sys.stdin if str(path) == "-" else open(path, encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ConfigError(f"{path}: cannot be opened ({error.strerror}); give a file of JSON lines") from error
