"""Three examples of every task, each one click from its answer, which is the one that is known."""

import pytest
from tests.web.browser.acts import paste

pytestmark = pytest.mark.browser

# what has come, and what must stand in it
DONE = {
    "assign": [("#assignment tr[data-peak='7'] .meter", ""), ("#assignment tr[data-peak='9'] .meter", ""),
               ("#assignment [data-key='carbon-0']", "±")],
    "verify": [("#verification .verdict", "Consistent"), ("#verification .verdict", "Inconsistent"),
               ("#verification .verdict", "Inconsistent")],
    "rank": [("#rank-cards .card", "vanillin"), ("#rank-cards .card", "2-butanol"), ("#rank-cards .card", "o-xylene")],
    "search": [("#search-cards .card", "vanillin"), ("#search-cards .card", "menthol"),
               ("#search-cards .card", "caffeine")],
    "elucidate": [("#elucidate-cards .card", "CCOC(C)=O"), ("#elucidate-cards .card", "CCC(C)=O"),
                  ("#elucidate-cards .card", "COc1ccccc1")],
    "batch": [("#batch-results tbody tr:nth-child(3)", "caffeine"),
              ("#batch-results tbody tr:nth-child(2)", "inconsistent"),
              ("#batch-results tbody tr:nth-child(3)", "unknown 3")],
}  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("task", DONE)
def test_every_example_gives_the_known_answer(open_page, with_starter, task, number):
    page = open_page(at=with_starter)
    page.click(f"#tab-{task}")
    selector, said = DONE[task][number]
    page.click(f"#examples button >> nth={number}")
    page.wait_for_selector(selector)
    assert said in page.locator(selector).first.inner_text()
    assert page.locator("#examples button").count() == 3


def test_an_example_takes_nothing_away(open_page):
    page = open_page()
    paste(page)
    page.click("#examples button >> nth=1")
    page.wait_for_selector("#peaks input[value='71.5']")
    page.go_back()
    page.wait_for_selector("#peaks input[value='170.2']")
    page.wait_for_selector("#assignment .meter")


def test_the_first_example_is_assigned_as_it_is_known(open_page, shot):
    """Vanillin after common textbooks: C=O, C–OH, C–OMe, C–CHO, then the three CH and the methoxy group."""
    page = open_page()
    page.click("#examples button >> nth=0")
    page.wait_for_selector("#assignment .meter")
    names = "all => all.map(e => e.firstChild.textContent)"
    assert page.eval_on_selector_all("#assignment tbody tr td:nth-child(3)", names) == [
        "C6", "C10", "C3", "C5", "C8", "C9", "C4", "C1",
    ]  # fmt: skip
    assert "DEPT" in page.inner_text("#remarks")
    shot(page, "example")
