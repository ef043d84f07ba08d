"""The lines that were entered, and ways through them. Pure: where it is kept is somebody else's business."""

from __future__ import annotations

from collections.abc import Iterable


class History:
    """Entries, the oldest first. A position is an index; ``len(history)`` stands for the new line."""

    def __init__(self, entries: Iterable[str] = (), *, limit: int = 4096) -> None:
        self._limit = limit
        self._entries: list[str] = []
        for entry in entries:
            self.add(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> str:
        return self._entries[index]

    def entries(self) -> list[str]:
        return list(self._entries)

    def add(self, line: str) -> None:
        """Keep a line; blank ones and repetitions of the last one are not kept."""
        if not line.strip() or (self._entries and self._entries[-1] == line):
            return
        self._entries.append(line)
        del self._entries[: -self._limit]

    def previous(self, position: int, prefix: str = "") -> int | None:
        """The nearest older entry that begins with ``prefix``, in any case, and differs from this one."""
        return self._step(position, -1, prefix)

    def next(self, position: int, prefix: str = "") -> int | None:
        """The nearest newer one."""
        return self._step(position, 1, prefix)

    def _step(self, position: int, direction: int, prefix: str) -> int | None:
        present = self._entries[position] if 0 <= position < len(self._entries) else None
        wanted = prefix.lower()
        index = position + direction
        while 0 <= index < len(self._entries):
            entry = self._entries[index]
            if entry.lower().startswith(wanted) and entry != present:
                return index
            index += direction
        return None

    def search(self, text: str, before: int | None = None) -> int | None:
        """The newest entry older than ``before`` that holds ``text`` anywhere, in any case."""
        wanted = text.lower()
        start = len(self._entries) if before is None else before
        for index in range(min(start, len(self._entries)) - 1, -1, -1):
            if wanted in self._entries[index].lower():
                return index
        return None
