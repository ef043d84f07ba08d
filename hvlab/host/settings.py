"""A virtual machine's settings, and what the host does with it when the host itself stops and starts.

Nothing here moves anything by itself: these are the rules for changing what a machine
is defined as. What is in memory follows the definition only at the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.host.machine import BOOT_DEVICES, OFF, SAVED, Refusal, VirtualMachine
from hvlab.host.snapshots import Snapshot
from hvlab.storage.errors import StorageError

if TYPE_CHECKING:
    from hvlab.host.vmms import Vmms

NOTHING, START_IF_RUNNING, START = "Nothing", "StartIfRunning", "Start"
START_ACTIONS = (NOTHING, START_IF_RUNNING, START)
TURN_OFF, SAVE, SHUT_DOWN = "TurnOff", "Save", "ShutDown"
STOP_ACTIONS = (TURN_OFF, SAVE, SHUT_DOWN)
MAXIMUM_NOTES = 4096
LONGEST_NAME = 100


def _must_be_off(vmms: Vmms, machine: VirtualMachine) -> None:
    vmms.check_free(machine)
    if machine.state != OFF:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)


def set_memory(vmms: Vmms, machine: VirtualMachine, memory: int) -> None:
    """Change the memory that it starts with, in bytes. Refusal."""
    _must_be_off(vmms, machine)
    vmms.check_memory(memory)
    machine.memory = memory


def rename(vmms: Vmms, machine: VirtualMachine, name: str) -> None:
    """Give it another name. Refusal: a real host would do so at any time, the lab while nothing of it runs."""
    if name == machine.name:
        return
    if machine.state not in (OFF, SAVED):
        raise Refusal("rename-running", name=machine.name)
    _must_be_off(vmms, machine)
    if machine.saved is not None or any(snapshot.saved for snapshot in machine.snapshots.values()):
        raise Refusal("rename-with-memory", name=machine.name)
    if name.casefold() != machine.name.casefold():
        vmms.check_name(name)
    old = machine.name
    vmms.machines = {
        (name.casefold() if key == old.casefold() else key): other for key, other in vmms.machines.items()
    }
    machine.name = name
    vmms.note_settings(machine, "name", old)


def set_notes(vmms: Vmms, machine: VirtualMachine, notes: str) -> None:
    """Write a text beside it. Refusal if it is too long."""
    if len(notes) > MAXIMUM_NOTES:
        raise Refusal("notes-too-long", limit=MAXIMUM_NOTES)
    machine.notes = notes


def set_snapshot_folder(vmms: Vmms, machine: VirtualMachine, folder: str) -> None:
    """Say where the states of its snapshots will lie. Refusal while it has snapshots, and for no volume of the host."""
    if machine.snapshots:
        raise Refusal("has-snapshots", name=machine.name, count=len(machine.snapshots))
    try:
        vmms.storage.files.volume(folder)
    except StorageError:
        raise Refusal("no-such-folder", path=folder) from None
    machine.snapshot_folder = folder.rstrip("\\")
    vmms.note_settings(machine, "snapshots", folder)


def set_boot_order(vmms: Vmms, machine: VirtualMachine, order: tuple[str, ...]) -> None:
    """Say what its firmware tries to boot from; every device stands in the order once. Refusal."""
    _must_be_off(vmms, machine)
    if sorted(order) != sorted(BOOT_DEVICES):
        raise Refusal("boot-order", known=", ".join(BOOT_DEVICES))
    machine.startup_order = () if order == BOOT_DEVICES else order
    vmms.note_settings(machine, "boot order", ", ".join(order))


def set_num_lock(vmms: Vmms, machine: VirtualMachine, wanted: bool) -> None:
    """Say whether its keyboard begins with the digits. Refusal."""
    _must_be_off(vmms, machine)
    machine.num_lock = wanted
    vmms.note_settings(machine, "num lock", "on" if wanted else "off")


def rename_snapshot(vmms: Vmms, vm: str, name: str, new_name: str) -> Snapshot:
    """Give a snapshot another name; several may have the same. Refusal."""
    machine = vmms.machine(vm)
    vmms.check_free(machine)
    snapshot = vmms.find_snapshot(vm, name)
    if not new_name.strip() or len(new_name) > LONGEST_NAME:
        raise Refusal("snapshot-name", limit=LONGEST_NAME)
    snapshot.name = new_name
    vmms.note_settings(machine, "snapshot", new_name)
    return snapshot


def add_scsi_controller(vmms: Vmms, machine: VirtualMachine) -> None:
    """One more SCSI controller. Refusal."""
    _must_be_off(vmms, machine)
    vmms.check_limit("scsi_controllers", machine.scsi_controllers + 1)
    machine.scsi_controllers += 1
    vmms.note_settings(machine, "scsi", str(machine.scsi_controllers))


def remove_scsi_controller(vmms: Vmms, machine: VirtualMachine) -> None:
    """Take the last SCSI controller away, which must be empty. Refusal."""
    _must_be_off(vmms, machine)
    number = machine.scsi_controllers - 1
    used = sum(1 for drive in machine.drives if (drive.controller, drive.number) == ("SCSI", number))
    if number < 0:
        raise Refusal("no-scsi-controller", name=machine.name)
    if used:
        raise Refusal("scsi-in-use", name=machine.name, number=number, count=used)
    machine.scsi_controllers = number
    vmms.note_settings(machine, "scsi", str(number))


# -- the host stops and starts ------------------------------------------------------------------


def begin_to_stop(vmms: Vmms, machine: VirtualMachine) -> None:
    """The host goes down in good order: do with a machine that runs what its settings say.

    A guest that cannot be asked to shut down is saved instead, so that nothing is lost.
    """
    if machine.stop_action == TURN_OFF:
        vmms.turn_off(machine.name)
        return
    if machine.stop_action == SHUT_DOWN:
        link = vmms.link(machine.name)
        if link is not None and link.ready("shutdown"):
            vmms.shut_down(machine.name, force=True)
            return
    vmms.save(machine.name)


def comes_back(machine: VirtualMachine, ran: bool) -> bool:
    """Whether a machine is started with the host; `ran` says whether it ran when the host went down."""
    if machine.state not in (OFF, SAVED):
        return False
    return machine.start_action == START or (machine.start_action == START_IF_RUNNING and ran)
