"""Install km3aid into a fresh environment; write what was downloaded, what it takes on disk, and how soon it answers.

python benchmarks/install.py --work FOLDER --out results/install.json --page docs/runtime.md
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CAMPHOR = "219.7 57.7 46.8 43.3 43.1 29.9 27.1 19.8 19.2 9.3"
ASSIGN, SEARCH = ("assign", "CC1(C)C2CCC1(C)C(=O)C2", "--peaks", CAMPHOR), ("search", "--peaks", CAMPHOR)
TRIED = {  # in this order, so that what is first is the first of the installation
    "first assign": ASSIGN,
    "assign": ASSIGN,
    "first search": SEARCH,
    "search": SEARCH,
    "--help": ("--help",),
    "import km3aid": ("-c", "import km3aid"),
}
AGAIN = 5  # of these the quickest, where it is not the first
LISTED = 1.0  # MB on disk, from which a package has a line of its own
MEASURE = """
import json
from importlib import metadata
print(json.dumps({
    d.metadata["Name"].lower().replace("-", "_"): sum(
        f.locate().stat().st_size for f in d.files or [] if f.locate().is_file()
    )
    for d in metadata.distributions()
}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        result = measured(Path(folder))
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    if options.page:
        write_table(options.page, result)


def measured(folder: Path) -> dict[str, Any]:
    """Sizes in MB of the wheels that are downloaded and of the files that are installed, and of their bytecode."""
    wheels, home = folder / "wheels", folder / "venv"
    pip = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "-w", wheels, "-c", ROOT / "constraints.txt", ROOT], check=True)
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    before = size(home)
    own = next(wheels.glob("km3aid-*.whl"))
    subprocess.run([python, "-I", "-m", "pip", "install", "--quiet", "--no-index", "-f", wheels, own], check=True)
    on_disk = json.loads(subprocess.run([python, "-I", "-c", MEASURE], capture_output=True, check=True).stdout)
    downloads = {w.name.partition("-")[0].lower(): w.stat().st_size for w in wheels.glob("*.whl")}
    packages = {
        name: {"download_mb": mb(downloads[name]), "disk_mb": mb(on_disk[name])}
        for name in sorted(downloads, key=lambda name: -on_disk.get(name, 0))
        if name in on_disk
    }
    return {
        "command": "make install-size",
        "python": sys.version.split()[0],
        "packages": packages,
        "download_mb": mb(sum(downloads.values())),
        "disk_mb": mb(size(home) - before),
        "environment_mb": mb(size(home)),
        "seconds": {name: seconds(python, name, arguments, folder) for name, arguments in TRIED.items()},
    }


def seconds(python: Path, name: str, arguments: tuple[str, ...], cache: Path) -> dict[str, float]:
    """How long a process takes, in seconds of the clock and of the processor; caches are empty at first."""
    command = [str(python), *(arguments if arguments[0] == "-c" else ("-m", "km3aid", *arguments))]
    places = {"KM3AID_CACHE": str(cache / "cache"), "XDG_CACHE_HOME": str(cache / "cache")}
    tries = []
    for _ in range(1 if name.startswith("first") else AGAIN):
        began, used = time.perf_counter(), os.times()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **places})
        now = os.times()
        spent = now.children_user + now.children_system - used.children_user - used.children_system
        tries.append((time.perf_counter() - began, spent))
    return {"clock": round(min(t[0] for t in tries), 2), "processor": round(min(t[1] for t in tries), 2)}


def size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())


def mb(number: int) -> float:
    return round(number / 1e6, 1)


def write_table(page: Path, result: dict[str, Any]) -> None:
    """Write the table between the marks of the page."""
    lines = ["| package | download, MB | on disk, MB |", "|---|---|---|"]
    shown = {name: p for name, p in result["packages"].items() if p["disk_mb"] >= LISTED}
    lines += [f"| {name} | {p['download_mb']} | {p['disk_mb']} |" for name, p in shown.items()]
    lines.append(f"| all {len(result['packages'])} | {result['download_mb']} | {result['disk_mb']} |")
    lines += ["", "| in a new process, s | clock | processor |", "|---|---|---|"]
    lines += [f"| {name} | {t['clock']} | {t['processor']} |" for name, t in result["seconds"].items()]
    begin, end = "<!-- sizes: written by benchmarks/install.py -->\n", "<!-- end of sizes -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(before + begin + "\n".join(lines) + "\n" + end + rest.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
