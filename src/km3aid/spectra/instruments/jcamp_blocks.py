"""The data blocks of a JCAMP-DX file: their labels, and ordinates in all packed forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError

FLOAT = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMBER = re.compile(FLOAT)
_MOST_POINTS = 1 << 23
_LABEL = re.compile(r"^\s*##([^=\n]*)=", re.MULTILINE)
_ORDINATE = re.compile(r"([@A-Ia-i%J-Rj-rS-Zs]|[-+])?([0-9]*\.?[0-9]*(?:[eE][-+][0-9]+)?)")
_SQUEEZED = {c: str(n) for n, c in enumerate("@ABCDEFGHI")} | {c: f"-{n}" for n, c in enumerate("abcdefghi", 1)}
_DIFFERENCE = {c: str(n) for n, c in enumerate("%JKLMNOPQR")} | {c: f"-{n}" for n, c in enumerate("jklmnopqr", 1)}
_REPEATED = {c: str(n) for n, c in enumerate("STUVWXYZs", 1)}


class Block(NamedTuple):
    """One data block."""

    labels: dict[str, str]  # names in capitals without spaces, dashes, underscores and slashes
    line: int  # where it begins, from 1
    tables: list[str]  # every DATA TABLE: n-tuples have one on each page

    def get(self, *names: str) -> str:
        """The value of the first of `names` that has one, or an empty text."""
        return next((self.labels[n].strip() for n in names if self.labels.get(n, "").strip()), "")


def read_blocks(text: str) -> Iterator[Block]:
    """The blocks in the order of their ends, inner ones before those that link them."""
    text = re.sub(r"\$\$[^\n]*", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    marks = list(_LABEL.finditer(text))
    opened: list[Block] = []
    for position, mark in enumerate(marks):
        end = marks[position + 1].start() if position + 1 < len(marks) else len(text)
        name = re.sub(r"[\s\-_/]", "", mark[1]).upper()
        if name == "TITLE":
            opened.append(Block({}, text.count("\n", 0, mark.start()) + 1, []))
        if not opened:
            continue
        if name == "END":
            yield opened.pop()
            continue
        opened[-1].labels.setdefault(name, text[mark.end() : end])
        if name == "DATATABLE":
            opened[-1].tables.append(text[mark.end() : end])
    yield from reversed(opened)


def number_in(block: Block, name: str, default: float) -> float:
    """The first number of a label, or `default`."""
    match = NUMBER.search(block.get(name))
    value = float(match.group()) if match else default
    return value if abs(value) < 1e300 else default


def decode_ordinates(body: str, where: str) -> list[float]:
    """The ordinates of `(X++(Y..Y))` in any of the forms AFFN, PAC, SQZ, DIF and DUP.

    >>> decode_ordinates("0A1%J2T\\n", "x")
    [11.0, 11.0, 23.0, 35.0]
    """
    values: list[float] = []
    ended_in_difference = False
    for line in body.splitlines():
        head = NUMBER.match(re.sub(r"([0-9])[eE](?![-+])", r"\1 ", line.strip()))
        if head is None or not line.strip():
            continue
        if ended_in_difference:
            values.pop()  # the next line repeats it first, as a check
        step, was_difference = 0.0, False
        for mark, digits in _ORDINATE.findall(line.strip()[head.end() :]):
            if mark in _REPEATED:
                times = float(_REPEATED[mark] + (digits or ""))
                if len(values) + times > _MOST_POINTS:
                    raise SpectrumFormatError(f"{where}: more than {_MOST_POINTS:,} points; the data are damaged")
                for _ in range(int(times) - 1 if values else 0):
                    values.append(values[-1] + step if was_difference else values[-1])
            elif mark in _DIFFERENCE and values:
                step, was_difference = _value(_DIFFERENCE[mark] + digits), True
                values.append(values[-1] + step)
            elif digits.strip(".") or mark in _SQUEEZED:
                step, was_difference = 0.0, False
                values.append(_value(_SQUEEZED.get(mark, mark) + digits))
        ended_in_difference = was_difference
    if len(values) > _MOST_POINTS:
        raise SpectrumFormatError(f"{where}: more than {_MOST_POINTS:,} points; expected a 13C spectrum")
    return values


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
