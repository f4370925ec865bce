"""What the service writes on standard error: sentences for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_as_json = True
_quiet = False


def set_up_log(*, as_json: bool, quiet: bool) -> None:
    """Write JSON lines or sentences; when `quiet`, nothing below a warning."""
    global _as_json, _quiet
    _as_json, _quiet = as_json, quiet


def log(level: str, event: str, sentence: str | None = None, **values: Any) -> None:
    """Write one line; `values` must not hold any part of a spectrum or structure.

    People read the `sentence`, and of the rest only warnings and errors.
    """
    if level == "info" and (_quiet or (sentence is None and not _as_json)):
        return
    if _as_json:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": at, "level": level, "event": event, **values})
    else:
        line = f"km3aid: {sentence or ', '.join([event, *(f'{key}: {value}' for key, value in values.items())])}"
    print(line, file=sys.stderr, flush=True)


class LogHandler(logging.Handler):
    """Writes the logs of other packages, such as the HTTP server, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        trouble = {"traceback": logging.Formatter().formatException(record.exc_info)} if record.exc_info else {}
        log(record.levelname.lower(), record.getMessage(), logger=record.name, **trouble)
