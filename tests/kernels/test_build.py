"""The kernels are compiled from what stands in the C files, for every system that has wheels."""

import ctypes
import re
import shutil
import sys

import pytest

from km3aid.kernels import build, load

SOURCES = sorted(build.FOLDER.glob("*.c"))


def test_the_library_is_compiled_from_these_files():
    """A change of a C file needs: python -m km3aid.kernels.build"""
    compiled_from = load._library().compiled_from
    compiled_from.restype = ctypes.c_char_p
    assert compiled_from().decode() == build.source_hash()


def test_every_kernel_stands_in_the_library_at_every_level_that_is_looked_for():
    names = [n for s in SOURCES for n in re.findall(r"EXPORT [^;{=]*?KERNEL\((\w+)\)", s.read_text(encoding="utf-8"))]
    assert {"exact_match", "quick_match", "similar_enough", "describe", "carbon_classes"} <= set(names)
    for name in names:
        for level in load.levels():
            assert load.Kernel(name, level=level).function


def test_a_processor_has_its_own_level_and_those_below():
    assert load.levels()[-1] == "base"
    assert all(set(held) <= set(build.X86) for held in load.LEVELS.values())


def test_a_system_without_kernels_is_told_which_there_are(monkeypatch):
    monkeypatch.setenv("KM3AID_PLATFORM", "plan9-mips")
    with pytest.raises(SystemExit, match="no kernels for plan9-mips; there are linux-x86_64"):
        build.platform()


def test_a_machine_without_a_compiler_is_told_what_to_install(monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="pip install ziglang"):
        build.compiler(build.PLATFORMS["linux-x86_64"])


def test_the_compiler_that_is_asked_for_is_taken(monkeypatch):
    monkeypatch.setenv("CC", "ccache gcc -m64")
    assert build.compiler(build.PLATFORMS["linux-x86_64"]).command == ("ccache", "gcc", "-m64")


def test_another_system_is_compiled_for_by_zig_alone(monkeypatch):
    monkeypatch.setenv("CC", "gcc")
    monkeypatch.setenv("KM3AID_PLATFORM", "win-amd64")
    monkeypatch.setattr(build, "find_spec", lambda name: name)
    assert "x86_64-windows-gnu" in build.compiler(build.platform()).command
    assert build.wheel_tag() == "py3-none-win_amd64"


def test_what_another_compiler_makes_is_for_this_system_alone(monkeypatch):
    monkeypatch.setenv("CC", "gcc")
    monkeypatch.delenv("KM3AID_PLATFORM", raising=False)
    monkeypatch.setattr(build.sysconfig, "get_platform", lambda: "linux-x86_64")
    assert build.wheel_tag() == "py3-none-linux_x86_64"


def test_a_library_in_use_is_put_aside(monkeypatch, tmp_path):
    fresh, place = tmp_path / "fresh", tmp_path / "kernels.dll"
    fresh.write_bytes(b"new")
    place.write_bytes(b"old")
    replace = type(fresh).replace

    def as_on_windows(self, target):
        if self == fresh and place.exists():
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(type(fresh), "replace", as_on_windows)
    build._put(fresh, place)
    assert place.read_bytes() == b"new"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="compiles with the system's cc, as Linux has it")
def test_a_library_is_built_and_takes_the_place_of_the_old_one(monkeypatch, tmp_path):
    if not shutil.which("cc"):
        pytest.skip("no cc")
    for source in (*SOURCES, build.FOLDER / "kernels.h"):
        shutil.copy(source, tmp_path)
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    monkeypatch.setenv("CC", "cc")
    (tmp_path / "kernels.so").write_bytes(b"old")
    made = build.build(tmp_path)
    assert ctypes.CDLL(str(made)).processor_level() in load.LEVELS
    assert {p.suffix for p in tmp_path.iterdir()} == {".c", ".h", ".so"}


def test_a_folder_that_cannot_be_written_to_is_told(monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(build.tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(SystemExit, match=r"kernels: the kernels cannot be written there \(Permission denied\)"):
        build.main()
