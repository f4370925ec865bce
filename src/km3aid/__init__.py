"""km3aid: identify molecules and assign peaks from 13C NMR spectra.

`from km3aid import Engine, Spectrum, read_spectra` is the whole public entry; each name is loaded when it is
first used, so that importing the package costs no torch.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from km3aid.engine import Engine
    from km3aid.spectra import Peak, Spectrum, read_spectra

__version__ = "0.1.0"
__all__ = ["Engine", "Peak", "Spectrum", "__version__", "read_spectra"]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # programs that want to see it set up logging

_HOME = {
    "Engine": "km3aid.engine",
    "Peak": "km3aid.spectra",
    "Spectrum": "km3aid.spectra",
    "read_spectra": "km3aid.spectra",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'km3aid' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
