"""The shape of a model: frozen, typed, read from TOML; an unknown key is an error."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from importlib import resources
from typing import Any

from km3aid.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Preset `best`: one encoder for graph level, node level and shift head."""

    width: int = 192
    hidden: int = 256
    layers: int = 6
    dropout: float = 0.0
    graph_dim: int = 256
    node_dim: int = 128
    peak_width: int = 128
    peak_layers: int = 2
    peak_heads: int = 4
    node_kernel_ppm: float = 1.0
    node_group: int = 32  # molecules whose carbons are contrasted with each other
    graph_weight: float = 0.3
    node_weight: float = 0.3
    shift_weight: float = 1.0

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ModelConfig:
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"unknown model setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_preset(name: str) -> dict[str, Any]:
    """The tables of `presets/NAME.toml`, which come with the package."""
    folder = resources.files("km3aid") / "presets"
    file = folder / f"{name}.toml"
    if not file.is_file():
        names = ", ".join(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))
        raise ConfigError(f"no preset {name!r}; there are {names}")
    return tomllib.loads(file.read_text(encoding="utf-8"))
