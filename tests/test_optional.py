import math
import sys

import pytest

from km3aid.errors import ConfigError
from km3aid.optional import require


def test_what_is_installed_is_imported():
    assert require("math", "train", "training") is math


def test_what_is_missing_is_named_with_the_extra_that_installs_it():
    with pytest.raises(ConfigError) as error:
        require("no_such_package.part", "train", "training")
    assert str(error.value) == (
        "training needs no_such_package, which is not installed; run: pip install 'km3aid[train]'"
    )


def test_what_a_package_needs_itself_is_named(tmp_path, monkeypatch):
    (tmp_path / "needs_another.py").write_text("import another_that_is_missing")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match="another_that_is_missing"):
        require("needs_another", "web", "the web service")


def test_a_hidden_package_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning", None)
    with pytest.raises(ConfigError, match=r"training needs lightning.*km3aid\[train\]"):
        require("lightning", "train", "training")


def test_a_package_that_is_broken_is_not_missing(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("from math import nothing_of_that_name")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="nothing_of_that_name"):
        require("broken_package", "web", "the web service")
