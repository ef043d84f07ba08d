"""What a guest's kernel keeps of its threads and processors: plain data.

A thread is a program of small operations (`programs`), so it can be saved in the
middle. A processor works on one of its threads until that waits for something,
then on the next; with none that can go on it halts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Operand = bool | int | str | bytes | None
Op = tuple[Operand, ...]
"""An operation: its name, and what it is done with. Nothing in it can change: a program is copied as a whole."""


@dataclass
class Thread:
    """A thread. `waits` says for what it waits; empty, it can go on. `program` is what is still to do."""

    number: int
    name: str
    vp: int
    program: list[Op] = field(default_factory=list)
    urgent: bool = False
    """What an interrupt has left to do: it comes before the other threads of its processor."""
    waits: str = ""
    value: int = 0
    """What the last port access read."""
    failed: bool = False
    """Whether its last disk request failed."""


@dataclass
class Processor:
    """A virtual processor as the guest's kernel sees it."""

    index: int
    thread: int = 0
    """The thread it works on, 0 for none."""
    busy: str = ""
    """Computing, or in a port access: it cannot turn to another thread."""
    due: bool = False
    """Whether its next step is scheduled already."""
