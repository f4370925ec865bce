"""Structured log: one JSON object a line on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_quiet = False


def be_quiet(quiet: bool) -> None:
    """Log nothing below a warning."""
    global _quiet
    _quiet = quiet


def log(level: str, event: str, **values: Any) -> None:
    """Write one line; `values` must not hold any part of a spectrum or structure."""
    if _quiet and level == "info":
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"time": at, "level": level, "event": event, **values}), file=sys.stderr, flush=True)


class LogHandler(logging.Handler):
    """Writes the logs of other packages, such as the HTTP server, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        trouble = {"traceback": logging.Formatter().formatException(record.exc_info)} if record.exc_info else {}
        log(record.levelname.lower(), record.getMessage(), logger=record.name, **trouble)
