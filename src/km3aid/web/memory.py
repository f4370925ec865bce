"""The memory of a process: its limit and its size, on systems that have such things; elsewhere nothing is limited."""

from __future__ import annotations


def limit_memory(megabytes: int) -> None:
    """Let this process take that much memory of its own; files that it maps do not count."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    except (ImportError, ValueError, OSError):
        return


def private_mb() -> float:
    """Memory of this process that is its own, in MB; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon"))
    except (OSError, StopIteration):
        return 0.0
