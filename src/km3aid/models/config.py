"""The shape of a model: frozen, typed dataclasses that TOML tables are checked against."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Lt

from km3aid.config import from_dict, to_dict
from km3aid.errors import ConfigError

Size = Annotated[int, Ge(1)]
Weight = Annotated[float, Ge(0)]
Positive = Annotated[float, Gt(0)]
Share = Annotated[float, Ge(0), Le(1)]
Dropout = Annotated[float, Ge(0), Lt(1)]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What the configurations of all models share; `architecture` names the kind in files."""

    architecture: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """The table from which `model_config` makes an equal configuration; it travels with the weights."""
        return {"architecture": self.architecture, **to_dict(self)}


@dataclass(frozen=True, slots=True)
class JointConfig(ModelConfig):
    """Preset `best`: one encoder serves the graph level, the node level and the predicted shifts."""

    architecture: ClassVar[str] = "joint"
    width: Size = 192
    hidden: Size = 256
    layers: Size = 6
    dropout: Dropout = 0.0
    configuration: bool = False  # see relative configuration, and mirror images as one
    turn_width: Size = 16  # with configuration: channels of the handedness of a centre
    graph_dim: Size = 256
    node_dim: Size = 128
    peak_width: Size = 128
    peak_layers: Size = 2
    peak_heads: Size = 4
    node_kernel_ppm: Positive = 1.0
    node_group: Size = 32  # molecules whose carbons are contrasted with each other
    graph_weight: Weight = 0.3  # 0: the graph level rests, and a step takes less time
    node_weight: Weight = 0.3  # 0: the node level rests likewise
    shift_weight: Weight = 1.0
    outlier: Share = 0.0  # the share of recorded shifts that are plainly wrong
    outlier_ppm: Positive = 20.0  # the Laplace scale of those
    reassign_nats: Weight = 0.0  # 0: never; gain by which measured shifts are taken to be assigned the wrong way round
    taught_weight: Weight = 1.0  # of a shift that a teacher predicted, beside one that was measured
    taught_noise: Weight = 1.0  # its Laplace scale, in spreads that the teacher states

    def __post_init__(self) -> None:
        if self.peak_width % self.peak_heads:
            raise ConfigError(f"peak_width: {self.peak_width}; expected a multiple of peak_heads ({self.peak_heads})")


@dataclass(frozen=True, slots=True)
class KM3AIDConfig(ModelConfig):
    """Preset `paper`: K-M3AID; its ablations (tables 1, C.1 and C.2) change these values alone."""

    architecture: ClassVar[str] = "paper"
    layers: Size = 5
    width: Size = 128
    projection: Size = 512
    dropout: Dropout = 0.2
    projection_dropout: Dropout = 0.1
    channel: bool = True  # both levels share one graph encoder; without the channel each has its own
    discrimination: Literal["knowledge-span", "strong-pair", "weak-pair", "laplace"] = "knowledge-span"
    normalised: bool = True  # the targets of a carbon sum to 1; not so in the release's strong and weak pairs
    tau1: Positive = 1e-5
    tau2: Positive = 10.0
    threshold_ppm: Weight = 0.0  # of weak pairs
    kernel_ppm: Weight = 1.0  # laplace: its width; 0: the scatter of each kind of carbon, between equal multiplicities
    peak_centre_ppm: float = 0.0  # subtracted from the peak encoder's input
    peak_unit_ppm: Positive = 1.0  # and by which it is divided; 0 and 1 as published, with which it learns slowly
    alpha: Share = 0.1  # weight of the graph level; that of the node level is 1 − alpha
    frozen_spectrum: bool = True  # false while the spectrum encoder is pretrained


@dataclass(frozen=True, slots=True)
class AveragedConfig(ModelConfig):
    """A joint model that predicts the mean of its own shifts and those of others."""

    architecture: ClassVar[str] = "averaged"
    first: JointConfig
    others: tuple[JointConfig, ...]
    disagreement: Weight = (
        0.3  # how much wider a shift's scale is for each ppm by which the models differ from the mean
    )


def model_config(values: dict[str, Any], where: str = "model") -> ModelConfig:
    """The configuration in a table `[model]`, whose `architecture` names the kind; raises `ConfigError`.

    >>> model_config({"architecture": "paper", "tau2": 1}).tau2
    1.0
    """
    kinds = {kind.architecture: kind for kind in (JointConfig, KM3AIDConfig, AveragedConfig)}
    name = values.get("architecture", JointConfig.architecture)
    if name not in [*kinds]:
        raise ConfigError(f"{where}: architecture: {name!r}; expected {' or '.join(kinds)}")
    return from_dict(kinds[name], {key: value for key, value in values.items() if key != "architecture"}, where)


def read_preset(name: str, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The tables `[model]` and `[training]` of a preset that comes with km3aid, or of a TOML file of your own.

    `changes` are lines of TOML such as `model.tau2 = 1.0`, each of which replaces one value. Raises `ConfigError`.
    """
    folder = resources.files("km3aid") / "presets"
    file = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if not file.is_file():
        names = ", ".join(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))
        raise ConfigError(f"no preset {name!r}; there are {names}, or give a .toml file")
    values = _tables(file.read_bytes(), f"preset {name}")
    for change in changes:
        for table, settings in _tables(change.encode(), f"setting {change!r}").items():
            values[table] = {**values.get(table, {}), **settings}
    return values


def _tables(content: bytes, where: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads(content.decode())
    except ValueError as error:
        example = "model.discrimination='weak-pair'"
        raise ConfigError(f"{where}: not valid TOML ({error}); text stands in quotes, as in {example}") from error
    for table, settings in tables.items():
        if not isinstance(settings, dict):
            raise ConfigError(f"{where}: {table!r} has no table; expected table and name, such as model.tau2=1.0")
        if table not in ("model", "training"):
            raise ConfigError(f"{where}: unknown table [{table}]; known are [model] and [training]")
    return tables
