"""Write the tables of docs/scaling.md from results/cluster.json."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- {}: written by benchmarks/scaling.py -->", "<!-- end of {} -->"
SIZES = (10_000_000, 120_000_000, 1_000_000_000)
# Assumptions of the sizing; change them to your own and run this file again
CORES_PER_MACHINE = 16
MEMORY_GB_PER_MACHINE = 64
MEMORY_SHARE = 0.75  # of the memory, for the library; the rest is for the workers and the system
QUERY_S = 2.0  # longest acceptable query
BUILD_H = 24.0  # longest acceptable build
DOLLARS_PER_CORE_HOUR = 0.05
DOLLARS_PER_GB_MONTH = 0.08
RECORDS_PER_SHARD = 98_304


def measured(result: dict[str, Any]) -> str:
    """Every size measured on one machine."""
    lines = [
        "| molecules | build, molecules/s | bytes/molecule | open | query, one peak per carbon | distinct peaks | "
        "one formula | batch, queries/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rows in _by_size(result):
        one = rows["one_machine"]
        lines.append(
            f"| {rows['molecules']:,} | {rows['build_molecules_per_s']:,} | {rows['bytes_per_molecule']:.0f} | "
            f"{rows['open_s'] * 1e3:.0f} ms | {one['per_carbon_ms']} ms | {one['distinct_ms']} ms | "
            f"{one['formula_ms']} ms | {one['batch_per_s']} |"
        )
    return "\n".join(lines)


def nodes(result: dict[str, Any]) -> str:
    """Local Ray nodes compared with one process."""
    lines = [
        "| molecules | nodes | build, molecules/s | same files | open | query, one peak per carbon | distinct peaks | "
        "batch, queries/s | same hits |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for rows in _by_size(result):
        one = rows["one_machine"]
        lines.append(
            f"| {rows['molecules']:,} | in process | {rows['build_molecules_per_s']:,} | | {rows['open_s']} s | "
            f"{one['per_carbon_ms']} ms | {one['distinct_ms']} ms | {one['batch_per_s']} | |"
        )
        for count, found in rows["nodes"].items():
            lines.append(
                f"| {rows['molecules']:,} | {count} | {found['build_molecules_per_s']:,} | "
                f"{_yes(found['same_files'])} | {found['open_s']} s | {found['per_carbon_ms']} ms | "
                f"{found['distinct_ms']} ms | {found['batch_per_s']} | {_yes(found['same_hits'])} |"
            )
    return "\n".join(lines)


def sizing(result: dict[str, Any]) -> str:
    """What larger libraries need, extrapolated from the largest one measured."""
    largest = _by_size(result)[-1]
    cores = result["machine"]["cores"]
    per_core = largest["build_molecules_per_s"] / cores
    query_core_s = largest["one_machine"]["distinct_ms"] / 1e3 * cores / largest["molecules"]
    lines = [
        "| molecules | disk | machines to build in a day | build, core-hours | duplicates, on the driver | "
        "build cost | machines to search | query | search cost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        gigabytes = size * largest["bytes_per_molecule"] / 1e9
        core_hours = size / per_core / 3600
        builders = math.ceil(core_hours / BUILD_H / CORES_PER_MACHINE)
        keys_h = size * (size / RECORDS_PER_SHARD) / 2 * result["keys_ns_per_stored_molecule"] / 1e9 / 3600
        by_memory = gigabytes / (MEMORY_GB_PER_MACHINE * MEMORY_SHARE)
        by_time = size * query_core_s / QUERY_S / CORES_PER_MACHINE
        searchers = max(1, math.ceil(max(by_memory, by_time)))
        query_s = size * query_core_s / (searchers * CORES_PER_MACHINE)
        hourly = searchers * CORES_PER_MACHINE * DOLLARS_PER_CORE_HOUR
        lines.append(
            f"| {size:.1e} | {gigabytes:,.0f} GB | {builders} | {core_hours:,.0f} | {_time(keys_h)} | "
            f"${core_hours * DOLLARS_PER_CORE_HOUR:,.0f} | {searchers} | {query_s:.2f} s | ${hourly:,.2f}/h + "
            f"${gigabytes * DOLLARS_PER_GB_MONTH:,.0f}/month |"
        )
    return "\n".join(lines) + (
        f"\n\nExtrapolated from {largest['molecules']:,} molecules. Machines with {CORES_PER_MACHINE} such cores and "
        f"{MEMORY_GB_PER_MACHINE} GB of memory, of which the library may take {MEMORY_SHARE:.0%}; "
        f"${DOLLARS_PER_CORE_HOUR} per core-hour, ${DOLLARS_PER_GB_MONTH} per GB and month; a query in {QUERY_S:.0f} s "
        f"or less, a build in {BUILD_H:.0f} h or less; one unfiltered query of distinct peaks at a time, all shards in "
        "memory."
    )


def _by_size(result: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(result["rows"].values(), key=lambda rows: int(rows["molecules"]))


def _time(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{60 * hours:.1f} min"


def _yes(value: bool) -> str:
    return "yes" if value else "**no**"


if __name__ == "__main__":
    page = ROOT / "docs" / "scaling.md"
    text = page.read_text(encoding="utf-8")
    result = json.loads((ROOT / "results" / "cluster.json").read_text())
    for write in (measured, nodes, sizing):
        begin, end = BEGIN.format(write.__name__), END.format(write.__name__)
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{write(result)}\n{end}{rest.split(end)[1]}"
    page.write_text(text, encoding="utf-8")
