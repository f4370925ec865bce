"""How long a search takes for the page: `POST /api/search` over HTTP, for every kind of filter.

    python benchmarks/filters.py --library runs/library --data runs/prepared --paper-ids km3aid_ids.csv --out FILE.json

Each query consists of the distinct shifts of a molecule from validation block 0. Its filters are made from the molecule
itself (formula, mass, elements, carbons ± 2), so that it passes them. The times include the client, HTTP, the queue and
the work.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from km3aid.engine import Engine
from km3aid.evaluation.block import open_validation_block
from km3aid.evaluation.cases import make_cases
from km3aid.library import Library
from km3aid.molecules import element_counts, parse_smiles

_SUBSTRUCTURES = {"substructure_common": "c1ccccc1", "substructure_rare": "[#6]1~[#6]~[#6]~[#6]~[#6]~[#6]~[#6]~1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "paper-ids", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--library", type=Path, action="append", required=True)
    parser.add_argument("--queries", type=int, default=20)
    given = parser.parse_args()
    data, rows, _ = open_validation_block(given.data, given.paper_ids, 0)
    chosen = np.sort(np.random.RandomState(1).permutation(rows)[: given.queries])
    cases = make_cases(Engine.load(device="cpu"), data, chosen)
    asked = [(data.smiles[case.row].decode(), case.distinct().to_dict()["peaks"]) for case in cases]
    result: dict[str, Any] = {
        "command": "make bench",
        "cores": len(os.sched_getaffinity(0)),
        "load_average_1_min": round(os.getloadavg()[0], 2),
        "queries_of_each_kind": len(asked),
        "substructures": _SUBSTRUCTURES,
        "libraries": [],
    }
    for library in given.library:
        with _service(library) as port:
            found = {kind: _times(port, kind, asked) for kind in _filters(asked[0][0])}
        result["libraries"].append({"molecules": len(Library.open(library)), "search_ms": found})
    text = json.dumps(result, indent=2) + "\n"
    given.out.write_text(text, encoding="utf-8")
    print(text, end="")


def _filters(smiles: str) -> dict[str, dict[str, Any]]:
    """Filters of each kind; the molecule itself passes all except perhaps the substructures."""
    molecule = parse_smiles(smiles)
    elements = element_counts(molecule.formula)
    carbons = {"carbons": [max(elements["C"] - 2, 1), elements["C"] + 2]}
    allowed = {"elements": sorted(elements)}
    return {
        "none": {},
        "formula": {"formula": molecule.formula},
        "mass_10_ppm": {"mass_da": molecule.exact_mass_da, "mass_tolerance_ppm": 10},
        "elements": allowed,
        "required": {"required": sorted(elements)},
        "carbons": carbons,
        "elements_and_carbons": allowed | carbons,
        **{kind: {"substructure": smarts} for kind, smarts in _SUBSTRUCTURES.items()},
    }


def _times(port: int, kind: str, asked: list[tuple[str, list[dict[str, Any]]]]) -> dict[str, float]:
    """Median and longest time for one kind of filter, in milliseconds; the first answer counts too."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for smiles, peaks in asked:
        body = json.dumps({"peaks": peaks, "filters": _filters(smiles)[kind]})
        began = time.perf_counter()
        connection.request("POST", "/api/search", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{kind}: {answer.status} {text.decode()}")
    return {"median": round(statistics.median(took), 1), "most": round(max(took), 1)}


@contextmanager
def _service(library: Path) -> Iterator[int]:
    """The port of a running service with one library."""
    command = [str(Path(sys.executable).with_name("km3aid")), "serve", "--port", "0", "--log", "json"]
    command += ["--library", str(library)]
    with tempfile.NamedTemporaryFile("w+") as log:
        service = subprocess.Popen(command, stderr=log)
        try:
            while not (lines := Path(log.name).read_text().splitlines()) and service.poll() is None:
                time.sleep(0.1)
            yield int(json.loads(lines[0])["url"].rstrip("/").rsplit(":", 1)[1])
        finally:
            service.terminate()
            service.wait(30)


if __name__ == "__main__":
    main()
