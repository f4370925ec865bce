"""The service without processes: requests are answered here by the engine of the test session."""

import asyncio
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import km3aid
from km3aid.errors import Km3aidError
from km3aid.library import Library
from km3aid.web.app import create_app
from km3aid.web.config import Limits, ServeConfig
from km3aid.web.metrics import Metrics
from km3aid.web.pool import Reply
from km3aid.web.tasks import Shared, answer, share
from km3aid.web.worker import _ready

EXAMPLES = Path(km3aid.__file__).parent / "examples"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
SHIFTS = [170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0]
PEAKS = [{"ppm": s} for s in SHIFTS]


class InlinePool:
    """What `Pool` does, without its processes."""

    def __init__(self, config: ServeConfig, metrics: Metrics, shared: Shared) -> None:
        self.config, self.metrics, self.shared = config, metrics, shared
        self.loaded = json.loads(json.dumps(_ready(shared)))
        self.queued = self.busy = 0

    async def run(self, task, request, *, patient=False):
        self.metrics.observe_work(task, 0.0, 0.001)
        try:
            found = await asyncio.to_thread(answer, self.shared, task, json.loads(json.dumps(request)))
        except Km3aidError as error:
            return Reply(type(error).__name__, str(error).encode(), 0.0, 1.0)
        return Reply("answer", json.dumps(found).encode(), 0.0, 1.0)


@pytest.fixture(scope="session")
def small_library(engine, tmp_path_factory) -> Path:
    """The examples' compounds as a library of the bundled model."""
    path = tmp_path_factory.mktemp("web") / "compounds"
    lines = [line.split(maxsplit=1) for line in (EXAMPLES / "compounds.smi").read_text().splitlines()]
    engine.build_library(((smiles, name) for smiles, name in lines), path)
    return path


@pytest.fixture(scope="session")
def alcohol_library(engine, tmp_path_factory) -> Path:
    """A second library, of a few alcohols."""
    path = tmp_path_factory.mktemp("web") / "alcohols"
    engine.build_library(((smiles, None) for smiles in ("CCO", "CCCCO", "CCC(C)O", "CC(C)CO", "CC(C)(C)O")), path)
    return path


@pytest.fixture(scope="session")
def make_client(engine, small_library, alcohol_library):
    """A client of a service with this configuration."""
    libraries = {path.name: Library.open(path) for path in (small_library, alcohol_library)}

    def make(**values) -> TestClient:
        config = ServeConfig(**({"limits": Limits()} | values))
        metrics = Metrics()
        pool = InlinePool(config, metrics, share(engine, libraries, config.limits))
        return TestClient(create_app(config, pool, metrics), base_url="http://127.0.0.1:8013")

    return make


@pytest.fixture(scope="session")
def client(make_client):
    with make_client() as made:
        yield made
