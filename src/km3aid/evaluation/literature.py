"""Real lines from papers with their structures: half of them to fit on, the other half for the report."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import connectivity
from km3aid.engine import Engine
from km3aid.errors import DataError, Km3aidError
from km3aid.evaluation.metrics import bootstrap_interval, top_k_shares
from km3aid.evaluation.retrieval import rank_of_connectivity
from km3aid.library import Library
from km3aid.molecules import parse_smiles
from km3aid.spectra import Spectrum, set_aside_solvent, spectrum_from_dict

_TOPS = (1, 5, 10)


class Asked(NamedTuple):
    """A spectrum whose molecule is known."""

    spectrum: Spectrum
    smiles: str


class Lines(NamedTuple):
    """Every other line of a file is for fitting, beginning with the first."""

    fitting: list[Asked]
    report: list[Asked]
    unread: int  # lines that cannot be read
    known: int  # lines whose molecule trained the model, or fits its constants


def read_lines(path: str | Path, known: Collection[str]) -> Lines:
    """The lines of a JSONL file of `report` and `smiles`; without those whose connectivity is `known`.

    What cannot be read is counted. Raises `DataError` where the file cannot be opened.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); give JSON lines with 'report' and 'smiles'") from error
    halves: tuple[list[Asked], list[Asked]] = ([], [])
    unread = trained = 0
    for number, line in enumerate(lines):
        try:
            values = json.loads(line)
            read = spectrum_from_dict({"report": values["report"]}, f"line {number + 1}")
            asked = Asked(set_aside_solvent(read).without_aside(), str(values["smiles"]))
            block = _block(asked.smiles)
        except (Km3aidError, ValueError, KeyError, TypeError):
            unread += 1
            continue
        if block in known:
            trained += 1
        else:
            halves[number % 2].append(asked)
    return Lines(*halves, unread, trained)


def known_connectivities(data: Dataset, rows: NDArray[np.int64]) -> set[str]:
    """The first InChIKey blocks of some rows of the data."""
    return {block.decode() for block in connectivity(data.inchi_key[rows])}


def with_molecules(engine: Engine, library: Library, smiles: Sequence[str]) -> Library:
    """The library, in memory, with these molecules at its end, whether it holds them already or not."""
    own = Library.of_entries(list(engine.entries((text, None) for text in smiles)))
    shards = (*library.shards, *own.shards)
    return Library(library.path, library.manifest, shards, np.cumsum([0, *map(len, shards)]), library.warnings)


def evaluate_literature(engine: Engine, library: Library, lines: Lines) -> dict[str, Any]:
    """Top-k shares of the report's half, distinct peaks and no formula; a hit counts by its connectivity.

    The library gets the molecules of the lines, since it may lack them.
    """
    full = with_molecules(engine, library, [asked.smiles for asked in lines.report])
    hits = engine.search_many([asked.spectrum for asked in lines.report], full, top=max(_TOPS), by="structure")
    ranks = [
        rank_of_connectivity([hit.smiles for hit in found.hits], _block(asked.smiles))
        for asked, found in zip(lines.report, hits, strict=True)
    ]
    reached = {f"top_{k}_interval_95": bootstrap_interval((np.array(ranks) <= k).astype(float)) for k in _TOPS}
    return {
        "library": len(library),
        "lines": len(ranks),
        "unread": lines.unread,
        "known": lines.known,
        **top_k_shares(ranks, _TOPS),
        **reached,
    }


def _block(smiles: str) -> str:
    return parse_smiles(smiles).inchi_key[:14]
