"""Amounts as the screen writes them."""

from __future__ import annotations

from hvlab.text import Text


def clock_text(nanoseconds: int) -> str:
    """Simulated time as hours, minutes, seconds and milliseconds, to the nearest one as lists of events have it."""
    milliseconds = (nanoseconds + 500_000) // 1_000_000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def pages_text(pages: int, text: Text) -> str:
    """Pages as gigabytes or megabytes, as the language writes numbers."""
    megabytes = pages >> 8
    return f"{text.decimal(megabytes / 1024, 1)} GB" if megabytes >= 1024 else f"{megabytes} MB"


def bytes_text(count: int, text: Text) -> str:
    """A count of bytes, short, as the language writes numbers."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{text.decimal(count / size, 1)} {unit}"
    return f"{count} B"
