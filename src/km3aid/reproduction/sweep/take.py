"""A sweep's archives → the units of the reproduction, as if each model had been trained and measured by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.errors import DataError
from km3aid.evaluation.graph_level import BATCH, GraphMatches
from km3aid.evaluation.node_level import NodeShares
from km3aid.models.weights import read_model_file
from km3aid.reproduction.measures.alignment import NodeLevel, summarise_alignment
from km3aid.reproduction.measures.case_studies import Method, engine_method, recorded_ppm, study_cases
from km3aid.reproduction.measures.isomers import judge_groups
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.sweep.files import read_archives, read_arrays, read_weights
from km3aid.reproduction.sweep.judge import rows_of_cases
from km3aid.reproduction.tasks import BUNDLED, CASE_VARIANTS, Block, bundled_engine, open_paper_block, table_3_groups
from km3aid.reproduction.workflow import Log, Store, Unit, record
from km3aid.training.run import FINAL
from km3aid.training.stacked.whole import write_whole

_SPECTRUM = "spectrum."
_AS_THEY_ARE = (
    "molecules",
    "epochs",
    "best_epoch",
    "trained_beside",
    "device",
    "matmul_precision",
    "versions",
    "training_ids_sha256",
)
_RENAMED = {
    "validation_spectrum_to_molecule": "validation_graph_accuracy",
    "validation_alone": "validation_node_accuracy",
    "validation_released": "validation_node_released",
}


class _Swept(NamedTuple):
    """One model of a sweep."""

    about: dict[str, Any]  # its JSON
    arrays: dict[str, NDArray[Any]]
    nodes: dict[str, NDArray[Any]]  # empty where nothing was judged one-to-one
    sha256: str


class Taker:
    """Writes units and weights of what a sweep trained; evaluations of what was not kept stay missing."""

    def __init__(self, plan: Plan, store: Store, archives: Path, log: Log) -> None:
        self.plan, self.store, self.log = plan, store, log
        self.found = read_archives(archives)
        if not self.found:
            raise DataError(f"{archives}: no archive of a sweep here; expected sweep-1.tar")
        self._blocks: dict[int, Block] = {}

    def take(self, units: Sequence[Unit]) -> list[str]:
        """Write those of the units that the archives hold; returns their names."""
        written = []
        for unit in units:  # trainings stand before what is measured of them
            result = self._result(unit.name)
            identity = None if result is None else unit.identity()
            if result is not None and identity is not None:
                record(unit.name, identity, result, 0.0, self.store)
                written.append(unit.name)
        return written

    def _result(self, name: str) -> dict[str, Any] | None:
        if name.startswith("spectrum-encoder/"):
            return self._encoder(name)
        head, _, task = name.rpartition("/")
        fold = int(name.split("/")[1].removeprefix("fold-")) if "/fold-" in name else -1
        makers: dict[str, Callable[[_Swept, int], dict[str, Any]]] = {
            "training": self._training,
            "alignment": self._alignment,
            "isomers": self._isomers,
        }
        if task == "cases":
            return self._cases(head, fold)
        swept = self._swept(head) if task in makers else None
        return None if swept is None else makers[task](swept, fold)

    def _encoder(self, name: str) -> dict[str, Any] | None:
        """A spectrum encoder whose weights were kept; of the rest of its model they are not."""
        fold, _, kind = name.removeprefix("spectrum-encoder/fold-").partition("-")
        own = f"encoders/{kind or 'paper'}-{fold}"
        if f"{own}.weights.npz" not in self.found:
            return None
        about, path = json.loads(self.found[f"{own}.json"]), self.plan.work / name / FINAL
        if not path.is_file():
            header = {"preset": "paper", "unit": name, "only": _SPECTRUM}
            write_whole(path, about["model"], read_weights(self.found[f"{own}.weights.npz"]), header, _SPECTRUM)
        return _kept_of_training(about, read_model_file(path).sha256)

    def _swept(self, head: str) -> _Swept | None:
        if f"{head}.npz" not in self.found:
            return None
        content, nodes = self.found[f"{head}.npz"], self.found.get(f"{head}.nodes.npz")
        sha256 = hashlib.sha256(content).hexdigest()
        about = json.loads(self.found[f"{head}.json"])
        return _Swept(about, read_arrays(content), read_arrays(nodes) if nodes else {}, sha256)

    def _training(self, swept: _Swept, fold: int) -> dict[str, Any]:
        """What is kept of a training, and its weights where the sweep kept them."""
        path = self.plan.work / Path(swept.about["unit"]) / FINAL
        return _kept_of_training(swept.about, self._write_weights(swept.about, path) or swept.sha256)

    def _write_weights(self, about: dict[str, Any], path: Path) -> str | None:
        own, encoder = (self.found.get(f"{name}.weights.npz") for name in (about["unit"], about["encoder"]))
        if own is None or encoder is None:
            return None
        if not path.is_file():
            header = {"preset": "paper", "unit": about["unit"], "epochs": about["epochs"]}
            self.log(f"weights of {about['unit']}")
            write_whole(path, about["model"], {**read_weights(own), **read_weights(encoder)}, header)
        return read_model_file(path).sha256

    def _alignment(self, swept: _Swept, fold: int) -> dict[str, Any]:
        block = self._block(fold)
        rows = np.random.default_rng(0).permutation(block.rows)
        flags = {k: swept.arrays[k].astype(bool) for k in ("spectrum_to_molecule", "molecule_to_spectrum")}
        graph = GraphMatches(rows, flags["spectrum_to_molecule"], flags["molecule_to_spectrum"], BATCH)
        nothing = np.full(len(rows), np.nan)
        by = {**dict.fromkeys(NodeShares._fields, nothing), **{k: swept.arrays[k] for k in ("alone", "released")}}
        by |= swept.nodes
        carbons = np.array([int((~np.isnan(recorded_ppm(block.data, int(row)))).sum()) for row in rows])
        shares = np.stack([by[name].astype(np.float64) for name in NodeShares._fields], 1)
        return summarise_alignment(graph, NodeLevel(rows, carbons, shares), block.unseen)

    def _isomers(self, swept: _Swept, fold: int) -> dict[str, Any]:
        block = self._block(fold)
        groups = table_3_groups(self.plan, block.data)
        every = np.concatenate([np.zeros(0, np.int64), *groups.values()])
        place = {int(row): n for n, row in enumerate(every)}

        def scores(rows: NDArray[np.int64]) -> NDArray[np.floating]:
            own = [place[int(row)] for row in rows]
            part: NDArray[np.floating] = swept.arrays["isomers"][np.ix_(own, own)]
            return part

        return judge_groups(block.data, groups, scores, block.rows)

    def _cases(self, head: str, fold: int) -> dict[str, Any] | None:
        """The paper's molecules of a block by the sweep's scores; what is chosen by rule needs the weights."""
        names = {v.title: f"{head}/{v.name}" for v in CASE_VARIANTS}
        if all(f"{name}.weights.npz" in self.found for name in names.values()):
            return None  # measured with the weights
        block = self._block(fold)
        swept = {title: self._swept(name) for title, name in names.items()}
        present = {title: one for title, one in swept.items() if one is not None}
        own = [int(row) for row in rows_of_cases(block.data) if row in block.rows]
        if not present or not own:
            return None
        methods: dict[str, Method] = {title: _kept(block.data, one) for title, one in present.items()}
        methods["best"] = engine_method(bundled_engine(self.plan), block.data, BUNDLED.node_scores)
        return study_cases(methods, block.data, block.rows, by_rule=False)

    def _block(self, fold: int) -> Block:
        if fold not in self._blocks:
            self._blocks[fold] = open_paper_block(self.plan, fold)
        return self._blocks[fold]


def _kept_of_training(about: dict[str, Any], sha256: str) -> dict[str, Any]:
    columns = {_RENAMED.get(key, key): values for key, values in about["history"].items()}
    shown = [k for k in columns if not k.endswith(("graph_loss", "node_loss"))]
    history = [{k: columns[k][n] for k in shown} for n in range(about["epochs"])]
    return {
        "model_sha256": sha256,
        **{key: about[key] for key in _AS_THEY_ARE},
        "best": history[about["best_epoch"] - 1],
        "final": history[-1],
        "history": history,
    }


def _kept(data: Dataset, swept: _Swept) -> Method:
    """Scores that a sweep kept of the figures' molecules."""
    order = {int(row): n for n, row in enumerate(rows_of_cases(data))}

    def of(rows: NDArray[np.int64]) -> list[NDArray[np.floating]]:
        found: list[NDArray[np.floating]] = []
        for row in rows:
            shift = recorded_ppm(data, int(row))
            known = shift[~np.isnan(shift)]
            found.append(swept.arrays[f"case_{order[int(row)]}"][np.argsort(known, kind="stable")].astype(np.float64))
        return found

    return of
