"""The machine's memory pages: their bytes, and who may write which in place.

Pages are numbered by system-physical page number (SPA >> 12). A page nobody has
written is all zero and takes no room. `page_for_write` is the one door to
change a page: after a snapshot the page is shared, and the door copies it first.
Which partition owns which page is the hypervisor's business, not known here.
"""

from __future__ import annotations

import hashlib
from typing import Any

PAGE_SIZE = 4096
_ZERO = bytes(PAGE_SIZE)


class PhysicalMemory:
    """All pages of a machine; `page_count` is their number."""

    def __init__(self, page_count: int) -> None:
        self.page_count = page_count
        self._pages: dict[int, bytearray] = {}
        self.own: dict[int, bytearray] = {}
        """The pages that are shared with no snapshot: they may be changed in place.

        Whoever writes often looks here first, and comes to the door only where a page is missing.
        """

    def page(self, spa: int) -> bytearray | bytes:
        """A page's bytes, to read. Do not keep it across events: a write may replace it."""
        return self._pages.get(spa, _ZERO)

    def page_for_write(self, spa: int) -> bytearray:
        """A page's bytes, to change now. Do not keep it across events."""
        own = self.own.get(spa)
        if own is not None:
            return own
        if not 0 <= spa < self.page_count:
            raise IndexError(f"the machine has no page {spa:#x}")
        page = self._pages[spa] = self.own[spa] = bytearray(self._pages.get(spa, _ZERO))
        return page

    def clear(self, first: int, count: int) -> None:
        """Make pages zero again, as when they leave a partition."""
        for spa in self.touched_in(first, count):
            del self._pages[spa]
            self.own.pop(spa, None)

    def touched_in(self, first: int, count: int) -> list[int]:
        """The pages of a run that have ever been written, in their order: all others are zero."""
        if count < len(self._pages):
            return [spa for spa in range(first, first + count) if spa in self._pages]
        return sorted(spa for spa in self._pages if first <= spa < first + count)

    @property
    def touched(self) -> int:
        """How many pages have ever been written."""
        return len(self._pages)

    # -- snapshots -----------------------------------------------------------------------

    def copy_state(self) -> PhysicalMemory:
        """A twin that shares every page until one side writes it."""
        twin = PhysicalMemory(self.page_count)
        twin._pages = self._pages.copy()
        self.own.clear()
        return twin

    def restore_state(self, saved: PhysicalMemory) -> None:
        """Take over a twin's pages, in place: others hold this very object."""
        self._pages = saved._pages.copy()
        self.own.clear()

    def digest_state(self) -> Any:
        """Page numbers with the hash of their bytes; zero pages count as untouched."""
        return [
            [spa, hashlib.sha256(self._pages[spa]).digest()]
            for spa in sorted(self._pages)
            if self._pages[spa] != _ZERO
        ]
