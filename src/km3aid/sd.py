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
    repeated: tuple[tuple[str, str], ...] = ()  # name and text of fields whose name stands in `fields` already

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
    found: list[tuple[str, list[str]]] = []
    named = False  # whether a field is open
    for line in lines[end:]:
        if line.startswith(">") and "<" in line:
            if named := line.rstrip().endswith(">"):
                found.append((line[line.index("<") + 1 : line.rindex(">")], []))
        elif named and line.strip():
            found[-1][1].append(line)
    fields: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    for name, content in found:
        if name in fields:
            repeated.append((name, "\n".join(content)))
        else:
            fields[name] = "\n".join(content)
    return Record(first, "".join(f"{line}\n" for line in lines[:end]), fields, complete, tuple(repeated))
