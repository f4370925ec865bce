"""Find a compiled kernel for the processor at hand, and say what it takes."""

from __future__ import annotations

import sys
from ctypes import CDLL, c_bool, c_double, c_float, c_int, c_int64
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.ctypeslib import ndpointer

from km3aid.errors import ConfigError

LIBRARY = Path(__file__).parent / {"win32": "kernels.dll", "darwin": "kernels.dylib"}.get(sys.platform, "kernels.so")
LEVELS = {1: ("base",), 3: ("v3", "base")}  # by what `processor_level` says, the best first


def _array(kind: type, written: bool = False) -> Any:
    return ndpointer(kind, flags=("C_CONTIGUOUS", "WRITEABLE") if written else ("C_CONTIGUOUS",))


# what a kernel may take; an array of another type or with gaps is a ctypes.ArgumentError
INT8, INT16, INT32, INT64 = map(_array, (np.int8, np.int16, np.int32, np.int64))
UINT8, UINT16, UINT64 = map(_array, (np.uint8, np.uint16, np.uint64))
FLOAT32, FLOAT64, BOOL = map(_array, (np.float32, np.float64, np.bool_))
TO_UINT8, TO_UINT64, TO_INT32, TO_INT64, TO_FLOAT32, TO_FLOAT64 = (
    _array(kind, written=True) for kind in (np.uint8, np.uint64, np.int32, np.int64, np.float32, np.float64)
)
COUNT, FLAG, NUMBER32, NUMBER64 = c_int64, c_bool, c_float, c_double


class Kernel:
    """The kernel `name` for the best level that this processor can run, or for `level`; found when it is first called.

    It takes arrays and numbers as `takes` says. What gives a `c_int` raises `MemoryError` where that is not 0. A call
    raises `ConfigError` where the kernels were never compiled.
    """

    def __init__(self, name: str, *takes: Any, gives: Any = c_int, level: str | None = None) -> None:
        self.name, self.takes, self.gives, self.level = name, takes, gives, level

    def __call__(self, *arguments: Any) -> Any:
        """What the kernel gives; arrays that it takes to write to are filled."""
        return self.function(*arguments)

    @cached_property
    def function(self) -> Any:
        """The function of the compiled library."""
        library = _library()
        try:
            function = library[f"{self.name}_{self.level or levels()[0]}"]
        except AttributeError as error:
            raise ConfigError(f"{LIBRARY}: of another version ({error}); run: python -m km3aid.kernels.build") from None
        function.argtypes, function.restype = self.takes, self.gives
        if self.gives is c_int:
            function.errcheck = _checked  # type: ignore[assignment]  # its stubs allow no plain int
        return function


@cache
def levels() -> tuple[str, ...]:
    """The levels that this processor can run, the best first."""
    return LEVELS[_library().processor_level()]


@cache
def _library() -> CDLL:
    try:
        return CDLL(str(LIBRARY))
    except OSError as error:
        raise ConfigError(
            f"{LIBRARY}: the compiled kernels cannot be loaded ({error}); install a wheel of km3aid for this system, "
            "or compile them: python -m km3aid.kernels.build"
        ) from None


def _checked(result: int, function: Any, arguments: tuple[Any, ...]) -> int:
    if result:
        raise MemoryError("a search needs more memory than there is")
    return result
