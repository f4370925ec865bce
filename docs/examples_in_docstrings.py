"""Shows the examples in docstrings, which follow a blank line and begin with >>>, as code."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"(?:(?<=\n\n)|\A)(>>> .*?)(?=\n\n(?!>>>)|\Z)", re.DOTALL)


class Examples(griffe.Extension):
    """Puts fences around the examples of every object."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(r"```pycon\n\1\n```", obj.docstring.value)
