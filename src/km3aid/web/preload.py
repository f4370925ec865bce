"""Imported once by the fork server: workers are forked from it, so they start quickly and share its memory.

Nothing here may start a thread, because threads do not survive a fork.
"""

from __future__ import annotations

import km3aid.search.part
import km3aid.web.tasks  # noqa: F401
