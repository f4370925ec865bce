"""Plain values ↔ frozen dataclasses, every key and type checked: configurations, presets and records of a batch.

A field's annotation says what it takes: `int`, `float`, `str`, `bool`, `Path`, `Literal`, an enumeration, `X | None`,
`list`, `tuple`, `frozenset`, `dict`, another dataclass, `Any`; `Annotated` adds bounds of `annotated_types`.
"""

from __future__ import annotations

import difflib
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from km3aid.errors import ConfigError

Made = TypeVar("Made")
_SINGLE: dict[Any, str] = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def from_dict(kind: type[Made], values: Any, where: str) -> Made:
    """Make the dataclass `kind` from a table of values, as JSON and TOML give it.

    Raises `ConfigError` that begins with `where` and names the key, what was found and what was expected.

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
    """A dataclass as plain values, which `from_dict` takes back."""
    plain: dict[str, Any] = _plain(asdict(value))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Path) else value


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _dataclass(kind: Any, values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: {_shown(values)}; expected a table of values")
    known = [field.name for field in fields(kind) if field.init]
    if unknown := [key for key in values if key not in known]:
        near = difflib.get_close_matches(str(unknown[0]), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}; {hint}")
    for field in fields(kind):
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.init and field.name not in values:
            raise ConfigError(f"{where}: {field.name!r} is missing")
    made = {key: _checked(_hints(kind)[key], value, f"{where}: {key}") for key, value in values.items()}
    try:
        return kind(**made)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(hint: Any, value: Any, where: str) -> Any:
    """`value` as what the annotation `hint` says; raises `ConfigError`."""
    origin = get_origin(hint)
    if hint is Any:
        return value
    if origin is Annotated:
        kind, *bounds = get_args(hint)
        checked = _checked(kind, value, where)
        for bound in bounds:
            _check_bound(bound, checked, where)
        return checked
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), value, where)
    if origin is Literal:
        if value not in get_args(hint) or isinstance(value, bool):
            raise ConfigError(f"{where}: {_shown(value)}; expected {' or '.join(map(str, get_args(hint)))}")
        return value
    if is_dataclass(hint):
        return value if isinstance(value, hint) else _dataclass(hint, value, where)  # type: ignore[arg-type]
    if origin in (list, tuple, frozenset):
        return _collection(origin, get_args(hint), value, where)
    if origin is dict:
        return _mapping(get_args(hint), value, where)
    return _single(hint, value, where)


def _one_of(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    """The first of the kinds that takes the value; the error is that of the kind which looks most like it."""
    if value is None and type(None) in kinds:
        return None
    table = isinstance(value, Mapping)
    *others, last = sorted((k for k in kinds if k is not type(None)), key=lambda k: is_dataclass(k) == table)
    for kind in others:
        try:
            return _checked(kind, value, where)
        except ConfigError:
            continue
    return _checked(last, value, where)


def _collection(kind: Any, items: tuple[Any, ...], value: Any, where: str) -> Any:
    if not isinstance(value, list | tuple | frozenset | set):
        raise ConfigError(f"{where}: {_shown(value)}; expected a list")
    if kind is tuple and items[-1] is not Ellipsis:
        if len(value) != len(items):
            raise ConfigError(f"{where}: {len(value)} values; expected {len(items)}")
        pairs = zip(items, value, strict=True)
        return tuple(_checked(item, v, f"{where}, item {n}") for n, (item, v) in enumerate(pairs, 1))
    return kind(_checked(items[0], v, f"{where}, item {n}") for n, v in enumerate(value, 1))


def _mapping(kinds: tuple[Any, Any], value: Any, where: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: {_shown(value)}; expected a table of values")
    made = {}
    for key, item in value.items():
        numeric = kinds[0] is int or get_args(kinds[0])[:1] == (int,)
        plain = int(key) if numeric and isinstance(key, str) and key.isdecimal() else key  # JSON's keys are text
        made[_checked(kinds[0], plain, f"{where}: key {key!r}")] = _checked(kinds[1], item, f"{where}: {key}")
    return made


def _single(kind: Any, value: Any, where: str) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        with_point = _finite(value)
        if with_point is not None:
            return with_point
        raise ConfigError(f"{where}: {_shown(value)}; expected a finite number")
    if kind is Path and isinstance(value, str):
        return Path(value)
    if isinstance(kind, type) and issubclass(kind, Enum) and not isinstance(value, kind):
        try:
            return kind(value)
        except ValueError:
            known = " or ".join(str(member.value) for member in kind)
            raise ConfigError(f"{where}: {_shown(value)}; expected {known}") from None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{where}: {_shown(value)}; expected {_SINGLE.get(kind, getattr(kind, '__name__', kind))}")
    return value


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _check_bound(bound: Any, value: Any, where: str) -> None:
    """Raise `ConfigError` where `value` is beyond one of `annotated_types`' bounds; None has none."""
    if value is None:
        return
    if isinstance(bound, Ge | Gt | Le | Lt):
        limit = next(getattr(bound, name) for name in ("ge", "gt", "le", "lt") if hasattr(bound, name))
        holds = {Ge: value >= limit, Gt: value > limit, Le: value <= limit, Lt: value < limit}[type(bound)]
        words = {Ge: f"{limit} or more", Gt: f"more than {limit}", Le: f"{limit} or less", Lt: f"less than {limit}"}
        if not holds:
            raise ConfigError(f"{where}: {_shown(value)}; expected {words[type(bound)]}")
    elif isinstance(bound, MinLen) and len(value) < bound.min_length:
        raise ConfigError(f"{where}: empty; expected {bound.min_length} or more")
    elif isinstance(bound, MaxLen) and len(value) > bound.max_length:
        what = "characters" if isinstance(value, str) else "entries"
        raise ConfigError(f"{where}: {len(value):,} {what}; up to {bound.max_length:,} are taken")


def _shown(value: Any) -> str:
    """`value` short enough for a message."""
    text = "a huge number" if isinstance(value, int) and abs(value) >= 10**20 else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
