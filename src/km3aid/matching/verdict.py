"""The verdict on a structure."""

from typing import Literal

Verdict = Literal["consistent", "inconsistent", "undecided"]
LEAST_RATE, MOST_RATE = 0.001, 0.5  # of errors that can be asked for: those of rarer ones are not known
