"""Modules are joined in the order in which they run; what cannot be joined is named."""

import re
import shutil
import subprocess

import pytest

from km3aid.web.assets import STATIC, join_modules


def write(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)


def test_every_module_comes_once_and_after_what_it_imports(tmp_path):
    write(
        tmp_path,
        a='import { two } from "./b.js";\nimport { one as uno } from "./c.js";\n'
        "const own = 5;\nconsole.log(two(), uno, own);\n",
        b='import { one } from "./c.js";\nexport const two = () => one + own;\nconst own = 1;\n',
        c='export const one = 1;\nconsole.log("once");\n',
    )
    joined = join_modules(tmp_path, "a")
    places = [joined.index(f"const ${name} = ") for name in "cba"]
    assert places == sorted(places)
    assert joined.count("const one = 1;") == 1
    if shutil.which("node"):
        (tmp_path / "joined.mjs").write_text(joined)
        ran = subprocess.run(["node", tmp_path / "joined.mjs"], capture_output=True, text=True, check=True)
        assert ran.stdout == "once\n2 1 5\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("export let now = 1;\n", "'export let now = 1;' cannot be joined"),
        ("export default 1;\n", "cannot be joined"),
        ('import * as all from "./b.js";\n', "cannot be joined"),
        ('import { a } from "./a.js";\n', "a.js imports itself"),
    ],
)
def test_what_cannot_be_joined_is_named(tmp_path, text, said):
    write(tmp_path, a=text, b="export const b = 1;\n")
    with pytest.raises(ValueError, match=re.escape(said)):
        join_modules(tmp_path, "a")


def test_the_modules_of_the_page_are_all_joined():
    joined = join_modules(STATIC, "main")
    for path in STATIC.glob("*.js"):
        assert (f"const ${path.stem} = " in joined) is (path.stem != "docs"), path.name
