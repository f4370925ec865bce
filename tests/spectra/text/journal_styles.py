"""Paragraphs of journals, theses and patents around a clean 13C line, in ways of their own."""

from __future__ import annotations

import json
import random
from pathlib import Path

_DATA = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
STYLES: dict[str, dict[str, list[str]]] = _DATA["styles"]
ENDS: list[str] = _DATA["ends"]  # what may follow a list


def in_print(line: str, rng: random.Random) -> str:
    """`line` in the words of a journal."""
    style = STYLES[rng.choice(list(STYLES))]
    return rng.choice(style["before"]) + line.strip().rstrip(".;, ") + rng.choice(style["after"])
