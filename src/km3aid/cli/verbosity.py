"""`-v` and `-vv`: what km3aid logs, on standard error."""

from __future__ import annotations

import logging

_FORM = "km3aid: %(relativeCreated)d ms, %(name)s: %(message)s"


def set_verbosity(times: int) -> None:
    """Show what `km3aid` logs: warnings, with one `-v` what is done, with two the details."""
    if not times:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORM))
    logger = logging.getLogger("km3aid")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if times == 1 else logging.DEBUG)
