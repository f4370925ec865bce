"""Write version and hash of the built source into the recipe: python recipe/update.py dist/km3aid-0.1.0.tar.gz"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

RECIPE = Path(__file__).with_name("recipe.yaml")


def updated(recipe: str, version: str, sha256: str) -> str:
    """The recipe for another source."""
    recipe = re.sub(r'(?m)^  version: ".*"$', f'  version: "{version}"', recipe)
    return re.sub(r'(?m)^  sha256: ".*"$', f'  sha256: "{sha256}"', recipe)


if __name__ == "__main__":
    source = Path(sys.argv[1])
    version = source.name.removeprefix("km3aid-").removesuffix(".tar.gz")
    made = updated(RECIPE.read_text(encoding="utf-8"), version, hashlib.sha256(source.read_bytes()).hexdigest())
    RECIPE.write_text(made, encoding="utf-8", newline="\n")
