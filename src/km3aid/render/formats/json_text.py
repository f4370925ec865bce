"""JSON: the `to_dict()` of the answers, an object or a list; JSON lines: an object on each line. Both count from 0."""

from __future__ import annotations

import json
from collections.abc import Sequence

from km3aid.requests.answers import Case


def write_json(cases: Sequence[Case]) -> bytes:
    """One answer as an object, several as a list of objects."""
    values = [case.answer.to_dict() for case in cases]
    text = json.dumps(values[0] if len(values) == 1 else values, indent=2, ensure_ascii=False)
    return f"{text}\n".encode()


def write_jsonl(cases: Sequence[Case]) -> bytes:
    """An object on each line."""
    return "".join(json.dumps(case.answer.to_dict(), ensure_ascii=False) + "\n" for case in cases).encode()
