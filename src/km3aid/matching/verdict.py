"""The verdict on a structure."""

from typing import Literal

Verdict = Literal["consistent", "inconsistent", "undecided"]
LEAST_RATE, MOST_RATE = 0.01, 0.5  # of errors that can be asked for: a few hundred structures say nothing of rarer ones
