"""Arrays as the kernels take them: a kernel is compiled anew for arrays that may be written to."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def read_only(*arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The same arrays, which cannot be written to by these names."""
    views = tuple(array.view() for array in arrays)
    for view in views:
        view.flags.writeable = False
    return views
