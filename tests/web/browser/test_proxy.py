"""The page and the service under a prefix, behind a proxy that strips it."""

import json
import urllib.request
from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, paste
from tests.web.proxy import proxied

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def prefixed(start):
    """The address behind the proxy, the one of the service itself, and paths asked for outside the prefix."""
    with proxied("/lab/nmr") as (address, connect, strays):
        said = start("--public-url", address)
        assert said["url"] == address
        connect(said["port"])
        yield address, f"http://127.0.0.1:{said['port']}", strays


def get(address):
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def test_the_page_works_whole_under_a_prefix(open_page, prefixed):
    address, _, strays = prefixed
    page = open_page(at=address)
    answers = []
    page.on("response", lambda r: answers.append((r.status, r.url)))
    paste(page)
    with page.expect_download() as saved:
        page.click("[aria-label='Save as csv']:visible")
    assert Path(saved.value.path()).read_text().startswith("peak_from_1,")
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card .drawing svg")
    page.click("#link")
    page.wait_for_selector("#toast:has-text('link')")
    link = page.url
    assert link.startswith(f"{address}#s=")
    other = open_page(at=link)
    other.wait_for_selector("#search-cards .card")
    assert other.input_value("#structure-text") == ASPIRIN
    other.reload()
    other.wait_for_selector("#search-cards .card")
    other.click("text=API")
    other.wait_for_selector("code:text-is('/api/assign')")
    other.click("text=Back to the page")
    other.wait_for_url(f"{address}")
    assert [found for found in answers if found[0] >= 400 or not found[1].startswith(address)] == []
    assert strays == []


def test_the_editor_and_the_batches_are_found_under_a_prefix(open_page, prefixed):
    address, _, strays = prefixed
    page = open_page(at=address)
    page.click("#tab-batch")
    page.click("#examples button >> nth=0")
    page.wait_for_selector("#batch-results tbody tr:nth-child(3)")
    page.click("#tab-assign")
    if page.locator("#structure-draw:visible").count():
        page.click("#structure-draw")
        page.wait_for_selector("#editor-canvas canvas >> nth=0")
    assert strays == []


def test_the_description_and_locations_name_the_prefix(prefixed):
    address, _, _ = prefixed
    described = get(f"{address}api/openapi.json")
    assert described["servers"] == [{"url": address.rstrip("/")}]
    body = json.dumps({"smiles": "CCO", "report": "58.3 18.4"}).encode()
    asked = urllib.request.Request(f"{address}api/jobs/assign", body, {"content-type": "application/x-ndjson"})
    with urllib.request.urlopen(asked) as answer:
        location = answer.headers["location"]
    assert location.startswith("/lab/nmr/api/jobs/")
    assert get(address.removesuffix("/lab/nmr/") + location)["task"] == "assign"


def test_a_proxy_may_leave_the_prefix(open_page, prefixed):
    """As one does that only passes on; and without the slash at the end the page is found all the same."""
    _, direct, _ = prefixed
    page = open_page(at=f"{direct}/lab/nmr")
    assert page.url == f"{direct}/lab/nmr/"
    paste(page)
