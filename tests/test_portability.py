"""What Windows and macOS lack is not needed: import, build and search without it."""

import os
import subprocess
import sys

BARE = """
import os, sys

for name in ("sched_getaffinity", "fork", "geteuid", "getuid", "killpg"):
    if hasattr(os, name):
        delattr(os, name)


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "termios"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.modules.pop("fcntl", None)
sys.meta_path.insert(0, Hidden())
from km3aid import Engine, Spectrum
from km3aid.cli.app import app

engine = Engine.load(device="cpu")
engine.build_library([("CCO", None), ("CCCO", None), ("c1ccccc1O", None)], "lib")
hits = engine.search(Spectrum.from_shifts([58.3, 18.4]), engine.open_library("lib")).hits
print(hits[0].smiles)
"""


def test_nothing_that_only_posix_systems_have_is_needed(tmp_path):
    environment = {"OMP_NUM_THREADS": "2,1"}  # a list is legal
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "CCO"
