"""The rows of the storage view."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.session.storageview import look
from hvlab.text import Text
from hvlab.tui.canvas import plain
from hvlab.tui.storage_rows import disk_rows

ORPHAN = r"""
New-VHD C:\child.vhd -ParentPath C:\Images\WS2008-x64.vhd -Differencing
Rename-Item C:\Images\WS2008-x64.vhd Old.vhd
"""


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "cannot be opened: its parent is missing"), ("de", "lässt sich nicht öffnen: Parent fehlt")],
)
def test_a_disk_that_cannot_be_opened_says_why_in_words(language: str, words: str) -> None:
    session = Session()
    session.run(ORPHAN)
    storage = look(session.world, "host1")
    assert storage is not None
    child = next(disk for disk in storage.disks if disk.path.endswith("child.vhd"))
    (row,) = disk_rows(child, Text(language), 80, 40, 1)
    assert words in plain(row)
