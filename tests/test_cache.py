"""Where things are kept, on every system."""

import sys
from pathlib import Path

import pytest

from km3aid.cache import cache_folder


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/km3aid"),
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "xdg/km3aid"),
        ("darwin", {}, "home/Library/Caches/km3aid"),
        ("win32", {}, "home/AppData/Local/km3aid/Cache"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/km3aid/Cache"),
        ("win32", {"KM3AID_CACHE": "mine"}, "mine"),
    ],
)
def test_the_folder_of_each_system(monkeypatch, system, variables, expected):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "KM3AID_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert cache_folder() == Path(expected)


def test_a_user_without_a_home(monkeypatch):
    def none():
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_CACHE_HOME", "KM3AID_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", none)
    assert cache_folder() == Path(".cache/km3aid")
