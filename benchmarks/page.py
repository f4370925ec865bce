"""The page in Chromium: an afternoon of steps, first results, axe-core, presses of Tab, 100 hits, loading.

What is done on the page, and what is counted, is what its tests do (`tests/web/browser`); this takes the times, too,
and writes all of it to a file. Times are medians of several runs with a new profile each.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # what is measured is what the tests do, so it comes from there

from tests.web.browser import measures, states  # noqa: E402
from tests.web.browser.acts import REPORT  # noqa: E402
from tests.web.browser.afternoon import spend  # noqa: E402
from tests.web.browser.conftest import CHROMIUM, FLAGS  # noqa: E402

from km3aid.engine import Engine  # noqa: E402
from km3aid.files import write_json  # noqa: E402
from km3aid.threads import available_cores  # noqa: E402

TARGETS = {
    "afternoon_faults": 0,
    "first_result_s_worst": 2.0,
    "axe_serious": 0,
    "tabs_to_structure": 3,
    "tabs_to_exports": 8,
    "hits_in_view_s": 2.0,
    "hits_all_s": 2.0,
    "first_paint_s": 0.4,
    "requests": 10,
}
Open = Callable[..., Any]


@contextmanager
def served(library: list[str]) -> Iterator[str]:
    """The address of a service with this library, or with the starter library."""
    command = [str(Path(sys.executable).with_name("km3aid")), "serve", "--port", "0", "--log", "json", *library]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while (said := json.loads(process.stderr.readline()))["event"] != "serving":
        pass
    drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    try:
        yield said["url"]
    finally:
        process.terminate()
        process.wait(30)
        drain.wait(30)


def opener(playwright: Any, folder: Path) -> Open:
    """A function that opens a page in a browser of its own."""

    @contextmanager
    def opened(url: str, **how: Any) -> Iterator[Page]:
        profile = tempfile.mkdtemp(dir=folder)
        usual = {"viewport": {"width": 1280, "height": 860}}
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), args=FLAGS, **(usual | how)
        )
        context.set_default_timeout(60_000)
        page = context.pages[0]
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page
        context.close()

    return opened


def median(runs: int, measure: Callable[[], float]) -> float:
    return round(statistics.median(measure() for _ in range(runs)), 3)


def first_results(opened: Open, url: str, runs: int) -> dict[str, float]:
    """Seconds from the click on each example to its first result, in the page of a newcomer."""
    shown = {"assign": "#assignment tbody tr[data-peak] .meter, #assignment [data-key='carbon-0']"}
    shown |= {task: f"#{task}-cards .card" for task in ("rank", "search", "elucidate")}
    shown["verify"] = "#verification .verdict"
    shown["batch"] = "#batch-results tbody tr"

    def once(task: str, number: int) -> float:
        with opened(url) as page:
            return measures.first_result(page, task, number, shown[task])

    return {
        f"{task} {number + 1}": median(runs, lambda task=task, number=number: once(task, number))
        for task in shown
        for number in range(3)
    }


def seen_by_axe(opened: Open, url: str) -> dict[str, Any]:
    """What axe-core finds in every state, light and dark, at 100 and 400 %."""
    found, count = [], 0
    for scheme in ("light", "dark"):
        for width in (1280, 320):
            how = {"color_scheme": scheme, "bypass_csp": True, "viewport": {"width": width, "height": 860}}
            with opened(url, **how) as page:
                for name, enter in states.states(page).items():
                    enter()
                    states.load_axe(page)
                    count += 1
                    found += [[scheme, width, name, *fault] for fault in states.serious(page)]
    return {"states": count, "serious": found}


def measure(opened: Open, starter: str, large: str, runs: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    with opened(starter) as page, tempfile.TemporaryDirectory() as folder:
        spent = spend(page, Path(folder))
    made["afternoon"] = {"steps": len(spent.steps), "faults": spent.faults}
    made["first_result_s"] = first_results(opened, starter, runs)
    made["axe"] = seen_by_axe(opened, starter)
    with opened(starter) as page:
        made["tabs"] = measures.reach(page)
    loads = []
    for _ in range(max(runs, 5)):
        with opened(starter) as page:
            loads.append(measures.loading(page))
    made["loading"] = {key: round(statistics.median(load[key] for load in loads), 3) for key in loads[0]}
    drawn = []
    for _ in range(runs):
        with opened(large) as page:
            drawn.append(measures.draw_hits(page, REPORT))
        with opened(large) as page:
            drawn[-1]["all_s"] = measures.draw_all_hits(page, REPORT)
    made["hundred_hits"] = {key: round(statistics.median(one[key] for one in drawn), 3) for key in drawn[0]}
    return made


def summary(made: dict[str, Any]) -> dict[str, Any]:
    """The figures that have a target, and whether they meet it."""
    figures = {
        "afternoon_faults": len(made["afternoon"]["faults"]),
        "first_result_s_worst": max(made["first_result_s"].values()),
        "axe_serious": len(made["axe"]["serious"]),
        "tabs_to_structure": made["tabs"]["to_structure"],
        "tabs_to_exports": made["tabs"]["to_exports"],
        "hits_in_view_s": made["hundred_hits"]["in_view_s"],
        "hits_all_s": made["hundred_hits"]["all_s"],
        "first_paint_s": made["loading"]["first_paint_s"],
        "requests": made["loading"]["requests"],
    }
    return {
        key: {"measured": value, "target": TARGETS[key], "met": value <= TARGETS[key]} for key, value in figures.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--library", type=Path, required=True, help="A large one, in which 100 hits are found.")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    before = os.getloadavg()[0]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        opened = opener(playwright, Path(folder))
        with served([]) as starter, served(["--library", str(given.library)]) as large:
            made = measure(opened, starter, large, given.runs)
    head = {
        "command": f"python benchmarks/page.py --library {given.library.name} --runs {given.runs}",
        "model_sha256": Engine.load(device="cpu").model_sha256,
        "cores": available_cores(),
        "load_average_1_min": [round(before, 2), round(os.getloadavg()[0], 2)],
    }
    result = head | {"targets": summary(made)} | made
    write_json(given.out, result)
    print(json.dumps(result["targets"], indent=2))


if __name__ == "__main__":
    main()
