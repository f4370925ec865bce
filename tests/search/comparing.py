"""Compare what searches found, to the last digit."""

import numpy as np


def assert_same(found, expected):
    """Two `Candidates` with equal fields."""
    for name, ours, theirs in zip(found._fields, found, expected, strict=True):
        if name == "classes":
            assert len(ours) == len(theirs)
            for mine, other in zip(ours, theirs, strict=True):
                assert mine.atoms == other.atoms
                for part in ("shift_ppm", "scale_ppm", "hydrogens", "splits"):
                    np.testing.assert_array_equal(getattr(mine, part), getattr(other, part))
        else:
            np.testing.assert_array_equal(ours, theirs)
