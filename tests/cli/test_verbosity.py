"""`-v` and `-vv`: what is done, on standard error."""

import subprocess
import sys

import pytest


def said(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "km3aid", *arguments], input="58.3\n18.4\n", capture_output=True, text=True, check=True
    )
    return done.stderr


@pytest.mark.parametrize(("flag", "told"), [((), 0), (("-v",), 1), (("-vv",), 2)])
def test_more_is_told_with_every_v(flag, told):
    text = said("assign", "CCO", "-", "--format", "json", *flag)
    assert ("model " in text and "2 peaks" in text) == (told >= 1)
    assert ("read as shifts, one or more on each line" in text) == (told >= 2)
