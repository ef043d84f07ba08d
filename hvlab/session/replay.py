"""Replays a recorded session in a world of its own: the only way a recorded state is ever believed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hvlab.console.cmdlets import Cmdlet
from hvlab.console.host import Host
from hvlab.session import log
from hvlab.session.session import Session


def replay(
    data: bytes,
    name: str,
    *,
    host: Host | None = None,
    cmdlets: Iterable[Cmdlet] = (),
    store: Path | None = None,
) -> Session:
    """Replay a log whole; nothing is written to real files. `store`: where the files are that it brings in.

    Raises log.BadLog, session.ReplayMismatch, catalog.BadCatalog.
    """
    header, entries = log.read(data, name)
    session = Session.recorded(header, host=host, exports=False, cmdlets=cmdlets, store=store)
    session.replay(entries)
    return session
