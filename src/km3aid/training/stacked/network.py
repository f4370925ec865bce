"""M models of one shape as one: every weight has a leading dimension M, every product is a batch of products."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from km3aid.data.batches import UNKNOWN
from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.gin import EMBEDDED
from km3aid.models.k_m3aid.model import KM3AIDModel
from km3aid.models.k_m3aid.spectrum_encoder import BINS, bins
from km3aid.models.k_m3aid.target import SCATTER_PPM, scatter_ppm
from km3aid.training.stacked.pieces import PLAIN, NeighbourSum, Pieces, StackedContrast
from km3aid.training.stacked.tables import Batches, Tables

_WINDOW, _STRIDE, _MARGIN = 400, 200, 200  # of the convolution over spectra
_MOMENTUM = 0.1  # of the running statistics of batch norm
_EPS = 1e-5


class Outcome(NamedTuple):
    """What a stack says of one batch of each model."""

    total: Tensor  # (M,) weighted sum of both losses
    graph_loss: Tensor  # (M,)
    node_loss: Tensor  # (M,)
    similarity: Tensor  # (M, B, B) spectra × molecules
    logits: Tensor | None  # (M, C, C) peaks × carbons; None without a node level


class Features(NamedTuple):
    """What frozen spectrum encoders say of every molecule's spectrum."""

    table: Tensor  # (F · (molecules + 1), D)
    start: Tensor  # (M,) where the rows of each model's encoder begin


class StackedNetwork:
    """The weights of the models, and what they compute in training and in validation."""

    def __init__(self, models: Sequence[KM3AIDModel], tables: Tables, features: Features | None) -> None:
        self.config = shared_shape([m.config for m in models])
        self.tables, self.features, self.models = tables, features, len(models)
        device, dtype = tables.kinds.device, tables.kinds.dtype
        trained = [name for name, p in models[0].named_parameters() if p.requires_grad]
        states = [m.state_dict() for m in models]
        self.weights = {n: torch.stack([s[n] for s in states]).to(device, dtype).requires_grad_() for n in trained}
        running = [n for n in states[0] if n.endswith(("running_mean", "running_var"))]
        self.running = {n: torch.stack([s[n] for s in states]).to(device, dtype) for n in running}
        configs = [m.config for m in models]

        def vector(values: list[float]) -> Tensor:
            return torch.tensor(values, device=device, dtype=dtype)

        self.alpha = vector([c.alpha for c in configs])
        self.centre = vector([c.peak_centre_ppm for c in configs])[:, None, None]
        self.unit = vector([c.peak_unit_ppm for c in configs])[:, None, None]
        self.kernel = vector([_kernel(c)[0] for c in configs])
        self.span = vector([_kernel(c)[1] for c in configs])
        self.rules = torch.tensor([_rules(c) for c in configs], device=device, dtype=dtype)
        self.scatter = torch.tensor(SCATTER_PPM, device=device, dtype=dtype)
        self.training, self.fast = True, PLAIN
        self.noise_ppm, self.lost = 0.0, 0.0  # of the peaks that a spectrum encoder in training sees

    @property
    def pieces(self) -> Pieces:
        """Validation does not need the fast ones, which would be compiled anew for it."""
        return self.fast if self.training else PLAIN._replace(neighbour_sum=self.fast.neighbour_sum)

    def state(self, member: int) -> dict[str, Tensor]:
        """Weights and running statistics of one model, by their names in `KM3AIDModel`."""
        return {n: t[member].detach() for n, t in {**self.weights, **self.running}.items()}

    def __call__(self, batch: Batches) -> Outcome:
        """Losses and scores of one batch of each model (the fields without S)."""
        c, valid = self.config, (batch.rows < self.tables.empty).to(self.alpha.dtype)
        kinds = self.tables.kinds[batch.atom_kind]
        mask = (batch.atom_kind < len(self.tables.kinds) - 1).to(kinds.dtype).unsqueeze(2)
        atoms = self._encode("encoder", batch, kinds, mask)
        member = torch.arange(batch.rows.shape[1], device=batch.rows.device)
        pool = (batch.atom_molecule.unsqueeze(1) == member[:, None]).to(atoms.dtype)
        molecules = self._project("graph", self._mlp("readout.mlp", torch.bmm(pool, atoms)))
        similarity = torch.bmm(self._project("spectrum", self._spectra(batch)), molecules.mT)
        one = torch.eye(similarity.shape[1], device=atoms.device, dtype=atoms.dtype)
        graph = self._contrast(similarity, valid, one * valid.unsqueeze(2))
        if c.alpha == 1:
            return Outcome(graph, graph, torch.zeros_like(graph), similarity, None)
        if not c.channel:
            atoms = self._encode("node_encoder", batch, kinds, mask)
        logits, node = self._node_level(batch, atoms)
        return Outcome(self.alpha * graph + (1 - self.alpha) * node, graph, node, similarity, logits)

    def _node_level(self, batch: Batches, atoms: Tensor) -> tuple[Tensor, Tensor]:
        start = torch.arange(self.models, device=atoms.device)[:, None] * atoms.shape[1]
        index = (batch.carbon_atom + start).flatten()
        own = atoms.flatten(0, 1).index_select(0, index).view(self.models, -1, atoms.shape[2])
        nodes = self._project("node", own)
        logits = torch.bmm(self._project("peak", self._peaks(batch)), nodes.mT)
        valid = (batch.carbon_molecule < batch.rows.shape[1]).to(atoms.dtype)
        target = (batch.carbon_ppm, batch.carbon_kind, self._shape(batch), self.rules)
        return logits, self._contrast(logits, valid, *target)

    def _shape(self, batch: Batches) -> Tensor:
        """k and s of `targets` for each carbon (M, 2, C)."""
        scatter = 1 / scatter_ppm(batch.carbon_ppm, batch.carbon_kind, self.scatter)
        kernel = torch.where(self.kernel[:, None] < 0, scatter, self.kernel[:, None])
        return torch.stack([kernel, self.span[:, None].expand_as(kernel)], 1)

    def _contrast(self, logits: Tensor, valid: Tensor, *target: Tensor) -> Tensor:
        out: Tensor = StackedContrast.apply(logits, valid, self.pieces, *target)  # type: ignore[no-untyped-call]
        return out

    def _encode(self, name: str, batch: Batches, kinds: Tensor, mask: Tensor) -> Tensor:
        """Vectors (M, A, W) of the atoms by a graph encoder; those of padding are 0."""
        w, edges, number = self.weights, batch.neighbour.shape[1], torch.arange(self.models, device=mask.device)
        neighbour = (batch.neighbour + number[:, None] * batch.atom_kind.shape[1]).flatten()
        start = torch.cat([(batch.edge_start + number[:, None] * edges).flatten(), (number[-1:] + 1) * edges])
        codes, counts = kinds[..., : -_bonds(self)], kinds[..., -_bonds(self) :]
        count = mask.sum(1, keepdim=True)
        h = torch.bmm(codes, torch.cat([w[f"{name}.embeddings.{n}.weight"] for n in range(EMBEDDED)], 1))
        for number_of in range(self.config.layers):
            layer, last = f"{name}.layers.{number_of}", number_of == self.config.layers - 1
            summed: Tensor = NeighbourSum.apply(h, neighbour, start, self.pieces)  # type: ignore[no-untyped-call]
            inner = self._rectified(f"{layer}.mlp.0", torch.baddbmm(summed, counts, w[f"{layer}.bonds"]))
            h = self._normalise(layer, self._product(f"{layer}.mlp.2", inner), mask, count, not last)
        return h

    def _normalise(self, layer: str, x: Tensor, mask: Tensor, count: Tensor, rectify: bool) -> Tensor:
        names = (f"{layer}.mlp.2.bias", f"{layer}.norm.weight", f"{layer}.norm.bias")
        inner, weight, bias = (self.weights[name].unsqueeze(1) for name in names)
        running = [self.running[f"{layer}.norm.running_{part}"] for part in ("mean", "var")]
        if not self.training:
            out = (x + inner - running[0].unsqueeze(1)) * torch.rsqrt(running[1].unsqueeze(1) + _EPS) * weight + bias
            return (functional.relu(out) if rectify else out) * mask
        out, mean, variance = self.pieces.normalise(x, mask, count, (inner, weight, bias), self.config.dropout, rectify)
        with torch.no_grad():
            unbiased = variance * count / (count - 1)
            running[0].lerp_(mean.detach().squeeze(1), _MOMENTUM)
            running[1].lerp_(unbiased.detach().squeeze(1), _MOMENTUM)
        return out

    def _spectra(self, batch: Batches) -> Tensor:
        """Features (M, B, 768) of the spectra, of a frozen encoder where there is one."""
        if self.features is not None:
            return self.features.table[batch.rows + self.features.start[:, None]]
        ppm, keep = batch.carbon_ppm, torch.ones_like(batch.carbon_ppm)
        if self.training and (self.noise_ppm or self.lost):
            ppm = ppm + self.noise_ppm * torch.randn_like(ppm)
            keep = (torch.rand_like(ppm) >= self.lost).to(ppm.dtype)
        holders = batch.rows.shape[1] + 1  # the last holds what is padded
        width = BINS + 2 * _MARGIN
        sticks = ppm.new_zeros(self.models, holders * width)
        place = batch.carbon_molecule * width + _MARGIN + bins(ppm)
        sticks = sticks.scatter_reduce(1, place, keep, "amax").view(self.models, holders, width)[:, :-1]
        windows = sticks.unfold(2, _WINDOW, _STRIDE)
        weight, bias = self.weights["spectrum.conv.weight"], self.weights["spectrum.conv.bias"]
        seen = torch.baddbmm(bias.unsqueeze(1), windows.flatten(1, 2), weight.squeeze(2).mT)
        x = functional.relu(seen).view(*windows.shape[:3], -1).mT.flatten(2)
        for block in ("spectrum.blocks.0.mlp", "spectrum.blocks.1.mlp"):
            x = functional.relu(x + self._mlp(block, x))
        return functional.normalize(self._linear("spectrum.out", x), dim=2)

    def _peaks(self, batch: Batches) -> Tensor:
        place = (batch.carbon_ppm.unsqueeze(2) - self.centre) / self.unit
        codes = torch.arange(UNKNOWN + 1, device=place.device)
        kind = (batch.carbon_kind.unsqueeze(2) == codes).to(place.dtype)
        kind = kind[..., :UNKNOWN] + kind[..., UNKNOWN:] / UNKNOWN  # an unknown type is the mean of the four
        with _unrounded():  # three decimal digits would be left of a shift
            position = self._linear("peak.position", place)
            return self._mlp("peak.mlp", torch.cat([position, torch.bmm(kind, self.weights["peak.kind.weight"])], 2))

    def _project(self, name: str, x: Tensor) -> Tensor:
        name = f"projections.{name}"
        terms = [self.weights[f"{name}.{part}"].unsqueeze(1) for part in ("second.bias", "norm.weight", "norm.bias")]
        first, bent = self.pieces.bend(
            self._product(f"{name}.first", x), self.weights[f"{name}.first.bias"].unsqueeze(1)
        )
        drop = self.config.projection_dropout * self.training
        return self.pieces.project(first, self._product(f"{name}.second", bent), tuple(terms), drop)

    def _mlp(self, name: str, x: Tensor) -> Tensor:
        return self._linear(f"{name}.2", self._rectified(f"{name}.0", x))

    def _rectified(self, name: str, x: Tensor) -> Tensor:
        return self.pieces.rectify(self._product(name, x), self.weights[f"{name}.bias"].unsqueeze(1))

    def _product(self, name: str, x: Tensor) -> Tensor:
        return torch.bmm(x, self.weights[f"{name}.weight"].mT)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return torch.baddbmm(bias.unsqueeze(1), x, weight.mT)


def shared_shape(configs: Sequence[KM3AIDConfig]) -> KM3AIDConfig:
    """What the models have in common; raises `ValueError` where their shapes differ."""
    own = {
        "discrimination": "knowledge-span",
        "normalised": True,
        "tau1": 1e-5,
        "tau2": 10.0,
        "threshold_ppm": 0.0,
        "kernel_ppm": 1.0,
        "peak_centre_ppm": 0.0,
        "peak_unit_ppm": 1.0,
    }
    alpha = 1.0 if configs[0].alpha == 1 else 0.1
    common = {replace(c, **own, alpha=1.0 if c.alpha == 1 else 0.1) for c in configs}  # type: ignore[arg-type]
    if common != {replace(configs[0], **own, alpha=alpha)}:  # type: ignore[arg-type]
        raise ValueError("models of one stack must be of one shape")
    return common.pop()


@contextmanager
def _unrounded() -> Iterator[None]:
    """A block whose products are in full single precision; their gradients are not."""
    usual = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(usual)


def _bonds(network: StackedNetwork) -> int:
    return network.weights["encoder.layers.0.bonds"].shape[1]


def _kernel(c: KM3AIDConfig) -> tuple[float, float]:
    """k and s of `targets`; a negative k stands for the scatter of each kind of carbon."""
    if c.discrimination == "knowledge-span":
        return c.tau2 / c.tau1**2, 1 / c.tau1
    if c.discrimination == "laplace":
        return (1 / c.kernel_ppm if c.kernel_ppm else -1.0), 0.0
    return 0.0, 0.0


def _rules(c: KM3AIDConfig) -> tuple[float, float, float]:
    beyond = {"strong-pair": 0.0, "weak-pair": c.threshold_ppm}.get(c.discrimination, math.inf)
    gated = c.discrimination == "laplace" and not c.kernel_ppm
    return beyond, float(gated), float(c.normalised or c.discrimination == "knowledge-span")
