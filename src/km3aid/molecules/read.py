"""Structures from files, as a stream: SMILES lists, tables and SD files, plain or compressed."""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from km3aid.errors import MoleculeError
from km3aid.sd import split_records

NamedStructure = tuple[str, str | None]  # SMILES or mol block, name
_SMILES_COLUMNS = ("smiles", "canonical_smiles", "isomeric_smiles", "structure")
_NAME_COLUMNS = ("name", "id", "title", "cid", "identifier")
_SD = (".sdf", ".sd")
_PARQUET_ROWS = 65_536  # read at once
_SEPARATOR = re.compile(r"[\s,]+")


def read_structures(
    source: str | Path, column: str | None = None, name_column: str | None = None
) -> Iterator[NamedStructure]:
    """(SMILES or mol block, name or None) of every structure of a file, or of standard input (`-`).

    The suffix decides, after .gz or .zst: .csv, .tsv and .parquet are tables (`column` holds the SMILES), .sdf and .sd
    are SD files; any other file has a SMILES and an optional name on each line, or a number and then a SMILES. A
    structure that is missing from its row comes as an empty text. Raises `MoleculeError`, with the line of the fault.
    """
    path = Path(source)
    kind = _kind(path)
    try:
        if kind == ".parquet":
            yield from _parquet(path, column, name_column)
            return
        with _open(path) as stream:
            if kind in (".csv", ".tsv"):
                yield from _table(stream, path, "\t" if kind == ".tsv" else ",", column, name_column)
            elif kind in _SD:
                yield from _sd(stream)
            else:
                yield from _list(stream)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MoleculeError(
            f"{source}: cannot be read ({reason}); expected lines of SMILES and name, a table or an SD file"
        ) from error


def read_structure(argument: str) -> str:
    """The structure that an argument names: the first mol block of a .mol, .sdf or .sd file, else the SMILES itself.

    Raises `MoleculeError` where the file cannot be read.
    """
    if not argument.lower().endswith((".mol", *_SD)):
        return argument
    try:
        return Path(argument).read_text(encoding="utf-8").split("$$$$")[0]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MoleculeError(f"{argument}: cannot be read ({reason}); give a mol file or a SMILES") from error


def count_structures(source: str | Path) -> int | None:
    """About how many structures `read_structures` will give, for a progress bar; None where that is not known."""
    path = Path(source)
    if str(source) == "-":
        return None
    kind = _kind(path)
    try:
        if kind == ".parquet":
            import pyarrow.parquet as parquet

            return int(parquet.read_metadata(path).num_rows)
        with _open(path) as stream:
            return sum(1 for line in stream if kind not in _SD or line.startswith("$$$$"))
    except (OSError, EOFError, ValueError):
        return None  # `read_structures` will say what is wrong


def _kind(path: Path) -> str:
    """The last suffix other than that of a compression, in lower case."""
    return next((s for s in reversed(path.suffixes) if s.lower() not in (".gz", ".zst")), "").lower()


@contextmanager
def _open(path: Path) -> Iterator[IO[str]]:
    if str(path) == "-":
        yield sys.stdin
        return
    with open(path, "rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(raw, "rt", encoding="utf-8") as text:
                yield text
        elif start == b"\x28\xb5\x2f\xfd":
            import pyarrow as pa

            with pa.CompressedInputStream(pa.PythonFile(raw), "zstd") as plain:
                yield io.TextIOWrapper(io.BufferedReader(plain), encoding="utf-8")
        else:
            with io.TextIOWrapper(raw, encoding="utf-8-sig") as text:
                yield text


def _list(stream: IO[str]) -> Iterator[NamedStructure]:
    for number, line in enumerate(stream):
        smiles, *name = _SEPARATOR.split(line.strip(), maxsplit=1)
        if smiles.isdecimal() and name:  # as in PubChem's list
            smiles, name = name[0], [smiles]
        if smiles and not (number == 0 and smiles.lower() in _SMILES_COLUMNS):
            yield smiles, name[0] if name and name[0] else None


def _table(
    stream: IO[str], path: Path, delimiter: str, column: str | None, name_column: str | None
) -> Iterator[NamedStructure]:
    rows = csv.DictReader(stream, delimiter=delimiter)
    try:
        smiles, name = _columns(list(rows.fieldnames or ()), path, column, name_column)
        for row in rows:
            if any(cell.strip() for cell in row.get(None, ())):
                raise MoleculeError(
                    f"{path}, line {rows.line_num}: more cells than the header has columns; "
                    "put a name that contains the delimiter in quotes"
                )
            yield row[smiles] or "", (row[name] or None) if name else None
    except csv.Error as error:
        raise MoleculeError(
            f"{path}, after line {rows.line_num}: not a row of a table ({error}); look for a quote that is not closed"
        ) from error


def _parquet(path: Path, column: str | None, name_column: str | None) -> Iterator[NamedStructure]:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            smiles, name = _columns(file.schema_arrow.names, path, column, name_column)
            for batch in file.iter_batches(_PARQUET_ROWS, columns=[smiles, *([name] if name else [])]):
                names = batch.column(name).to_pylist() if name else [None] * len(batch)
                for text, named in zip(batch.column(smiles).to_pylist(), names, strict=True):
                    yield "" if text is None else str(text), None if named is None else str(named)
    except pa.ArrowException as error:
        raise MoleculeError(f"{path}: not a Parquet file, or damaged ({error})") from error


def _columns(names: list[str], path: Path, column: str | None, name_column: str | None) -> tuple[str, str | None]:
    """Which columns hold the SMILES and the name."""
    by_lower = {n.lower(): n for n in names}
    smiles = column or next((by_lower[n] for n in _SMILES_COLUMNS if n in by_lower), "smiles")
    name = name_column or next((by_lower[n] for n in _NAME_COLUMNS if n in by_lower), None)
    for chosen, option in ((smiles, "--column"), (name, "--name-column")):
        if chosen is not None and chosen not in names:
            raise MoleculeError(
                f"{path}: no column {chosen!r} among {', '.join(names) or 'none'}; name the right one with {option}"
            )
    return smiles, name


def _sd(stream: IO[str]) -> Iterator[NamedStructure]:
    return ((record.mol_block, record.name) for record in split_records(stream) if record.mol_block)
