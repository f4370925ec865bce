"""Counters for Prometheus, in its text format 0.0.4."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass
class Histogram:
    """Observed seconds in cumulative buckets."""

    buckets: list[int] = field(default_factory=lambda: [0] * len(_BUCKETS_S))
    count: int = 0
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        self.count += 1
        self.total += seconds
        for n, edge in enumerate(_BUCKETS_S):
            self.buckets[n] += seconds <= edge

    def lines(self, name: str, labels: str) -> list[str]:
        cells = [f'{name}_bucket{{{labels},le="{e}"}} {n}' for e, n in zip(_BUCKETS_S, self.buckets, strict=True)]
        cells.append(f'{name}_bucket{{{labels},le="+Inf"}} {self.count}')
        return [*cells, f"{name}_sum{{{labels}}} {self.total:.6f}", f"{name}_count{{{labels}}} {self.count}"]


@dataclass
class Metrics:
    """Counters since the start of the service."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    queue_s: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    work_s: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    restarts: int = 0
    recycled: int = 0

    def observe_work(self, task: str, queue_s: float, work_s: float) -> None:
        self.queue_s[task].observe(queue_s)
        self.work_s[task].observe(work_s)

    def text(self, queued: int, busy: int, workers: int) -> str:
        """All metrics with the state of the pool now."""
        lines = ["# HELP km3aid_requests_total Answered HTTP requests.", "# TYPE km3aid_requests_total counter"]
        for (route, status), count in sorted(self.requests.items()):
            lines.append(f'km3aid_requests_total{{route="{route}",status="{status}"}} {count}')
        for name, what, found in (
            ("km3aid_queue_seconds", "Wait for a worker.", self.queue_s),
            ("km3aid_work_seconds", "Work in a worker.", self.work_s),
        ):
            lines += [f"# HELP {name} {what}", f"# TYPE {name} histogram"]
            for task, histogram in sorted(found.items()):
                lines += histogram.lines(name, f'task="{task}"')
        for name, kind, value in (
            ("km3aid_worker_restarts_total", "counter", self.restarts),
            ("km3aid_workers_recycled_total", "counter", self.recycled),
            ("km3aid_queued_requests", "gauge", queued),
            ("km3aid_busy_workers", "gauge", busy),
            ("km3aid_workers", "gauge", workers),
        ):
            lines += [f"# TYPE {name} {kind}", f"{name} {value}"]
        return "\n".join(lines) + "\n"
