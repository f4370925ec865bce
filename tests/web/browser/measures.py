"""What the page is measured by; `benchmarks/page.py` writes the figures, tests hold those that are counts."""

import time

from tests.web.browser.acts import paste

MANY = " ".join(f"{200 - 6.8 * n:.1f}" for n in range(27))
TAXOL = (
    "CC1=C2C(C(=O)C3(C(CC4C(C3C(C(C2(C)C)(CC1OC(=O)C(C(C5=CC=CC=C5)NC(=O)C6=CC=CC=C6)O)O)OC(=O)C7=CC=CC=C7)"
    "(CO4)OC(=O)C)O)C)OC(=O)C"
)
_LOADED = """() => {
  const all = performance.getEntriesByType("resource");
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    first_paint_s: paint.startTime / 1000, requests: all.length + 1,
    transferred_kb: (page.transferSize + all.reduce((sum, r) => sum + r.transferSize, 0)) / 1000,
  };
}"""


def loading(page):
    """First paint, requests and bytes of a page that has just been opened: icons count, too."""
    page.wait_for_timeout(500)
    return page.evaluate(_LOADED)


def tabs(page, start, target, most=60):
    """How often Tab is pressed to come from one element to another, taking every skip; None where it is not reached."""
    page.focus(start)
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-skip]')"):
            page.keyboard.press("Enter")
        if page.evaluate("target => document.activeElement.matches(target)", target):
            return presses
    return None


def reach(page):
    """Presses of Tab with 27 peaks, from the box and from a row of the table, to the structure and the exports."""
    paste(page, MANY, TAXOL)
    page.wait_for_selector("#assign-panel .export [data-key='csv']")
    starts, exports = ("#spectrum-text", "#peaks [data-key='ppm-0']"), "#assign-panel .export button"
    return {
        "to_structure": max(tabs(page, start, "#structure-text") or 99 for start in starts),
        "to_exports": max(tabs(page, start, exports) or 99 for start in starts),
    }


def draw_hits(page, text, hits=100):
    """Seconds from the click on Search until so many hits are there, those in view are drawn, and all of them are."""
    paste(page, text, structure=None)
    page.click("#tab-search")
    page.fill("#f-top", str(hits))
    page.set_viewport_size({"width": 1280, "height": 860})
    began = time.perf_counter()
    page.click("#search-run")
    page.wait_for_selector(f"#search-cards .card:nth-child({hits})")
    there = time.perf_counter() - began
    page.wait_for_function(
        """() => [...document.querySelectorAll("#search-cards .card")].every((card) => {
          const { top, bottom } = card.getBoundingClientRect();
          return bottom < 0 || top > innerHeight || card.querySelector(".drawing svg");
        })"""
    )
    in_view = time.perf_counter() - began
    return {"listed_s": there, "in_view_s": in_view}


def draw_all_hits(page, text, hits=100):
    """Seconds from the click on Search until all of so many hits are drawn, on a page that shows them all at once."""
    paste(page, text, structure=None)
    page.click("#tab-search")
    page.fill("#f-top", str(hits))
    page.set_viewport_size({"width": 1280, "height": 24_000})
    began = time.perf_counter()
    page.click("#search-run")
    page.wait_for_selector(f"#search-cards .card:nth-child({hits}) .drawing svg")
    page.wait_for_function(
        f"() => document.querySelectorAll('#search-cards .card .drawing svg').length === {hits}", polling=20
    )
    return time.perf_counter() - began


def first_result(page, task, number, selector):
    """Seconds from the click on an example to its first result."""
    page.click(f"#tab-{task}")
    page.wait_for_selector("#examples button")
    began = time.perf_counter()
    page.click(f"#examples button >> nth={number}")
    page.wait_for_selector(selector)
    return time.perf_counter() - began
