"""The direction of imports, and that looking around costs nothing."""

import subprocess
import sys

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_data_flows_one_way():
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("line", ["import km3aid", "from km3aid.cli import app; import km3aid.spectra"])
def test_no_torch_before_it_is_needed(line):
    code = f"{line}; import sys; print([m for m in ('torch', 'rdkit', 'numpy') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "torch" not in out
    assert "rdkit" not in out
