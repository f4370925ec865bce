"""What the wheel and the source hold, under which licences, and what else goes with a release."""

import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from km3aid.kernels.load import LIBRARY

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EDITOR = "km3aid/web/static/vendor/openchemlib.js"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The names in the wheel and in the source, and the metadata of the wheel."""
    pytest.importorskip("build", reason="needs build: pip install 'km3aid[dev]'")
    pytest.importorskip("hatchling", reason="needs hatchling: pip install 'km3aid[dev]'")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("km3aid-*-py3-none-*.whl"))) as wheel:  # for any Python, of one system
        names = wheel.namelist()
        metadata = wheel.read(next(n for n in names if n.endswith("METADATA"))).decode()
    with tarfile.open(next(out.glob("*.tar.gz"))) as source:
        return names, [n.partition("/")[2] for n in source.getnames()], metadata


def test_wheel_and_source_hold_what_a_user_needs(built):
    needed = {
        "km3aid/weights/best.safetensors", "km3aid/starter/compounds.smi.gz", "km3aid/starter/SOURCES.md",
        "km3aid/web/static/index.html", "km3aid/presets/best.toml", "km3aid/examples/aspirin.txt", "km3aid/py.typed",
    }  # fmt: skip
    wheel, source, _ = built
    assert needed <= set(wheel)
    assert {f"src/{name}" for name in needed} | {"REUSE.toml", "recipe/recipe.yaml"} <= set(source)
    assert {f"km3aid/kernels/{LIBRARY.name}", "km3aid/kernels/exact_match.c"} <= set(wheel)
    assert not any(Path(name).suffix in (".so", ".dylib", ".dll") for name in source)
    assert (EDITOR in wheel) == (ROOT / "src" / EDITOR).exists()
    assert not any("__pycache__" in name or name.startswith(("tests/", "docs/", "results/")) for name in wheel)


def test_every_file_of_the_wheel_has_a_licence(built):
    wheel, _, metadata = built
    table = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    used = set()
    for name in wheel:
        if ".dist-info/" not in name:
            rows = [row for row in table if fnmatch(f"src/{name}", row["path"])]
            assert rows, name
            used |= set(rows[-1]["SPDX-License-Identifier"].split(" AND "))
    stated = next(line for line in metadata.splitlines() if line.startswith("License-Expression: "))
    assert used - {"BSD-3-Clause"} == {"MIT", "LicenseRef-nmrshiftdb2"}
    assert used <= set(stated.removeprefix("License-Expression: ").split(" AND "))
    assert any(name.endswith("licenses/REUSE.toml") for name in wheel)


def test_the_licences_are_those_of_the_files():
    table = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    missing = [row["path"] for row in table if not list(ROOT.glob(row["path"])) and "vendor" not in row["path"]]
    assert missing == []


def test_the_recipe_asks_for_what_the_package_needs():
    text = (ROOT / "recipe" / "recipe.yaml").read_text(encoding="utf-8")
    recipe = yaml.safe_load(text.replace("${{", "<").replace("}}", ">"))
    run = [requirement.replace(" >", ">") for requirement in recipe["requirements"]["run"]]
    assert set(PROJECT["dependencies"]) <= set(run)
    assert recipe["context"]["version"] == PROJECT["version"]


def test_citation_and_archive_tell_the_same_version_and_title():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    archived = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert cited["version"] == PROJECT["version"]
    assert cited["title"] == archived["title"]


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_workflows_name_what_they_use(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert all("@" in step["uses"] for step in job["steps"] if "uses" in step)


def test_the_tests_run_on_every_system_and_version_that_is_promised():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    promised = [
        c.rpartition(" ")[2] for c in PROJECT["classifiers"] if c.startswith("Programming Language :: Python :: 3.")
    ]
    assert matrix["python"] == promised
