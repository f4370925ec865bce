"""What is drawn: parts that a search asks for, hits that are changed; candidates in every writing."""

import pytest
from tests.web.browser.acts import ASPIRIN, paste

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page):
    made = open_page()
    if made.locator("#structure-draw:visible").count() == 0:
        pytest.skip("the editor is not installed: make editor")
    return made


def as_part(page, smiles):
    """The SMARTS that the editor's package writes for a part that was drawn as this molecule."""
    return page.evaluate(
        """async smiles => {
          const { Molecule } = await import(new URL(document.documentElement.dataset.editor, document.baseURI).href);
          const molecule = Molecule.fromSmiles(smiles);
          molecule.setFragment(true);
          return molecule.toSmarts();
        }""",
        smiles,
    )


def test_a_part_is_drawn_and_searched_for(page, shot):
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("[data-draw='f-smarts']")
    canvas = page.locator("#editor-canvas canvas").nth(1)
    canvas.wait_for()
    page.wait_for_timeout(300)
    area = canvas.bounding_box()
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)  # a bond, the first tool
    page.wait_for_timeout(200)
    shot(page, "part")
    page.click("#editor-use")
    page.wait_for_selector("#editor", state="hidden")
    assert page.input_value("#f-smarts") == "CC"
    page.click("#search-run")
    page.wait_for_selector("#search-status:has-text('passed')")
    page.wait_for_selector("#search-cards .card")
    page.click("[data-draw='f-smarts']")
    page.wait_for_timeout(300)
    page.click("#editor-use")
    assert page.input_value("#f-smarts") == "CC"
    assert page.is_hidden("#search-stale")


@pytest.mark.parametrize("part", ["c1ccccc1C(=O)O", "c1ccoc1", "c1ccc2[nH]ccc2c1", "O=C1CCCCC1", "C#N"])
def test_what_the_editor_writes_is_what_the_service_reads(page, part):
    """Each molecule holds itself."""
    from rdkit import Chem

    written = as_part(page, part)
    assert Chem.MolFromSmiles(part).HasSubstructMatch(Chem.MolFromSmarts(written))
    assert not Chem.MolFromSmiles("CCCCCCCC").HasSubstructMatch(Chem.MolFromSmarts(written))


def test_a_hit_is_copied_in_three_writings_and_opened_in_the_editor(page, service):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.rstrip("/"))
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card .drawing svg")
    said = {}
    for kind in ("SMILES", "InChI", "InChIKey"):
        page.click(f"[aria-label='Copy the {kind} of hit 1']")
        page.wait_for_selector("#toast:has-text('Copied')")
        said[kind] = page.evaluate("navigator.clipboard.readText()")
    assert said["SMILES"] == ASPIRIN
    assert said["InChI"].startswith("InChI=1S/C9H8O4/")
    assert said["InChIKey"] == "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
    page.click("#search-cards .card >> nth=0 >> text=Edit…")
    canvas = page.locator("#editor-canvas canvas").nth(1)
    canvas.wait_for()
    page.wait_for_timeout(300)
    area = canvas.bounding_box()
    page.mouse.click(area["x"] + 30, area["y"] + area["height"] - 30)  # a bond beside it
    page.click("#editor-use")
    page.wait_for_selector("#task-assign:visible")
    page.wait_for_function("() => document.querySelector('#structure-text').value.includes('M  END')")


@pytest.mark.parametrize(
    "text",
    [
        "1-butanol\tCCCCO\n2-butanol\tCCC(C)O",
        "CCCCO\t1-butanol\nCCC(C)O\t2-butanol",
        "1-butanol CCCCO\nCCC(C)O 2-butanol",
        "InChI=1S/C4H10O/c1-2-3-4-5/h5H,2-4H2,1H3 1-butanol\n2-butanol;InChI=1S/C4H10O/c1-3-4(2)5/h4-5H,3H2,1-2H3",
    ],
)
def test_candidates_are_understood_in_every_writing(open_page, text):
    page = open_page()
    paste(page, "69.2 32.0 22.6 9.9", structure=None)
    page.click("#tab-rank")
    page.fill("#candidates-text", text)
    page.click("#rank-run")
    page.wait_for_selector("#rank-cards .card:nth-child(2) .drawing svg")
    names = page.locator("#rank-cards .name").all_text_contents()
    assert names == ["2-butanol", "1-butanol"]


def test_a_line_for_a_publication_is_copied(open_page, service):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.rstrip("/"))
    page.fill("#structure-text", ASPIRIN)
    page.wait_for_selector("#assignment [data-key='carbon-0']")
    page.click("text=Copy line")
    page.wait_for_selector("#toast:has-text('Copied')")
    assert "13C" in page.evaluate("navigator.clipboard.readText()")
