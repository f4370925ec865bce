"""The states of the page, one after another: {name: what leads there from the one before}."""

from pathlib import Path

from tests.web.browser.acts import ASPIRIN, paste

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
_RECORD = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"ppm\n58.3\n18.4\n"}
_SEVERAL = [_RECORD, {**_RECORD, "name": "b.csv"}, {"name": "c.pdf", "mimeType": "", "buffer": b"%PDF-1.7 ..."}]


def serious(page):
    """What axe-core finds serious or critical."""
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


def states(page):
    """The way through all states, from an empty page."""

    def wait(selector):
        return page.wait_for_selector(selector)

    return {
        "empty": lambda: None,
        "predicted": lambda: (page.fill("#structure-text", ASPIRIN), wait("#assignment [data-key='carbon-0']")),
        "assigned": lambda: paste(page),
        "verified": lambda: (page.click("#to-verify"), wait("#verification figure svg")),
        "choices": lambda: (page.click("#tab-assign"), page.click("#assignment [data-key='peak-0']")),
        "picking": lambda: page.click("[data-key='move-0']"),
        "pinned": lambda: (page.keyboard.press("Enter"), wait(".pin")),
        "more": lambda: (page.click("#more summary"), page.select_option("#solvent", "CDCl3")),
        "work": lambda: (page.click("#workspaces summary"), wait("#recent li")),
        "help": lambda: (page.keyboard.press("Escape"), page.click("#help-open")),
        "rank": lambda: (page.keyboard.press("Escape"), page.click("#tab-rank")),
        "hits": lambda: (page.click("#tab-search"), page.click("#search-run"), wait(".card .drawing svg")),
        "compared hits": lambda: (
            page.check("[aria-label='Compare hit 1']"),
            page.check("[aria-label='Compare hit 2']"),
            wait(".comparison table"),
        ),
        "hits as a table": lambda: page.click("#search-tools >> text=Table"),
        "stale hits": lambda: (page.fill("#spectrum-text", "hello"), wait("#search-stale:visible")),
        "stale assignment": lambda: (page.click("#tab-assign"), wait("#assign-stale:visible")),
        "edited picture": lambda: (page.click("#undo"), page.click("#edit-peaks")),
        "proposals": lambda: (
            page.click("#edit-peaks"),
            page.click("#tab-elucidate"),
            page.click("#examples button >> nth=0"),
            wait("#elucidate-table tbody tr"),
        ),
        "batch": lambda: page.click("#tab-batch"),
        "batch results": lambda: (
            page.set_input_files("#batch-file", _RECORD),
            page.click("#batch-run:enabled"),
            wait("#batch-results tbody tr"),
        ),
        "several files, one unread": lambda: (
            page.click("#tab-assign"),
            page.set_input_files("#spectrum-file", _SEVERAL),
            wait("#spectrum-choice:visible"),
        ),
        "description of the service": lambda: (page.click("text=API"), wait("code:text-is('/api/assign')")),
    }


def load_axe(page):
    """Put axe-core into the page, unless it is there; pages need `bypass_csp`."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
