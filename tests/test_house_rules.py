"""The shape of the code: short files and functions, few parameters, types everywhere."""

import ast
import statistics
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "km3aid"
FILES = sorted(SOURCE.rglob("*.py"))
MOST_PARAMETERS, MOST_LINES, LONGEST_FILE, MEDIAN_FILE = 8, 60, 350, 120


def functions():
    for file in FILES:
        name = file.relative_to(SOURCE).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}: {node.name}", node


FUNCTIONS = list(functions())


def parameters(node):
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [a.arg for a in every if a.arg not in ("self", "cls")]


def test_functions_take_few_parameters():
    assert [name for name, node in FUNCTIONS if len(parameters(node)) > MOST_PARAMETERS] == []


def test_functions_are_short():
    assert [name for name, node in FUNCTIONS if node.end_lineno - node.lineno + 1 > MOST_LINES] == []


def test_functions_state_what_they_return():
    untyped = [name for name, node in FUNCTIONS if node.returns is None]
    assert untyped == []


def test_files_are_short():
    lengths = {f.relative_to(SOURCE).as_posix(): len(f.read_text(encoding="utf-8").splitlines()) for f in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_FILE
