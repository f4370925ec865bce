"""A trained model as graphs in the format of ONNX, which are traced from its modules and from nothing else."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from km3aid.data.batches import GraphBatch, PeakBatch, collate, pad_peaks
from km3aid.models.alignment import AlignmentModel
from km3aid.models.tensors import on_device
from km3aid.molecules import featurise, parse_smiles
from km3aid.optional import require

# any molecules will do, but no dimension of theirs may be 0 or 1: a tracer takes these for constant
_TRACED = ("C[C@H](O)/C=C/c1ccccc1", "C[C@@H]1CC[C@H](C)C[C@@H]1O", "CCO", "CC(=O)N1CCC[C@H]1C(=O)O")
_PREFIX = "model."  # of the weights' names in a traced graph


class Graph(NamedTuple):
    """A serialised graph, and the names of the model's weights that it needs."""

    onnx: bytes
    weights: list[str]


def export_graphs(model: AlignmentModel) -> dict[str, Graph]:
    """The graphs `encode`, `encode_spectra` and `node_logits`; raises `ConfigError` without the extra `train`."""
    require("onnxscript", "train", "writing a model for use without torch")
    model = _traceable(model)
    graph = on_device(collate([featurise(parse_smiles(s).mol) for s in _TRACED]))
    molecule = np.repeat(np.arange(2), 3)
    peaks = on_device(pad_peaks(molecule, np.linspace(20, 170, 6, dtype=np.float32), molecule, molecule, 2))
    with torch.no_grad():
        node = model.encode(graph).node
    one = {"shift_ppm": peaks.shift_ppm[0], "multiplicity": peaks.multiplicity[0]}
    return {
        "encode": _export(model, _encode, _named(graph), 1),
        "encode_spectra": _export(model, _encode_spectra, _named(peaks), 2),
        "node_logits": _export(model, _node_logits, {**one, "node": node}, 1),
    }


def _encode(model: AlignmentModel, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
    fields: dict[str, Any] = {**inputs, "molecules": inputs["molecules"].shape[0]}
    return tuple(model.encode(GraphBatch(**fields)))


def _encode_spectra(model: AlignmentModel, inputs: dict[str, Tensor]) -> Tensor:
    return model.encode_spectra(PeakBatch(**inputs))


def _node_logits(model: AlignmentModel, inputs: dict[str, Tensor]) -> Tensor:
    return model.node_logits(model.encode_peaks(inputs["shift_ppm"], inputs["multiplicity"]), inputs["node"])


def _named(batch: Any) -> dict[str, Tensor]:
    """The tensors of a batch by the names of its fields; a number becomes the length of a tensor."""
    return {k: torch.zeros(v) if isinstance(v, int) else v for k, v in batch._asdict().items()}


class _Traced(nn.Module):
    """A function of a model as a module whose arguments are tensors."""

    def __init__(self, model: AlignmentModel, function: Callable[..., Any], names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.function, self.names = model, function, names

    def forward(self, *tensors: Tensor) -> Any:
        return self.function(self.model, dict(zip(self.names, tensors, strict=True)))


class _Bag(nn.Module):
    """What an `EmbeddingBag` of the mode sum computes, without the loop that it becomes in a graph."""

    def __init__(self, bag: nn.EmbeddingBag) -> None:
        super().__init__()
        self.weight = bag.weight

    def forward(self, codes: Tensor) -> Tensor:
        return nn.functional.embedding(codes, self.weight).sum(1)


def _traceable(model: AlignmentModel) -> AlignmentModel:
    """A copy of the model on the CPU that computes the same from operations that have a counterpart in ONNX."""
    model = copy.deepcopy(model).cpu().eval().requires_grad_(False)
    for module in [*model.modules()]:
        for name, child in module.named_children():
            if isinstance(child, nn.EmbeddingBag):
                setattr(module, name, _Bag(child))
    return model


def _export(model: AlignmentModel, function: Callable[..., Any], inputs: dict[str, Tensor], free: int) -> Graph:
    """The graph of `function`, whose inputs may have any lengths along their first `free` dimensions."""
    shapes = tuple(dict.fromkeys(range(min(free, x.dim())), torch.export.Dim.DYNAMIC) for x in inputs.values())
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # it has no counterpart
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program: Any = torch.onnx.export(
                _Traced(model, function, tuple(inputs)).eval(),
                tuple(inputs.values()),
                input_names=[*inputs],
                dynamic_shapes=(shapes,),
                dynamo=True,
                optimize=False,
                verbose=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return _without_weights(program.model_proto, set(model.state_dict()))


def _without_weights(proto: Any, weights: set[str]) -> Graph:
    """The graph with its weights left to whoever runs it, under the names that they have in the model."""
    from onnx import TensorProto

    needed = []
    for initializer in proto.graph.initializer:
        name = initializer.name.removeprefix(_PREFIX)
        if name in weights:
            needed.append(name)
            initializer.name = name
            initializer.ClearField("raw_data")
            initializer.data_location = TensorProto.EXTERNAL
            initializer.external_data.add(key="location", value="weights")
    for node in proto.graph.node:
        for n, name in enumerate(node.input):
            if name.removeprefix(_PREFIX) in needed:
                node.input[n] = name.removeprefix(_PREFIX)
        node.doc_string = ""
        del node.metadata_props[:]
    del proto.graph.value_info[:]
    del proto.metadata_props[:]
    return Graph(proto.SerializeToString(deterministic=True), needed)
