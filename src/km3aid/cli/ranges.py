"""Options that hold a list or a range."""

from __future__ import annotations

from km3aid.errors import ConfigError


def symbols_of(text: str) -> tuple[str, ...]:
    """The parts of a list with commas.

    >>> symbols_of("C, H,N")
    ('C', 'H', 'N')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def range_of(text: str, option: str) -> tuple[int, int]:
    """A number or a range; raises `ConfigError`.

    >>> range_of("8-12", "--carbons")
    (8, 12)
    """
    low, _, high = text.partition("-")
    try:
        return int(low), int(high or low)
    except ValueError as error:
        raise ConfigError(f"{option} {text!r}: expected a number or a range such as 8-12") from error
