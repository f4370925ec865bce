"""A chemist's afternoon on the page: steps after each of which nothing may be lost, and nothing old pass for new."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.web.browser.acts import ASPIRIN, REPORT, atoms_of, disc_of, drag, drop

BUTANOLS = "CCCCO 1-butanol\nCCC(C)O 2-butanol"
CANDIDATES = f"{ASPIRIN} aspirin\nCC(=O)Oc1cccc(C(=O)O)c1 meta\nCC(=O)Oc1ccc(C(=O)O)cc1 para"
SETTLED_MS = 4000

# what the page holds, and for each answer that is not greyed, the shifts or the first hit that it shows
OBSERVE = """() => {
  const value = (id) => document.getElementById(id).value;
  const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent.trim());
  const current = (task) =>
    document.getElementById(`${task}-stale`).hidden && !document.querySelector(`#${task}-result.stale`);
  const shifts = [...document.querySelectorAll("#peaks tbody [data-key^=ppm]")].map((e) => Number(e.value).toFixed(1));
  const assigned = texts("#assignment tbody tr[data-peak] td:nth-child(2)").map((t) => Number(t).toFixed(1));
  return {
    text: value("spectrum-text"), shifts,
    structure: value("structure-text").includes("M  END") ? "mol block" : value("structure-text"),
    pins: document.querySelectorAll("#assignment .pin").length,
    candidates: value("candidates-text"), formula: value("f-formula"),
    assigned: current("assign") ? assigned.join() === shifts.join() : "greyed",
    search: current("search") ? texts("#search-cards .smiles")[0] ?? "" : "greyed",
    rank: current("rank") ? texts("#rank-cards .smiles")[0] ?? "" : "greyed",
  };
}"""


class Afternoon:
    """Steps on a page; `faults` tells what was lost or stale after which."""

    def __init__(self, page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.steps, self.faults = [], []
        self.expected = {
            "text": "", "shifts": [], "structure": "", "pins": 0, "candidates": "", "formula": "",
            "assigned": True, "search": "", "rank": "",
        }  # fmt: skip
        self.before = []

    def step(self, name: str, act: Callable[[], object], **expected) -> None:
        """Do something, after which these values are others and all the rest is as before."""
        self.steps.append(name)
        self.before.append(dict(self.expected))
        self.expected |= expected
        act()
        waited = 0
        while (fault := self.differences()) and waited < SETTLED_MS:
            self.page.wait_for_timeout(100)
            waited += 100
        if fault:
            self.faults.append(f"{name}: {fault}")

    def differences(self) -> str:
        with suppress(Exception):  # the page may be about to load
            seen = self.page.evaluate(OBSERVE)
            wrong = {key: value for key, value in self.expected.items() if seen[key] != value}
            return "; ".join(f"{key} is {seen[key]!r}, not {value!r}" for key, value in wrong.items())
        return "the page does not answer"

    def restored(self, steps: int) -> dict:
        """The values before so many steps."""
        return self.before[-steps]

    def saved(self, selector: str, name: str) -> Path:
        with self.page.expect_download() as file:
            self.page.click(selector)
        path = self.folder / name
        path.write_bytes(Path(file.value.path()).read_bytes())
        return path

    def check(self, name: str, found: object, wanted: object) -> None:
        """What a step must show beside."""
        if found != wanted:
            self.faults.append(f"{name}: {found!r}, not {wanted!r}")


def spend(page, folder: Path) -> Afternoon:
    """The whole afternoon, beginning on an empty page."""
    a = Afternoon(page, folder)
    paste_and_edit(a)
    assign_and_overrule(a)
    search_and_compare(a)
    rank_and_return(a)
    drop_and_undo(a)
    leave_and_come_back(a)
    return a


def edit(page, key: str, value: str) -> None:
    page.fill(f"#peaks [data-key='{key}']", value)
    page.keyboard.press("Tab")


def paste_and_edit(a: Afternoon) -> None:
    page = a.page
    shifts = ["170.2", "169.8", "151.3", "134.9", "132.5", "126.2", "124.0", "122.2", "21.0"]
    a.step("paste a line of a publication", lambda: page.fill("#spectrum-text", REPORT), text=REPORT, shifts=shifts)
    a.step("give a structure", lambda: page.fill("#structure-text", ASPIRIN), structure=ASPIRIN)
    edited = ["171.0", *shifts[1:]]
    a.step("correct a shift in the table", lambda: edit(page, "ppm-0", "171.0"), shifts=edited)
    a.step("set the type of a peak", lambda: page.select_option("#peaks [data-key='type-8']", "Q"))
    more = f"{REPORT}, 55.0"
    a.step("type one more shift", lambda: page.fill("#spectrum-text", more), text=more, shifts=[*edited, "55.0"])
    a.check("type one more shift", page.input_value("#peaks [data-key='type-8']"), "Q")
    a.step("remove it in the table", lambda: page.click("#peaks tbody tr:nth-child(10) button"), shifts=edited)
    a.step("undo", lambda: page.click("#undo"), shifts=[*edited, "55.0"])
    a.step("redo", lambda: page.click("#redo"), shifts=edited)


def assign_and_overrule(a: Afternoon) -> None:
    page = a.page
    page.wait_for_selector("#assignment .meter")
    a.step(
        "drag a peak onto a carbon",
        lambda: drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4))),
        pins=1,
    )
    place = atoms_of(page, 3)
    a.step("make a typing mistake", lambda: page.fill("#spectrum-text", "hello"), text="hello", assigned="greyed")
    a.step("undo it", lambda: page.click("#undo"), text=f"{REPORT}, 55.0", assigned=True)
    a.step("reload", lambda: (page.reload(), page.wait_for_selector("#assignment .pin")))
    a.check("reload", atoms_of(page, 3), place)


def search_and_compare(a: Afternoon) -> None:
    page = a.page
    a.step("search", lambda: (page.click("#tab-search"), page.click("#search-run")), search=ASPIRIN)
    a.step(
        "enter a formula",
        lambda: (page.fill("#f-formula", "C₉H₈O₄"), page.keyboard.press("Tab")),
        formula="C₉H₈O₄",
        search="greyed",
    )
    a.step("search again", lambda: page.click("#search-run"), search=ASPIRIN)
    a.step("take the formula out", lambda: (page.fill("#f-formula", ""), page.click("#search-run")), formula="")
    a.step("compare two hits", lambda: [page.check(f"[aria-label='Compare hit {n}']") for n in (1, 2)])
    page.wait_for_selector(".comparison tbody tr")
    a.check("compare two hits", page.locator(".comparison tbody tr").count(), 10)


def rank_and_return(a: Afternoon) -> None:
    page = a.page
    a.step(
        "enter candidates",
        lambda: (page.click("#tab-rank"), page.fill("#candidates-text", CANDIDATES)),
        candidates=CANDIDATES,
    )
    a.step("rank", lambda: page.click("#rank-run"), rank=ASPIRIN)
    a.step("go back to the hits", page.go_back)
    a.check("go back to the hits", page.is_visible("#search-cards"), True)
    a.step("go forward", page.go_forward)
    page.wait_for_selector("#rank-cards:visible")
    greyed = {"search": "greyed", "rank": "greyed"}
    a.step(
        "choose a solvent", lambda: (page.click("#more summary"), page.select_option("#solvent", "DMSO-d6")), **greyed
    )
    a.step("undo", lambda: page.click("#undo"), search=ASPIRIN, rank=ASPIRIN)
    table = a.saved("#rank-head [aria-label='Save as csv']", "rank.csv").read_text()
    a.step("save the ranking", lambda: None)
    a.check("save the ranking", ASPIRIN in table.splitlines()[1], True)


def drop_and_undo(a: Afternoon) -> None:
    page = a.page
    (a.folder / "butanol.csv").write_text("ppm\n69.2\n32.0\n22.6\n9.9\n")
    others = {"text": "", "shifts": ["69.2", "32.0", "22.6", "9.9"], "pins": 0, "search": "greyed", "rank": "greyed"}
    a.step("drop another spectrum", lambda: drop(page, "#spectrum", a.folder / "butanol.csv"), **others)
    a.step("save the greyed ranking", lambda: None)
    kept = json.loads(a.saved("#rank-head [aria-label='Save as json']", "rank.json").read_text())
    a.check("save the greyed ranking", kept["hits"][0]["smiles"], ASPIRIN)
    a.step("undo", lambda: page.click("#undo"), **{key: a.restored(2)[key] for key in others})


def leave_and_come_back(a: Afternoon) -> None:
    page = a.page
    page.click("#tab-assign")
    page.wait_for_timeout(600)
    mine, held = page.url, dict(a.expected)
    nothing = {"search": "", "rank": ""}  # hits are asked for again where they are wanted
    page.click("#workspaces summary")
    file = a.saved("#workspace-save", "work.km3aid.json")
    record = a.saved("#assign-panel [aria-label='Save as nmredata']", "work.sdf")
    empty = {"text": "", "shifts": [], "structure": "", "pins": 0, "candidates": "", "assigned": True}
    a.step(
        "begin anew",
        lambda: (page.click("#workspaces summary"), page.click("#workspace-new")),
        **empty,
        **nothing_shown(a),
    )
    a.step("open the saved file", lambda: page.set_input_files("#workspace-file", str(file)), **held)
    a.step(
        "open a link in the same tab",
        lambda: (page.goto("about:blank"), page.goto(mine), page.wait_for_selector("#assignment .pin")),
        **nothing,
    )
    opened = {"text": "", "structure": "mol block", "pins": 9}
    a.step("open the NMReDATA record", lambda: page.set_input_files("#spectrum-file", str(record)), **opened)
    a.step("undo", lambda: page.click("#undo"), **{key: held[key] for key in opened})
    a.step(
        "leave for the API and return",
        lambda: (
            page.click("text=API"),
            page.wait_for_url("**/docs"),
            page.go_back(),
            page.wait_for_selector("#assignment .pin"),
        ),
    )
    a.step("follow a damaged link", lambda: page.evaluate("location.hash = 's=abc'"))
    a.check("follow a damaged link", "damaged" in page.inner_text("#page-error"), True)
    a.step(
        "reopen a recent entry",
        lambda: (page.click("#workspaces summary"), page.click("#recent .entry >> nth=0")),
        **(held | nothing),
    )


def nothing_shown(a: Afternoon) -> dict:
    """Hits of another workspace are greyed where there were some."""
    return {task: "greyed" if a.expected[task] else "" for task in ("search", "rank")}
