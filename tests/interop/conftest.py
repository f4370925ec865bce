"""Programs from the npm registry, installed once into pytest's cache folder without running their install scripts."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("jcampconverter@10.0.1", "nmredata@1.0.1")  # both MIT; later releases of jcampconverter are not


@pytest.fixture(scope="session")
def node(request) -> Callable[..., Any]:
    """Run JavaScript with the packages and return the JSON that it prints."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine")
    folder = Path(request.config.cache.mkdir("npm"))
    wanted = " ".join(PACKAGES)
    mark = folder / "installed.txt"
    if not mark.exists() or mark.read_text() != wanted:
        command = ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        subprocess.run(command, cwd=folder, check=True, timeout=300)
        mark.write_text(wanted)

    def run(script: str, *arguments: str) -> Any:
        done = subprocess.run(
            ["node", "-e", script, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=120
        )
        return json.loads(done.stdout)

    return run
