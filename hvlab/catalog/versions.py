"""Version numbers from people's notation to the wire's."""

from __future__ import annotations


def word_versions(texts: list[str]) -> tuple[int, ...]:
    """VMBus versions: major in the upper 16 bits, minor in the lower ("0.13" is 0x0000000D)."""
    return tuple(int(major) << 16 | int(minor) for major, minor in (text.split(".") for text in texts))


def wire_versions(texts: list[str]) -> tuple[int, ...]:
    """Storage protocol versions: major in the upper 8 bits, minor in the lower ("5.1" is 0x0501)."""
    return tuple(int(major) << 8 | int(minor) for major, minor in (text.split(".") for text in texts))


def pair_versions(texts: list[str]) -> tuple[tuple[int, int], ...]:
    """Integration component versions: (major, minor)."""
    return tuple((int(major), int(minor)) for major, minor in (text.split(".") for text in texts))
