"""The documentation: links lead somewhere, every page is in the navigation; `make docs` builds the site."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
MADE = {"model-card.md": "MODEL_CARD.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


def file_of(link, page):
    """The file in the source that a link of a page means."""
    path = (page.parent / link).resolve()
    if path.parent == ROOT / "docs" and path.name in MADE:
        return ROOT / MADE[path.name]
    if path == ROOT / "docs" / "reference" / "commands.md":
        return ROOT / "docs" / "hooks.py"
    notebook = path.with_suffix(".ipynb")
    return notebook if path.suffix == ".md" and notebook.exists() else path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"(?m)^    .*$", "", text)
    text = re.sub(r"`[^`]*`", "", text)
    links = [link for link in LINK.findall(text) if "://" not in link and "." in link]
    assert [link for link in links if not file_of(link, page).exists()] == []


def test_every_page_is_in_the_navigation():
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]

    def pages(entry):
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [page for value in values for page in pages(value)]

    named = set(pages(navigation))
    assert {p.relative_to(ROOT / "docs").as_posix() for p in PAGES if (ROOT / "docs") in p.parents} <= named
    assert [page for page in named if not file_of(page, ROOT / "docs" / "index.md").exists()] == []


def test_the_readme_is_one_page():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 80
