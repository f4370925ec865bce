"""Thirty steps of a chemist, after which nothing is lost and nothing is stale."""

import pytest
from tests.web.browser.afternoon import spend

pytestmark = pytest.mark.browser


def test_an_afternoon_loses_nothing_and_shows_nothing_stale(open_page, tmp_path):
    spent = spend(open_page(), tmp_path)
    assert spent.faults == []
    assert len(spent.steps) >= 30
