"""What stands beside the files of exported saved states: processors, devices and timers.

The lab's .vsv files stand for them on the volume. That of a saved state which leaves its host says in its first
16 bytes which state it is, so that the file can be copied and carried like any other, and read on another host.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from hvlab.host.saved import SavedState
from hvlab.kernel import Component, World
from hvlab.kernel.state import copy_state
from hvlab.storage.volume import HostFiles, StorageError

PATH = "saved-states"
"""The component's path; it comes with the first state that is exported."""


class KeptStates(Component):
    """The states by the identifier that stands in their .vsv file."""

    STATE = ("states",)

    def __init__(self) -> None:
        self.states: dict[str, SavedState] = {}


def keep(world: World, saved: SavedState, files: HostFiles, device_file: str) -> None:
    """Mark the copy of a .vsv file as this state's, whoever has it from now on."""
    kept = world.get(PATH, KeptStates) if world.has(PATH) else world.add(PATH, KeptStates())
    identifier = uuid.UUID(bytes=world.stream(f"{PATH}/ids").uuid_bytes())
    kept.states[str(identifier)] = copy_state(saved)
    files.open(device_file).write(0, identifier.bytes)


def find(world: World, files: HostFiles, memory_file: str, device_file: str) -> SavedState | None:
    """The state that lies in these two files; None if they are no saved state, or one is missing."""
    try:
        files.open(memory_file)
        marked = files.open(device_file).read(0, 16)
    except StorageError:
        return None
    if not world.has(PATH) or len(marked) < 16:
        return None
    state = world.get(PATH, KeptStates).states.get(str(uuid.UUID(bytes=marked)))
    if state is None:
        return None
    found: SavedState = copy_state(state)
    return replace(found, memory_file=memory_file, device_file=device_file)
