"""The table of output formats: light, complete, and the only place that names them."""

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

import km3aid.render
from km3aid.render.registry import FORMATS, format_of_file, load

HEAVY = ["numpy", "torch", "rdkit", "reportlab", "PIL", "pyarrow", "km3aid.engine.engine", "km3aid.molecules"]
FOLDER = Path(km3aid.render.__file__).parent


def test_the_table_is_light():
    code = "import sys, km3aid.render.registry, km3aid.render.export;"
    code += f"sys.exit(str([m for m in {HEAVY} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_every_row_names_functions_that_exist(row):
    assert list(signature(load(row.writer)).parameters) == ["cases"]
    if row.stream is not None:
        assert list(signature(load(row.stream)).parameters) == ["file", "kind"]
    assert row.media_type.startswith("text/") <= (not row.binary)


def test_no_two_formats_claim_a_file():
    suffixes = [suffix for row in FORMATS.values() for suffix in row.suffixes]
    assert len(suffixes) == len(set(suffixes))
    for row in FORMATS.values():
        assert {format_of_file(Path(f"aspirin{suffix}")) for suffix in row.suffixes} == {row.name}


@pytest.mark.parametrize("name", ["export.py", "stream.py"])
def test_only_the_table_names_formats(name):
    code = re.sub(r'"""(?s:.*?)"""', "", (FOLDER / name).read_text(encoding="utf-8"))
    assert not [format for format in FORMATS if re.search(rf"[\"']{format}[\"']", code)]


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.PDF", "pdf"), ("a.nmredata.sdf", "nmredata"), ("a.htm", "html"), ("a.txt", None), ("a", None)],
)
def test_a_files_name_tells_its_format(name, format):
    assert format_of_file(Path(name)) == format
