"""The lab's calendar: which date and time its first moment is, and how clocks write that.

Simulated time counts nanoseconds from 0; on every clock in the lab that was the
22nd of June 2008, midnight UTC.
"""

from __future__ import annotations

LAB_BEGIN = 267_408_000
"""The first moment in seconds since 2000-01-01 00:00 UTC, the epoch of the VHD format."""
_SINCE_1601 = 12_591_158_400
"""Seconds from 1601-01-01, the epoch of Windows' file times, to 2000-01-01."""
TICK = 100
"""Nanoseconds in a unit of a file time."""


def seconds(now: int) -> int:
    """The seconds since 2000 of a moment in simulated nanoseconds."""
    return LAB_BEGIN + now // 1_000_000_000


def file_time(now: int) -> int:
    """The file time (units of 100 ns since 1601) of a moment in simulated nanoseconds."""
    return (_SINCE_1601 + LAB_BEGIN) * 10_000_000 + now // TICK


def lab_time(file: int) -> int:
    """The simulated nanoseconds of a file time."""
    return (file - (_SINCE_1601 + LAB_BEGIN) * 10_000_000) * TICK
