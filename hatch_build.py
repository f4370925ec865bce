"""What hatchling calls before it packs a wheel, and before an editable installation: the kernels are compiled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "src"))
from km3aid.kernels.build import build, platform  # imports nothing that is not installed yet


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook; its name is hatchling's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the library to the wheel, and name the system that it is for."""
        build_data["artifacts"].append(f"/{build().relative_to(self.root).as_posix()}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform().wheel}"
