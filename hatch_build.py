"""What hatchling calls before it packs a wheel, and before an editable installation: the kernels are compiled."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "src"))
from km3aid.kernels.build import build, wheel_tag  # imports nothing that is not installed yet


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook; its name and those of its methods are hatchling's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile in place for an editable installation, otherwise elsewhere, whatever system it is for."""
        build_data["pure_python"] = False
        build_data["tag"] = wheel_tag()
        if version == "editable":
            build()
            return
        self._folder = tempfile.mkdtemp(prefix="km3aid-kernels-")
        library = build(Path(self._folder))
        build_data["force_include"][str(library)] = f"km3aid/kernels/{library.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled elsewhere."""
        if version != "editable":
            shutil.rmtree(self._folder, ignore_errors=True)
