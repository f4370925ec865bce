"""Write the tables of docs/library.md from results/stores.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- engines: written by benchmarks/stores_table.py -->", "<!-- end of engines -->"
HEAD = (
    "engine | build, s | bytes per molecule | open, cold, ms | first search, cold, ms | search, ms | "
    "mass filter (1 %), ms | formula filter (0.05 %), ms | memory added, MB | recall@100, %: none, mass, formula"
)
NAMES = {
    "km3aid": "km3aid (8 bits, Arrow)",
    "faiss-sq8": "FAISS flat, 8 bits",
    "faiss-fp16": "FAISS flat, half precision",
    "lance-flat": "Lance flat, half precision",
    "cress": "CReSS: float32 × 768, product",
    "faiss-ivfpq": "FAISS IVF-PQ (64 bytes)",
    "usearch-i8": "usearch HNSW, 8 bits",
    "usearch-f16": "usearch HNSW, half precision",
    "lance-ivfpq": "Lance IVF-PQ",
}
KINDS = ("none", "mass", "formula")


def row(name: str, of: dict[str, Any]) -> str:
    """One engine: processor times, except for opening and the first search."""
    if "build" not in of:
        return f"{NAMES[name]} | " + " | ".join([of.get("left_out", "failed"), *["–"] * 8])
    searches = [f"{of[kind]['cpu_ms']:.2f}" for kind in KINDS]
    recalls = ", ".join(f"{100 * of[kind]['recall']:.1f}" for kind in KINDS)
    cells = [f"{of['build']['cpu_s']:.1f}", f"{of['bytes_per_row']:.0f}"]
    cells += [f"{of['cold_open_ms']:.0f}", f"{of['cold_first_ms']:.0f}", *searches, f"{of['peak_mb']}", recalls]
    return f"{NAMES[name]} | " + " | ".join(cells)


def tables(result: dict[str, Any]) -> str:
    """One table for each number of rows."""
    text = ""
    for count, engines in result.items():
        if not count.isdigit():
            continue
        rows = [HEAD, " | ".join(["---"] * (HEAD.count("|") + 1)), *(row(name, of) for name, of in engines.items())]
        text += f"\n{int(count):,} rows:\n\n" + "".join(f"| {line} |\n" for line in rows)
    return text


def main() -> None:
    result = json.loads((ROOT / "results" / "stores.json").read_text())
    page = ROOT / "docs" / "library.md"
    text, found = re.subn(
        f"({re.escape(BEGIN)}\n).*({re.escape(END)})",
        lambda m: m[1] + tables(result) + "\n" + m[2],
        page.read_text("utf-8"),
        flags=re.DOTALL,
    )
    if not found:
        raise SystemExit(f"{page}: the lines {BEGIN} and {END} are missing")
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
