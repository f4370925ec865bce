"""Compile the kernels into one library; by hand after a change: `python -m km3aid.kernels.build`.

The compiler is `CC` where that is set, otherwise Zig's C compiler, which comes from PyPI as `ziglang` on every system
and compiles for all of them: `KM3AID_PLATFORM=win-amd64` makes the library of Windows anywhere.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path
from platform import machine
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Platform(NamedTuple):
    """A system to compile for."""

    wheel: str  # the tag of its wheels
    zig: str  # Zig's name of it
    library: str
    levels: tuple[str, ...]


X86, ONE = ("base", "v3"), ("base",)
PLATFORMS = {  # by sysconfig.get_platform()
    "linux-x86_64": Platform("manylinux_2_17_x86_64", "x86_64-linux-gnu.2.17", "kernels.so", X86),
    "linux-aarch64": Platform("manylinux_2_17_aarch64", "aarch64-linux-gnu.2.17", "kernels.so", ONE),
    "macosx-x86_64": Platform("macosx_11_0_x86_64", "x86_64-macos.11.0", "kernels.dylib", X86),
    "macosx-arm64": Platform("macosx_11_0_arm64", "aarch64-macos.11.0", "kernels.dylib", ONE),
    "win-amd64": Platform("win_amd64", "x86_64-windows-gnu", "kernels.dll", X86),
    "win-arm64": Platform("win_arm64", "aarch64-windows-gnu", "kernels.dll", ONE),
}
# The same answers on every processor: no sum or product is rounded otherwise on one that can do both at a time. The
# quick match is a bound with room for rounding, so it may be computed in any order.
EXACT, QUICK = "-ffp-contract=off", "-ffast-math"
FLAGS = ("-std=c11", "-O3", "-fPIC", "-fvisibility=hidden", "-fno-math-errno", "-fno-trapping-math", "-Wall", "-Wextra")


class Compiler(NamedTuple):
    """A C compiler, and how it is told for which processors of x86-64 it compiles."""

    command: tuple[str, ...]
    level: str

    def compile(self, source: Path, level: str, to: Path) -> None:
        """One file for one level."""
        rounding = QUICK if source.stem == "quick_match" else EXACT
        above = () if level == "base" else (self.level.format(level),)
        named = (f"-DLEVEL={level}", f'-DSOURCE="{source_hash()}"')
        self.run(*FLAGS, rounding, *above, *named, "-c", str(source), "-o", str(to))

    def run(self, *arguments: str) -> None:
        """Compile or link."""
        subprocess.run([*self.command, *arguments], check=True)


def source_hash() -> str:
    """Twelve digits that change with what the kernels are compiled from."""
    both = hashlib.sha256()
    for path in sorted([*FOLDER.glob("*.[ch]"), Path(__file__)]):
        both.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return both.hexdigest()[:12]


def platform() -> Platform:
    """What is compiled for: this machine, unless `KM3AID_PLATFORM` names another."""
    name = os.environ.get("KM3AID_PLATFORM") or sysconfig.get_platform()
    if sys.platform == "darwin" and name not in PLATFORMS:  # macosx-11.0-universal2
        name = "macosx-arm64" if machine() == "arm64" else "macosx-x86_64"
    if name not in PLATFORMS:
        raise SystemExit(f"km3aid has no kernels for {name}; there are {', '.join(PLATFORMS)}")
    return PLATFORMS[name]


def compiler(system: Platform) -> Compiler:
    """`CC`, Zig's, or the system's."""
    if os.environ.get("CC"):
        return Compiler(tuple(shlex.split(os.environ["CC"])), "-march=x86-64-{}")
    if find_spec("ziglang"):
        zig = (sys.executable, "-m", "ziglang", "cc", "-target", system.zig, "-fno-sanitize=undefined")
        return Compiler(zig, "-mcpu=x86_64_{}")
    if shutil.which("cc") and not os.environ.get("KM3AID_PLATFORM"):
        return Compiler(("cc",), "-march=x86-64-{}")
    raise SystemExit("no C compiler: run pip install ziglang, or name one in CC")


def build() -> Path:
    """Compile and link all kernels; returns the library, which replaces an older one at once."""
    system = platform()
    cc = compiler(system)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        objects = []
        for source in sorted(FOLDER.glob("*.c")):
            for level in system.levels if source.stem != "processor" else ONE:
                objects.append(Path(folder, f"{source.stem}-{level}.o"))
                cc.compile(source, level, objects[-1])
        fresh = Path(folder, system.library)
        maths = () if system.library.endswith("dll") else ("-lm",)
        cc.run("-shared", "-s", *map(str, objects), "-o", str(fresh), *maths)
        return fresh.replace(FOLDER / system.library)


if __name__ == "__main__":
    print(build())
