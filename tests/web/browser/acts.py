"""What a user does on the page."""

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
REPORT = "13C NMR (101 MHz, CDCl3) δ 170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 77.2 (CDCl3), 21.0"


def paste(page, text=REPORT, structure=ASPIRIN):
    page.fill("#spectrum-text", text)
    page.wait_for_selector("#peaks tbody tr")
    if structure:
        page.fill("#structure-text", structure)
        page.wait_for_selector("#assignment .meter")


def atoms_of(page, peak):
    """The carbons of a peak as the table names them: counted from 1."""
    cell = f"#assignment tr[data-peak='{peak}'] td:nth-child(3)"  # other peaks that may be exchanged with it follow
    return page.eval_on_selector(cell, "cell => cell.firstChild.textContent")


def disc_of(carbon):
    """The disc of the carbon with that name; `data-atom` counts from 0."""
    return f".atom[data-atom='{int(carbon[1:]) - 1}'] .disc"


def box(page, selector):
    found = page.locator(selector).first.bounding_box()
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def drag(page, start, end):
    page.mouse.move(*box(page, start))
    page.mouse.down()
    page.mouse.move(*box(page, end), steps=5)
    assert page.locator(".atom.target").count() == 1
    page.mouse.up()
    page.wait_for_selector(".pin")


def wait_for_rows(page, count):
    """Until the spectrum has that many peaks."""
    at_least = f":has(> tr:nth-child({count}))" if count else ""
    page.wait_for_selector(f"#peaks tbody{at_least}:not(:has(> tr:nth-child({count + 1})))", state="attached")


def drop(page, selector, *paths):
    """Drop files or folders from outside the browser on an element, as a file manager does."""
    x, y = box(page, selector)
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
    session.detach()
