"""A model as a graph that ONNX Runtime computes, for which no torch is needed."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import GraphBatch, PeakBatch
from km3aid.models.network import Encoded
from km3aid.models.weights import ModelFile


class OnnxNetwork:
    """The graphs in a model file with its weights; each is made ready when it is first needed."""

    on_cpu = True
    together = 32  # molecules: the intermediate results of more do not stay in a processor's cache

    def __init__(self, file: ModelFile, threads: int) -> None:
        self._file, self._threads = file, threads
        self._sessions: dict[str, Any] = {}

    def encode(self, graph: GraphBatch) -> Encoded:
        return Encoded._make(self._run("encode", graph._asdict()))

    def encode_spectra(self, peaks: PeakBatch) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._run("encode_spectra", peaks._asdict())[0]
        return vectors

    def node_logits(self, shift_ppm: Any, multiplicity: Any, node: NDArray[np.float32]) -> NDArray[np.float32]:
        inputs = {
            "shift_ppm": np.asarray(shift_ppm, np.float32),
            "multiplicity": np.asarray(multiplicity, np.int64),
            "node": node,
        }
        logits: NDArray[np.float32] = self._run("node_logits", inputs)[0]
        return logits

    def _run(self, name: str, inputs: dict[str, Any]) -> list[NDArray[np.float32]]:
        """Outputs of a graph; a number among the inputs is told as the length of an array."""
        if name not in self._sessions:
            self._sessions[name] = _session(self._file, name, self._threads)
        session, wanted = self._sessions[name]
        arrays = {k: np.zeros(v, np.float32) if isinstance(v, int) else v for k, v in inputs.items() if k in wanted}
        found: list[NDArray[np.float32]] = session.run(None, arrays)
        return found


def _runtime() -> Any:
    """ONNX Runtime, which otherwise sends its maker what it is used for: the variable is read at the first import."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


def _session(file: ModelFile, name: str, threads: int) -> tuple[Any, set[str]]:
    """A graph ready to run, and the names of its inputs."""
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # it warns of what its own optimiser has left over
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that wait leave the cores alone
    names = file.graph_weights(name)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(file.single(weight)) for weight in names]
    options.add_external_initializers(names, values)
    session = onnxruntime.InferenceSession(file.graphs[name], options, providers=["CPUExecutionProvider"])
    return session, {given.name for given in session.get_inputs()}
