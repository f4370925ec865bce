"""A Ray cluster of several nodes of this machine, some of which tests kill."""

import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

os.environ.setdefault("RAY_raylet_start_wait_time_s", "180")  # of a busy machine
QUICK_TO_NOTICE = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 1000,
    "health_check_failure_threshold": 8,
}


class Nodes:
    """A cluster whose head computes nothing, and nodes of one processor each."""

    def __init__(self):
        from ray.cluster_utils import Cluster

        self._store = {"object_store_memory": 100 << 20, "include_dashboard": False}
        head = {"num_cpus": 0, "_system_config": QUICK_TO_NOTICE, **self._store}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.running = []

    def have(self, count):
        while len(self.running) < count:
            self.running.append(self.cluster.add_node(num_cpus=1, **self._store))
        self.cluster.wait_for_nodes()

    def kill_one(self):
        """As if its power failed: the node and what works on it."""
        node = self.running.pop()
        pid = node.all_processes["raylet"][0].process.pid
        workers = [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        self.cluster.remove_node(node, allow_graceful=False)
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


@contextmanager
def joined_nodes():
    """A cluster that this process has joined; its nodes are made by `have`."""
    ray = pytest.importorskip("ray")
    nodes = Nodes()
    try:
        ray.init(nodes.cluster.address, logging_level="error", log_to_driver=False)
        yield nodes
    finally:
        ray.shutdown()
        nodes.cluster.shutdown()
