"""Plain values ↔ frozen dataclasses, with every key and type checked: configurations, presets and batch records.

The annotation of a field says what it takes: `int`, `float`, `str`, `bool`, `Path`, `Literal`, an enumeration, a union,
`list`, `tuple`, `frozenset`, `dict`, another dataclass, `Any`. `Annotated` adds bounds from `annotated_types`.
"""

from __future__ import annotations

import difflib
import math
import operator
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, GroupedMetadata, Gt, Le, Lt, MaxLen, MinLen

from km3aid.errors import ConfigError

Made = TypeVar("Made")
_NAMES: dict[Any, str] = {int: "a whole number", float: "a number", str: "text", bool: "true or false", Path: "a path"}
_BOUNDS: dict[Any, tuple[str, Callable[[Any, Any], bool], str]] = {
    Ge: ("ge", operator.ge, "{} or more"),
    Gt: ("gt", operator.gt, "more than {}"),
    Le: ("le", operator.le, "{} or less"),
    Lt: ("lt", operator.lt, "less than {}"),
}


class _WrongKindError(ConfigError):
    """A value that is not what its annotation takes, whatever it holds inside."""

    def __init__(self, where: str, value: Any, expected: str) -> None:
        super().__init__(f"{where}: {_shown(value)}; expected {expected}")
        self.where, self.expected = where, expected


def from_dict(kind: type[Made], values: Any, where: str) -> Made:
    """Make the dataclass `kind` from a table of values as JSON and TOML give it; a whole number will do for a `float`.

    Raises `ConfigError`, which begins with `where` and the key, and tells what was found and what was expected.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Point:
    ...     x: float
    >>> from_dict(Point, {"x": 1}, "point")
    Point(x=1.0)
    """
    made: Made = _dataclass(kind, values, where)
    return made


def to_dict(value: Any) -> dict[str, Any]:
    """A dataclass as values that JSON can hold; `from_dict` takes them back."""
    plain: dict[str, Any] = _plain(asdict(value))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


@lru_cache(maxsize=64)
def _annotations(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _dataclass(kind: Any, values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        raise _WrongKindError(where, values, "a table of values")
    settable = [field for field in fields(kind) if field.init]
    known = [field.name for field in settable]
    if unknown := [key for key in values if key not in known]:
        near = difflib.get_close_matches(str(unknown[0]), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
        raise ConfigError(f"{where}: unknown key {_shown(unknown[0])}; {hint}")
    for field in settable:
        if field.default is MISSING and field.default_factory is MISSING and field.name not in values:
            raise ConfigError(f"{where}: {field.name!r} is missing")
    made = {key: _checked(_annotations(kind)[key], value, f"{where}: {key}") for key, value in values.items()}
    try:
        return kind(**made)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(annotation: Any, value: Any, where: str) -> Any:
    """`value` as what `annotation` takes; raises `ConfigError`."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return value
    if origin is Annotated:
        checked = _checked(parts[0], value, where)
        for bound in parts[1:]:
            _check_bound(bound, checked, where)
        return checked
    if origin in (Union, types.UnionType):
        return _first_that_takes(parts, value, where)
    if origin is Literal:
        for choice in parts:
            if type(choice) is type(value) and choice == value:
                return choice
        raise _WrongKindError(where, value, " or ".join(map(str, parts)))
    if is_dataclass(annotation):
        return value if isinstance(value, annotation) else _dataclass(annotation, value, where)  # type: ignore[arg-type]
    if origin in (list, tuple, frozenset):
        return _collection(origin, parts, value, where)
    if origin is dict:
        return _mapping(parts, value, where)
    return _single(annotation, value, where)


def _first_that_takes(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    """`value` as the first of the `kinds` that takes it; a fault within the right kind is told before a wrong kind."""
    expected, within = [], []
    for kind in kinds:
        try:
            return _checked(kind, value, where)
        except ConfigError as error:
            if isinstance(error, _WrongKindError) and error.where == where:
                expected += [error.expected] if kind is not type(None) else []
            else:
                within.append(error)
    raise within[0] if within else _WrongKindError(where, value, " or ".join(expected))


def _collection(kind: Any, items: tuple[Any, ...], value: Any, where: str) -> Any:
    if not isinstance(value, list | tuple | frozenset | set):
        raise _WrongKindError(where, value, "a list")
    if kind is not tuple or items[-1] is Ellipsis:
        items = (items[0],) * len(value)
    if len(value) != len(items):
        raise ConfigError(f"{where}: {len(value)} values; expected {len(items)}")
    pairs = enumerate(zip(items, value, strict=True), 1)
    return kind(_checked(item, v, f"{where}, item {n}") for n, (item, v) in pairs)


def _mapping(kinds: tuple[Any, Any], value: Any, where: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise _WrongKindError(where, value, "a table of values")
    whole = kinds[0] is int or get_args(kinds[0])[:1] == (int,)
    made: dict[Any, Any] = {}
    for key, item in value.items():
        # the keys of JSON are text; a longer one is no number that anything here counts to
        number = whole and isinstance(key, str) and len(key) < 20 and key.removeprefix("-").isdecimal()
        checked = _checked(kinds[0], int(key) if number else key, f"{where}: key {_shown(key)}")
        if checked in made:
            raise ConfigError(f"{where}: key {_shown(key)} comes twice")
        made[checked] = _checked(kinds[1], item, f"{where}: {key}")
    return made


def _single(kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, kind) and isinstance(value, bool) == (kind is bool) and kind is not float:
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        with_point = _as_float(value)
        if not math.isfinite(with_point):
            raise ConfigError(f"{where}: {_shown(value)}; expected a finite number")
        return with_point
    if kind is Path and isinstance(value, str):
        return Path(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        for member in kind:
            if type(member.value) is type(value) and member.value == value:
                return member
        raise _WrongKindError(where, value, " or ".join(str(member.value) for member in kind))
    raise _WrongKindError(where, value, _NAMES.get(kind, getattr(kind, "__name__", str(kind))))


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _check_bound(bound: Any, value: Any, where: str) -> None:
    """Raise `ConfigError` where `value` is beyond a bound of `annotated_types`; None has none."""
    if value is None:
        return
    if isinstance(bound, GroupedMetadata):
        for part in bound:
            _check_bound(part, value, where)
    elif type(bound) in _BOUNDS:
        name, holds, words = _BOUNDS[type(bound)]
        limit = getattr(bound, name)
        if not holds(value, limit):
            raise ConfigError(f"{where}: {_shown(value)}; expected {words.format(limit)}")
    elif isinstance(bound, MinLen | MaxLen):
        what = "characters" if isinstance(value, str) else "entries"
        if isinstance(bound, MinLen) and len(value) < bound.min_length:
            raise ConfigError(f"{where}: {len(value):,} {what}; expected {bound.min_length:,} or more")
        if isinstance(bound, MaxLen) and len(value) > bound.max_length:
            raise ConfigError(f"{where}: {len(value):,} {what}; expected {bound.max_length:,} or fewer")


def _shown(value: Any) -> str:
    """`value` short enough for a message."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to print whole numbers of thousands of digits
        text = "a huge number"
    return text if len(text) <= 60 else text[:59] + "…"
