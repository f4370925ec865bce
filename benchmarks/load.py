"""The service under load: clients request assignments over loopback, compared with calls in one process; then 2,000
requests of all kinds, and how much memory the service holds after them.

Clients and service share one machine, so a client does as little as possible: it writes a prepared request to an open
socket and reads the answer. With many clients the latency is mostly queueing (clients × work / workers). Every answer
states how long it queued and how long a worker took; the rest of the latency is overhead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import km3aid
from km3aid.engine import Engine
from km3aid.files import write_json
from km3aid.spectra import Spectrum
from km3aid.threads import available_cores

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
SHIFTS = [170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0]
BODY = json.dumps({"smiles": ASPIRIN, "peaks": [{"ppm": s} for s in SHIFTS]}).encode()


def in_process(calls: int = 200) -> float:
    """Median time of `Engine.assign` in milliseconds."""
    engine, spectrum = Engine.load(device="cpu"), Spectrum.from_shifts(SHIFTS)
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        engine.assign(ASPIRIN, spectrum)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def client(port: int, until: float, seen: list[tuple[int, float, float, float]]) -> None:
    """Send requests until `until`; append (status, latency, queue, work) to `seen`, with times in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /api/assign HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        said = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in said.split(b"\r\n")[1:] if b": " in line)
        await reader.readexactly(int(fields[b"content-length"]))
        took = (time.perf_counter() - began) * 1000
        timing = [float(part.split(b"=")[1]) for part in fields.get(b"server-timing", b"q=0,w=0").split(b",")]
        seen.append((int(said.split()[1]), took, *timing))
    writer.close()


async def ask(port: int, clients: int, seconds: float) -> dict[str, object]:
    """What this number of clients experienced within `seconds`."""
    seen: list[tuple[int, float, float, float]] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, until, seen) for _ in range(clients)))
    fine = [(took, queue, work) for status, took, queue, work in seen if status == 200]
    latency = sorted(took for took, _, _ in fine)
    return {
        "clients": clients,
        "seconds": seconds,
        "statuses": {str(k): n for k, n in sorted(Counter(s for s, *_ in seen).items())},
        "requests_per_second": round(len(fine) / seconds, 1),
        "latency_ms": {"median": _ms(latency), "p95": round(latency[int(0.95 * len(latency))], 2)},
        "queue_ms_median": _ms(q for _, q, _ in fine),
        "work_ms_median": _ms(w for _, _, w in fine),
        "overhead_ms_median": _ms(took - queue - work for took, queue, work in fine),
    }


def _ms(values: Iterable[float]) -> float:
    return round(statistics.median(list(values)), 2)


def mixed(count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """So many requests of all kinds: (route, body)."""
    peaks = [{"ppm": s} for s in SHIFTS]
    lines = (Path(km3aid.__file__).parent / "examples" / "compounds.smi").read_text().splitlines()
    compounds = [line.split()[0] for line in lines]
    for n in range(count):
        smiles = compounds[n // 7 % len(compounds)]
        moved = [{"ppm": s + n % 100 / 100} for s in SHIFTS]
        yield (
            ("assign", {"smiles": smiles, "peaks": moved, "detail": True}),
            ("predict", {"smiles": smiles, "detail": True}),
            ("search", {"peaks": moved, "top": 10}),
            ("search", {"peaks": peaks, "top": 100, "filters": {"elements": ["C", "H", "O"]}}),
            ("rank", {"peaks": moved, "candidates": [smiles, ASPIRIN, "CCO"]}),
            ("parse", {"text": "13C NMR (101 MHz, CDCl3) δ 170.2, 151.3, 21.0 (CH3)"}),
            ("verify", {"smiles": smiles, "peaks": moved}) if n % 70 == 0 else ("spectrum", {"peaks": moved}),
        )[n % 7]


def memory_mb(front: int) -> float:
    """Memory of its own that the service holds, in all its processes."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            parents[int(status.parent.name)] = int(fields[1])
    own = {front}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    held = 0.0
    for pid in own:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            held += sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))
    return held


def growth(url: str, front: int, count: int) -> dict[str, object]:
    """Memory before and after so many requests of all kinds, which a tenth as many precede."""
    statuses: Counter[str] = Counter()

    def ask_all(requests: Iterable[tuple[str, dict[str, object]]]) -> None:
        for route, body in requests:
            data = json.dumps(body).encode()
            asked = urllib.request.Request(f"{url}api/{route}", data, {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(asked) as answer:
                    answer.read()
                    statuses[str(answer.status)] += 1
            except urllib.error.HTTPError as error:
                statuses[str(error.code)] += 1

    ask_all(mixed(count // 10))
    before = memory_mb(front)
    began = time.perf_counter()
    ask_all(mixed(count))
    took = time.perf_counter() - began
    after = memory_mb(front)
    return {
        "requests": count,
        "statuses": dict(statuses),
        "seconds": round(took, 1),
        "memory_mb": {"before": round(before, 1), "after": round(after, 1)},
        "growth_percent": round(100 * (after / before - 1), 2),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--mixed", type=int, default=2000, help="Requests of all kinds.")
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    before = in_process()
    command = [str(Path(sys.executable).with_name("km3aid")), "serve", "--port", "0", "--log", "json"]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    while (said := json.loads(service.stderr.readline()))["event"] != "serving":
        pass
    port = said["port"]
    drain = subprocess.Popen(["cat"], stdin=service.stderr, stdout=subprocess.DEVNULL)
    try:
        asyncio.run(ask(port, 2, 1))
        one = asyncio.run(ask(port, 1, min(given.seconds, 10)))
        many = asyncio.run(ask(port, given.clients, given.seconds))
        grown = growth(said["url"], service.pid, given.mixed)
    finally:
        service.terminate()
        service.wait(30)
        drain.wait(30)
    result = {
        "command": f"python benchmarks/load.py --clients {given.clients} --seconds {given.seconds:g}",
        "cores": available_cores(),
        "load_average_1_min": os.getloadavg()[0],
        "in_process_assign_ms_median": round(before, 2),
        "one_client": one,
        "many_clients": many,
        "mixed": grown,
    }
    write_json(given.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
