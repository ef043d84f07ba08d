"""Limits on a grader's process, where the system has them. The only module of the course that knows POSIX."""

from __future__ import annotations

import sys


def restrict(memory: int) -> None:
    """Let this process take no more address space than so many bytes, and leave no core file behind."""
    if sys.platform == "win32":
        return
    import resource

    for what, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (allowed, hard))
