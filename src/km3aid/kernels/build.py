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
# No sum or product is rounded otherwise on a processor that can do both at a time, so that all answer alike. The
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
    asked = os.environ.get("KM3AID_PLATFORM")
    name = asked or sysconfig.get_platform()
    if not asked and name.startswith("macosx-"):  # macosx-11.0-universal2
        name = "macosx-arm64" if machine() == "arm64" else "macosx-x86_64"
    if name not in PLATFORMS:
        raise SystemExit(f"km3aid has no kernels for {name}; there are {', '.join(PLATFORMS)}")
    return PLATFORMS[name]


def compiler(system: Platform) -> Compiler:
    """`CC`, Zig's, or the system's; of these Zig's alone compiles for other systems."""
    elsewhere = bool(os.environ.get("KM3AID_PLATFORM"))
    if os.environ.get("CC") and not elsewhere:
        return Compiler(tuple(shlex.split(os.environ["CC"], posix=os.name != "nt")), "-march=x86-64-{}")
    if find_spec("ziglang"):
        zig = (sys.executable, "-m", "ziglang", "cc", "-target", system.zig, "-fno-sanitize=undefined")
        return Compiler(zig, "-mcpu=x86_64_{}")
    if shutil.which("cc") and not elsewhere:
        return Compiler(("cc",), "-march=x86-64-{}")
    raise SystemExit("no C compiler: run pip install ziglang, or name one in CC (GCC 11, Clang 12 or later)")


def wheel_tag() -> str:
    """The tag of a wheel with the library: what Zig compiles runs on older systems, what others do on this one."""
    system = platform()
    own = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"py3-none-{system.wheel if 'ziglang' in compiler(system).command else own}"


def build(to: Path = FOLDER) -> Path:
    """Compile and link all kernels; returns the library in the folder `to`, which replaces an older one at once."""
    system = platform()
    cc = compiler(system)
    with tempfile.TemporaryDirectory(prefix="building-", dir=to) as folder:
        objects = []
        for source in sorted(FOLDER.glob("*.c")):
            for level in system.levels if source.stem != "processor" else ONE:
                objects.append(Path(folder, f"{source.stem}-{level}.o"))
                cc.compile(source, level, objects[-1])
        fresh = Path(folder, system.library)
        maths = () if system.library.endswith("dll") else ("-lm",)
        cc.run("-shared", "-s", *map(str, objects), "-o", str(fresh), *maths)
        return _put(fresh, to / system.library)


def _put(fresh: Path, place: Path) -> Path:
    try:
        return fresh.replace(place)
    except PermissionError:  # Windows lets a library in use be renamed, but not replaced
        place.replace(place.with_name(f"{place.name}.old"))
        return fresh.replace(place)


def main() -> None:
    """Build beside the sources; says which library was written, or what stood in the way."""
    try:
        print(build())
    except OSError as error:
        raise SystemExit(f"{FOLDER}: the kernels cannot be written there ({error.strerror})") from None


if __name__ == "__main__":
    main()
