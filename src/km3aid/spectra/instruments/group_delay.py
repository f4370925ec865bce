"""The delay of Bruker's digital filters, in points."""

from __future__ import annotations

from collections.abc import Mapping

from km3aid.spectra.instruments.checks import number_of

# For each factor of decimation (DECIM) the delay of firmware (DSPFVS) 10, 11, 12 and 13, which does not record it. The
# facts are those of W. M. Westler and F. Abildgaard's note on DMX digital filters, not rounded, as in nmrglue 0.12.
_DELAYS: dict[int, tuple[float, ...]] = {
    2: (179 / 4, 46, 46, 11 / 4),
    3: (67 / 2, 73 / 2, 73 / 2, 17 / 6),
    4: (533 / 8, 48, 48, 23 / 8),
    6: (709 / 12, 301 / 6, 301 / 6, 35 / 12),
    8: (1097 / 16, 213 / 4, 213 / 4, 47 / 16),
    12: (483 / 8, 139 / 2, 139 / 2, 71 / 24),
    16: (2225 / 32, 289 / 4, 573 / 8, 95 / 32),
    24: (2929 / 48, 421 / 6, 421 / 6, 143 / 48),
    32: (4481 / 64, 291 / 4, 577 / 8, 191 / 64),
    48: (1963 / 32, 141 / 2, 141 / 2, 287 / 96),
    64: (8993 / 128, 73, 579 / 8, 383 / 128),
    96: (11809 / 192, 212 / 3, 212 / 3, 575 / 192),
    128: (18017 / 256, 145 / 2, 145 / 2),
    192: (7883 / 128, 214 / 3, 214 / 3),
    256: (36065 / 512, 289 / 4, 289 / 4),
    384: (47329 / 768, 215 / 3, 215 / 3),
    512: (72161 / 1024, 577 / 8, 577 / 8),
    768: (31563 / 512, 431 / 6, 431 / 6),
    1024: (144353 / 2048, 1153 / 16, 1153 / 16),
    1536: (189409 / 3072, 863 / 12, 863 / 12),
    2048: (288737 / 4096, 2305 / 32, 2305 / 32),
}
_FIRST_FIRMWARE = 10


def group_delay(parameters: Mapping[str, str]) -> float:
    """The delay that `GRPDLY` states, else that of the firmware's filter; 0 where there is none.

    >>> group_delay({"GRPDLY": "-1", "DSPFVS": "12", "DECIM": "16"})
    71.625
    """
    stated, firmware, factor = (number_of(parameters.get(key)) or 0.0 for key in ("GRPDLY", "DSPFVS", "DECIM"))
    known = _DELAYS.get(int(factor), ())
    place = int(firmware) - _FIRST_FIRMWARE
    if stated > 0 or not 0 <= place < len(known):
        return max(stated, 0.0)
    return float(known[place])
