"""Progress of long work for Python programs: a bar in notebooks and terminals, or a function of the caller's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int], None]  # told how many more are done


@contextmanager
def watched(progress: Progress | bool | None, what: str, total: int | None = None) -> Iterator[Progress | None]:
    """Yield what is to be told of progress: the caller's function, a bar where `progress` is True, or None.

    The bar is that of tqdm, which knows notebooks, or of rich where tqdm is not installed.
    """
    if not isinstance(progress, bool):
        yield progress
        return
    if not progress:
        yield None
        return
    try:
        from tqdm.auto import tqdm
    except ModuleNotFoundError:
        from rich.progress import Progress as Bar

        with Bar() as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        return
    with tqdm(desc=what, total=total, unit_scale=True) as told:

        def advance(done: int) -> None:
            told.update(done)

        yield advance


def in_notebook() -> bool:
    """Whether IPython or a notebook is running this program, so that somebody watches."""
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None
