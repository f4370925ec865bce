"""Runs the command line within this process, which spares the import of torch each time."""

import contextlib
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from km3aid.cli import main

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PEAKS = "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0"


def km3aid(*arguments, given="", cwd=None):
    """Run a command; returns its exit code and what it said, as `subprocess.run` does."""
    stdin, stdout, stderr = (io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8") for text in (given, "", ""))
    code = 0
    with (
        patch.object(sys, "argv", ["km3aid", *map(str, arguments)]),
        patch.object(sys, "stdin", stdin),
        patch.object(sys, "stdout", stdout),
        patch.object(sys, "stderr", stderr),
        contextlib.chdir(cwd or Path.cwd()),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    said = []
    for stream in (stdout, stderr):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    return SimpleNamespace(returncode=code, stdout=said[0], stderr=said[1])


def answer(*arguments, **how):
    """The JSON that a command prints that ends well."""
    done = km3aid(*arguments, **how)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answers(*arguments, **how):
    """The exit code and the JSON lines of a batch."""
    done = km3aid(*arguments, **how)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def refused(*arguments, **how):
    """The one line of a command that ends with exit code 2 and answers nothing."""
    done = km3aid(*arguments, **how)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert done.stderr.startswith("km3aid: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def json_lines(path, records):
    """Write records as JSON lines; a text is written as it is."""
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records), encoding="utf-8")
    return path


def peaks(text):
    """The `peaks` of a record."""
    return [{"ppm": float(shift)} for shift in text.split()]
