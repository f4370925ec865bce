"""A real service and a real browser: Debian's Chromium, driven by Playwright."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def start(small_library, tmp_path_factory):
    """Start `km3aid serve` with these options and a small library, or the starter library; gives what it then says."""
    running = []

    def make(*options, starter=False):
        library = [] if starter else ["--library", str(small_library)]
        command = [str(Path(sys.executable).with_name("km3aid")), "serve", "--port", "0", "--log", "json"]
        written = tmp_path_factory.mktemp("service") / "log"
        with open(written, "w") as log:  # a pipe that nobody reads would fill up and stop it
            process = subprocess.Popen([*command, *library, *options], stderr=log, start_new_session=True)
        running.append(process)
        while process.poll() is None:
            said = [json.loads(line) for line in written.read_text().splitlines()]
            if ready := [line for line in said if line["event"] == "serving"]:
                return ready[0]
            time.sleep(0.1)
        raise RuntimeError(written.read_text())

    yield make
    for process in running:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def service(start):
    """The address of a running service."""
    return start()["url"]


@pytest.fixture(scope="session")
def with_starter(start):
    """The address of a service as a newcomer starts it: with the starter library."""
    return start(starter=True)["url"]


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}; apt-get install chromium")
    with playwright.sync_playwright() as running:
        yield lambda **how: running.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")), executable_path=str(CHROMIUM), args=FLAGS, **how
        )


@pytest.fixture
def open_page(browser, service):
    """Open the page; what the console says of errors fails the test."""
    opened = []

    def make(path="", at=None, **how):
        context = browser(**({"viewport": {"width": 1280, "height": 860}} | how))
        context.set_default_timeout(20_000)
        page = context.pages[0]
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto((at or service) + path)
        page.wait_for_selector("html[data-ready]", state="attached")
        opened.append((context, problems))
        return page

    yield make
    for context, problems in opened:
        context.close()
        assert problems == []


@pytest.fixture
def shot():
    """Keep a picture of the page under shots/."""
    (ROOT / "shots").mkdir(exist_ok=True)

    def take(page, name, **how):
        page.screenshot(path=str(ROOT / "shots" / f"{name}.png"), **how)

    return take
