"""The shape of a model: frozen, typed, read from TOML; an unknown key is an error."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

from km3aid.errors import ConfigError

DISCRIMINATIONS = ("knowledge-span", "strong-pair", "weak-pair")


@dataclass(frozen=True, slots=True)
class JointConfig:
    """Preset `best`: one encoder for graph level, node level and shift head."""

    architecture: ClassVar[str] = "joint"
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

    def to_dict(self) -> dict[str, Any]:
        return {"architecture": self.architecture, **asdict(self)}


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """Preset `paper`: K-M3AID; its ablations (tables 1, C.1 and C.2) differ in these values alone."""

    architecture: ClassVar[str] = "paper"
    layers: int = 5
    width: int = 128
    projection: int = 512
    dropout: float = 0.2
    projection_dropout: float = 0.1
    channel: bool = True  # one graph encoder for both levels; without it each has its own
    discrimination: str = "knowledge-span"
    tau1: float = 1e-5
    tau2: float = 10.0
    threshold_ppm: float = 0.0  # of weak pairs
    peak_unit_ppm: float = 1.0  # of the peak encoder's input; as published 1, at which it learns slowly
    alpha: float = 0.1  # weight of the graph level; 1 − alpha is the node level's
    frozen_spectrum: bool = True  # false while the spectrum encoder is pretrained

    def __post_init__(self) -> None:
        if self.discrimination not in DISCRIMINATIONS:
            raise ConfigError(f"discrimination {self.discrimination!r}; expected {', '.join(DISCRIMINATIONS)}")
        if not 0 <= self.alpha <= 1:
            raise ConfigError(f"alpha {self.alpha}; expected 0 to 1")
        if self.tau1 <= 0 or self.tau2 <= 0:
            raise ConfigError(f"tau1 {self.tau1} and tau2 {self.tau2}; both must be above 0")

    def to_dict(self) -> dict[str, Any]:
        return {"architecture": self.architecture, **asdict(self)}


def model_config(values: dict[str, Any]) -> JointConfig | PaperConfig:
    """The configuration that a table `[model]` states; `architecture` says of which kind."""
    kinds = {kind.architecture: kind for kind in (JointConfig, PaperConfig)}
    name = values.get("architecture", JointConfig.architecture)
    if name not in kinds:
        raise ConfigError(f"architecture {name!r}; expected {' or '.join(kinds)}")
    rest = {key: value for key, value in values.items() if key != "architecture"}
    known = {field.name for field in fields(kinds[name])}
    if unknown := sorted(set(rest) - known):
        raise ConfigError(f"unknown model setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return kinds[name](**rest)


def read_preset(name: str, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The tables of `presets/NAME.toml`, which come with the package, or of a TOML file of one's own.

    `changes` are lines of TOML such as `model.tau2 = 1.0` that replace single values.
    """
    folder = resources.files("km3aid") / "presets"
    file = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if not file.is_file():
        names = ", ".join(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))
        raise ConfigError(f"no preset {name!r}; there are {names}, or give a .toml file")
    values = _toml(file.read_text(encoding="utf-8"), name)
    for change in changes:
        for table, settings in _toml(change, f"setting {change!r}").items():
            if not isinstance(settings, dict):
                raise ConfigError(f"setting {change!r}; expected a table and a name, such as model.tau2=1.0")
            values[table] = {**values.get(table, {}), **settings}
    if unknown := sorted(set(values) - {"model", "training"}):
        raise ConfigError(f"preset {name}: unknown table [{unknown[0]}]; known are [model] and [training]")
    return values


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{where}: not valid TOML ({error}); quote text, as in model.discrimination='weak-pair'"
        ) from error
