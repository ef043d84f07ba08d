"""What the ends of the keyboard and the mouse ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """Put this message into the ring."""

    payload: bytes


@dataclass(frozen=True)
class Ready:
    """The device works from now on; its protocol's version."""

    version: int


@dataclass(frozen=True)
class Failed:
    """The other side does not speak this version."""

    version: int


@dataclass(frozen=True)
class Key:
    """A key was pressed or released: its make code of scan code set 1, and the info bits."""

    code: int
    info: int


@dataclass(frozen=True)
class Pointer:
    """The pointer is there (0 to 32767 from edge to edge), and these buttons are down."""

    buttons: int
    x: int
    y: int


Effect = Say | Ready | Failed | Key | Pointer
