"""The benchmarks use only names that the package still has."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest

from km3aid.elucidate.trust import Unusual

BENCHMARKS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_every_imported_name_exists(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("km3aid"):
            module = importlib.import_module(str(node.module))
            missing = [n.name for n in node.names if not hasattr(module, n.name)]
            assert not missing, f"{path.name}:{node.lineno}: {node.module} has no {', '.join(missing)}"


def test_the_sharpness_of_proposals_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS[0].parent))
    fitted_sharpness = importlib.import_module("elucidate_report").fitted_sharpness
    rng = np.random.default_rng(0)
    lines = []
    for _ in range(400):
        odds = np.sort(rng.normal(0, 3, 6))[::-1]
        right = rng.choice(6, p=np.exp(odds - np.logaddexp.reduce(odds)))
        unusual = np.zeros((6, 5))
        unusual[:, 3] = rng.integers(0, 3, 6)  # each costs 2
        lines.append(
            {"score": (odds / 0.4 + 2 * unusual[:, 3]).tolist(), "unusual": unusual.tolist(), "rank": int(right) + 1}
        )
    lines.append({"score": [1.0], "unusual": [[0.0] * 5], "rank": None})  # says nothing
    assert fitted_sharpness(lines, Unusual((0.0, 0.0, 0.0), 2.0)) == pytest.approx(0.4, abs=0.05)
