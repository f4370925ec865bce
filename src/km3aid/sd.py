"""SD files: records that end at a line `$$$$`, each a mol block followed by named data fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Record(NamedTuple):
    """One record of an SD file."""

    line: int  # of the file, where the record begins, from 1
    mol_block: str  # up to and including `M  END`, or all lines where there is none
    fields: dict[str, str]  # by name, without blank lines
    complete: bool  # False where the file ends before `$$$$`

    @property
    def name(self) -> str | None:
        """The first line of the mol block, or None where it is blank."""
        return self.mol_block.partition("\n")[0].strip() or None


def split_records(lines: Iterable[str]) -> Iterator[Record]:
    """Stream the records of an SD file; blank lines after the last `$$$$` are not a record.

    >>> [(r.line, r.name, r.complete) for r in split_records(["water\\n", "M  END\\n", "$$$$\\n", "cut off"])]
    [(1, 'water', True), (4, 'cut off', False)]
    """
    first, held = 1, list[str]()
    for number, line in enumerate(lines, 1):
        if line.startswith("$$$$"):
            yield _record(first, held, complete=True)
            first, held = number + 1, []
        else:
            held.append(line.rstrip("\r\n"))
    if any(line.strip() for line in held):
        yield _record(first, held, complete=False)


def _record(first: int, lines: list[str], complete: bool) -> Record:
    end = next((i for i, line in enumerate(lines, 1) if line.startswith("M  END")), len(lines))
    fields: dict[str, str] = {}
    key = None
    for line in lines[end:]:
        if line.startswith(">") and "<" in line:
            key = line[line.index("<") + 1 : line.rindex(">")] if line.rstrip().endswith(">") else None
            if key is not None:
                fields[key] = ""
        elif key is not None and line.strip():
            fields[key] += ("\n" if fields[key] else "") + line
    return Record(first, "".join(f"{line}\n" for line in lines[:end]), fields, complete)
