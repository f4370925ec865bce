"""Trainings here leave out the graphs of their models, whose export takes longer than a small training."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _no_graphs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("km3aid.models.export.export_graphs", lambda model: {})
        yield
