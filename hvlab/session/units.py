"""Amounts as the screen writes them."""

from __future__ import annotations


def clock_text(nanoseconds: int) -> str:
    """Simulated time as hours, minutes, seconds and milliseconds."""
    milliseconds = nanoseconds // 1_000_000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def pages_text(pages: int) -> str:
    """Pages as gigabytes or megabytes."""
    megabytes = pages >> 8
    return f"{megabytes / 1024:.1f} GB" if megabytes >= 1024 else f"{megabytes} MB"


def bytes_text(count: int) -> str:
    """A count of bytes, short."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
