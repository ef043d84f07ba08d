"""How the host's refusals read on a real system: one error for each reason.

The text is what a learner must recognise later; the lab's own explanation is
added to it by its id (`explain.<reason>`) in the learner's language.
"""

from __future__ import annotations

from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.benefit_refusals import BENEFIT_ERRORS
from hvlab.console.hyperv.cluster_refusals import CLUSTER_ERRORS
from hvlab.console.hyperv.disk_refusals import DISK_ERRORS
from hvlab.console.hyperv.moving_refusals import MOVING_ERRORS
from hvlab.host.machine import (
    OFF,
    PAUSED,
    PAUSED_CRITICAL,
    RUNNING,
    SAVED,
    SAVING,
    SNAPSHOTTING,
    STARTING,
    STOPPING,
    Refusal,
)
from hvlab.network.addresses import POOL_SIZE

_STATE = "The operation cannot be performed while the object is in its current state."

_ERRORS: dict[str, tuple[str, str, str]] = {
    **BENEFIT_ERRORS,
    **CLUSTER_ERRORS,
    **MOVING_ERRORS,
    **DISK_ERRORS,
    "no-such-vm": (
        'Hyper-V was unable to find a virtual machine with name "{name}".',
        "InvalidParameter",
        "InvalidArgument",
    ),
    "wrong-state": (_STATE, "InvalidState", "InvalidOperation"),
    "bad-name": ("The virtual machine name '{name}' is not valid.", "InvalidParameter", "InvalidArgument"),
    "rename-running": (_STATE, "InvalidState", "InvalidOperation"),
    "rename-with-memory": (_STATE, "InvalidState", "InvalidOperation"),
    "notes-too-long": (
        "The notes are longer than {limit} characters.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "limit-scsi-controllers": (
        "Cannot add another SCSI controller: the maximum of {limit} has been reached.",
        "InvalidParameter",
        "LimitsExceeded",
    ),
    "no-scsi-controller": ("'{name}' has no SCSI controller.", "ObjectNotFound", "ObjectNotFound"),
    "scsi-in-use": ("SCSI controller {number} of '{name}' is in use.", "InvalidOperation", "ResourceBusy"),
    "scsi-not-last": (
        "The SCSI controller of '{name}' cannot be removed.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "no-dynamic-memory": (
        "Dynamic memory is not supported on this platform.",
        "InvalidParameter",
        "NotImplemented",
    ),
    "reserve-over-maximum": (
        "The processor reserve ({reserve}%) is greater than the processor limit ({maximum}%).",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "reserve-taken": (
        "'{name}' failed to start.\nThe processor reserve cannot be had: running machines hold {reserved}% of "
        "{capacity}%.",
        "InvalidOperation",
        "ResourceUnavailable",
    ),
    "snapshot-unreadable": (
        "The snapshot operation for '{name}' failed: '{path}': the file or directory is corrupted and unreadable. "
        "(0x80070570)",
        "OperationFailed",
        "InvalidData",
    ),
    "has-snapshots": (
        "Failed to change the snapshot location of '{name}': it cannot be changed while the virtual machine has "
        "snapshots.",
        "InvalidState",
        "InvalidOperation",
    ),
    "no-room-to-save": (
        "'{name}' could not be saved.\nThere is not enough space on the disk: {needed} MB are needed on {volume}, "
        "{free} MB are free. (0x80070070)",
        "OutOfSpace",
        "ResourceUnavailable",
    ),
    "no-such-snapshot": (
        "Hyper-V was unable to find a snapshot with name '{snapshot}' of the virtual machine '{name}'.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "limit-snapshots": (
        "The maximum number of snapshots ({limit}) has been reached.",
        "InvalidOperation",
        "LimitsExceeded",
    ),
    "cannot-save": (
        "The virtual machine '{name}' cannot be saved on this platform.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "host-off": (
        "The operation failed: the computer is switched off.",
        "OperationFailed",
        "ResourceUnavailable",
    ),
    "host-on": ("The computer is switched on already.", "InvalidState", "InvalidOperation"),
    "no-role": (
        "The operation failed: the Virtual Machine Management service is not there.",
        "OperationFailed",
        "ResourceUnavailable",
    ),
    "no-role-ever": (
        "The operation failed: the Virtual Machine Management service is not there.",
        "OperationFailed",
        "ResourceUnavailable",
    ),
    "no-hypervisor": (
        "'{name}' failed to start.\n\nThe virtual machine could not be started because the hypervisor is not "
        "running. (Virtual machine ID {identifier})",
        "OperationFailed",
        "NotSpecified",
    ),
    "role-on-x86": (
        "Error: Invalid role, role service, or feature: Hyper-V.",
        "InvalidRole",
        "InvalidArgument",
    ),
    "role-on-itanium": (
        "Error: Invalid role, role service, or feature: Hyper-V.",
        "InvalidRole",
        "InvalidArgument",
    ),
    "role-not-in-edition": (
        "Error: Invalid role, role service, or feature: Hyper-V.",
        "InvalidRole",
        "InvalidArgument",
    ),
    "role-there": ("NoChange: Hyper-V is there already ({state}).", "NoChange", "InvalidOperation"),
    "update-not-for-this": (
        "The update {update} does not apply to your system.",
        "NotApplicable",
        "InvalidArgument",
    ),
    "update-no-such-part": (
        "The update {update} does not apply to your system.",
        "NotApplicable",
        "InvalidArgument",
    ),
    "update-there": (
        "The update {update} is already installed on this computer.",
        "NoChange",
        "InvalidOperation",
    ),
    "no-firmware-switch": (
        "The firmware has no switch '{switch}': the processor {processor} has not got what it would switch.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "host-down": (
        "The operation failed: the Virtual Machine Management service does not answer.",
        "OperationFailed",
        "ResourceUnavailable",
    ),
    "name-taken": (
        "A virtual machine named '{name}' already exists; the lab keeps names unique.",
        "InvalidParameter",
        "ResourceExists",
    ),
    "bad-memory": (
        "Invalid startup memory amount assigned: {asked} MB. At least {minimum} MB in steps of 2 MB are needed.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-such-file": (
        "Failed to add device 'Virtual Hard Disk'.\nThe system cannot find the file '{path}'. (0x80070002)",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "not-a-vhd": (
        "Failed to add device 'Virtual Hard Disk'.\n'{path}': the file or directory is corrupted and unreadable. "
        "(0x80070570)",
        "InvalidOperation",
        "InvalidData",
    ),
    "not-a-disc": (
        "Failed to add device 'Virtual CD/DVD Disk'.\n'{path}': the file or directory is corrupted and unreadable. "
        "(0x80070570)",
        "InvalidOperation",
        "InvalidData",
    ),
    "dvd-place": (
        "Failed to add device 'Virtual CD/DVD Disk'.\nIDE {number}:{location} cannot have a DVD drive in this lab.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-dvd-there": (
        "Hyper-V was unable to find a DVD drive of '{name}' that matches the given criteria.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "disk-in-use": (
        "Failed to add device 'Virtual Hard Disk'.\n'{path}' is attached to virtual machine '{name}' already. "
        "The process cannot access the file because it is being used by another process. (0x80070020)",
        "ObjectInUse",
        "ResourceBusy",
    ),
    "no-such-place": (
        "Unable to find a disk controller that matches the given criteria: {controller} {number}, location {location}.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-drive-there": (
        "Hyper-V was unable to find a hard disk drive at {controller} {number}, location {location}.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-hot-add": (
        "Failed to modify device 'Virtual Hard Disk'.\n'{name}' must be off: " + _STATE,
        "InvalidState",
        "InvalidOperation",
    ),
    "ide-not-hot": (
        "Failed to modify device 'Virtual Hard Disk'.\nThe disks of an IDE controller of '{name}' can be changed "
        "only while it is off. " + _STATE,
        "InvalidState",
        "InvalidOperation",
    ),
    "place-taken": (
        "The disk controller location {controller} {number}:{location} is in use already.",
        "InvalidParameter",
        "ResourceExists",
    ),
    "no-shutdown-service": (
        "Failed to stop.\nFailed to shut down virtual machine '{name}': its Shutdown integration service does not "
        "answer. The device is not ready for use. (0x80070015)",
        "OperationFailed",
        "NotSpecified",
    ),
    "no-shutdown-ever": (
        "Failed to stop.\nFailed to shut down virtual machine '{name}': its Shutdown integration service does not "
        "answer. The device is not ready for use. (0x80070015)",
        "OperationFailed",
        "NotSpecified",
    ),
    "no-integration-service": (
        "The operation failed: the {service} integration service of '{name}' does not answer. "
        "The device is not ready for use. (0x80070015)",
        "OperationFailed",
        "NotSpecified",
    ),
    "service-busy": (
        "The {service} integration service of '{name}' waits for an answer already.",
        "ResourceBusy",
        "ResourceBusy",
    ),
    "wrong-writers-state": (
        "The writers of '{name}' are {state}. " + _STATE,
        "InvalidState",
        "InvalidOperation",
    ),
    "pair-too-long": (
        "A name has room for {key} characters, a value for {value}.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-keyboard": (
        "No system in '{name}' listens to a keyboard.",
        "InvalidState",
        "InvalidOperation",
    ),
    "mouse-captured": (
        "Mouse not captured in Remote Desktop session. The mouse is available in '{name}' when the integration "
        "services are installed in the guest operating system.",
        "InvalidState",
        "InvalidOperation",
    ),
    "beyond-screen": (
        "The screen of '{name}' has {width} by {height} pixels.",
        "OutOfRange",
        "InvalidArgument",
    ),
    "no-such-pair": (
        "The guest of '{name}' has no pair named '{key}' in the pool External.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-such-fault": ("There is no fault with the number {number}.", "ObjectNotFound", "ObjectNotFound"),
    "no-such-sector": (
        "The disk has {size} sectors; {sector} lies beyond its end.",
        "OutOfRange",
        "InvalidArgument",
    ),
    "no-such-device": (
        "The virtual machine '{name}' has no device '{device}' on its VMBus. It has: {known}.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "fault-needs-running": (
        "The virtual machine '{name}' is off: nothing in it can fail.",
        "InvalidState",
        "InvalidOperation",
    ),
    "limit-memory-per-vm-mb": (
        "Invalid startup memory amount assigned: {asked} MB. The maximum is {limit} MB.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "limit-processors-per-vm": (
        "The number of virtual processors {asked} is not valid. The maximum is {limit}.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "limit-running-vms": (
        "The maximum of {limit} running virtual machines on this host has been reached.",
        "OperationFailed",
        "LimitsExceeded",
    ),
    "no-such-switch": (
        'Hyper-V was unable to find a virtual switch with name "{name}".',
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-such-adapter": (
        "'{name}' has no network adapter '{adapter}'.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-spoofing-setting": (
        "The setting MacAddressSpoofing is not supported by this version of Hyper-V.",
        "NotSupported",
        "InvalidOperation",
    ),
    "no-such-nic": (
        "No physical network adapter matches '{name}'.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "bad-switch-name": (
        "The virtual switch name '{name}' is not valid.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "switch-name-taken": (
        "A virtual switch named '{name}' already exists; the lab keeps names unique.",
        "InvalidParameter",
        "ResourceExists",
    ),
    "wireless-nic": (
        "Failed while creating the virtual switch.\nThe wireless network adapter '{name}' cannot be bound.",
        "OperationFailed",
        "NotSpecified",
    ),
    "nic-in-use": (
        "Failed while creating the virtual switch.\nThe network adapter '{name}' is bound to the virtual switch "
        "'{switch}' already.",
        "ObjectInUse",
        "ResourceBusy",
    ),
    "mac-pool-empty": (
        "The host's pool of {limit} network addresses is exhausted.",
        "OperationFailed",
        "LimitsExceeded",
    ),
    "limit-synthetic-adapters": (
        "Cannot add another network adapter to '{name}': the maximum of {limit} has been reached.",
        "InvalidParameter",
        "LimitsExceeded",
    ),
    "tools-not-for-client": (
        "The update {update} does not apply to your system.",
        "NotApplicable",
        "InvalidArgument",
    ),
    "tools-unknown": ("The update {update} is not known.", "ObjectNotFound", "ObjectNotFound"),
    "no-client-tools": (
        "Hyper-V Manager is not there: the management tools are not installed on this client.",
        "CommandNotFoundException",
        "ObjectNotFound",
    ),
    "limit-memory-edition": (
        "Invalid startup memory amount assigned: {asked} MB. {edition} allows {limit} MB.",
        "InvalidParameter",
        "LimitsExceeded",
    ),
    "limit-legacy-adapters": (
        "Cannot add another legacy network adapter to '{name}': the maximum of {limit} has been reached.",
        "InvalidParameter",
        "LimitsExceeded",
    ),
    "limit-disks-per-scsi-controller": (
        "Location {asked} is beyond the last of a SCSI controller, which holds {limit} disks.",
        "InvalidParameter",
        "LimitsExceeded",
    ),
}

_START_FAILURES: dict[str, str] = {
    "not-enough-memory": (
        "'{name}' failed to start.\n\nNot enough memory in the system to start the virtual machine {name}.\n\n"
        "Could not initialize memory: Not enough memory resources are available to complete this operation. "
        "(0x8007000E).\n\n"
        "'{name}' failed to start. (Virtual machine ID {identifier})\n\n"
        "Not enough memory in the system to start the virtual machine {name} with ram size {memory} megabytes. "
        "(Virtual machine ID {identifier})"
    ),
    "mac-pool-empty": (
        "'{name}' failed to start.\n\nNo network address is left in the host's pool. "
        "(Virtual machine ID {identifier})"
    ),
    "disk-full": ("'{name}' could not be saved: there is not enough space on the disk. (0x80070070)"),
    "snapshot-full": (
        "Checkpoint operation for '{name}' failed: there is not enough space on the disk. (0x80070070) "
        "(Virtual machine ID {identifier})"
    ),
    "snapshot-damaged": (
        "Checkpoint operation for '{name}' failed: one of its virtual hard disks is corrupted and unreadable. "
        "(0x80070570) (Virtual machine ID {identifier})"
    ),
    "state-lost": (
        "'{name}': the operation failed, the remote procedure call failed. (0x800706BE) "
        "(Virtual machine ID {identifier})"
    ),
    "saved-state-unreadable": (
        "'{name}' failed to start.\n\nThe saved state of '{name}' cannot be read. "
        "(Virtual machine ID {identifier})"
    ),
    "saved-by-beta": (
        "'{name}' failed to start.\n\nThe saved state of '{name}' was made by a different version of Hyper-V. "
        "(Virtual machine ID {identifier})"
    ),
    "physical-disk-online": (
        "'{name}' failed to start.\n\nA physical disk of '{name}' is in use by the host. The process cannot access the "
        "file because it is being used by another process. (0x80070020) (Virtual machine ID {identifier})"
    ),
    "disk-unreadable": (
        "'{name}' failed to start.\n\nA virtual hard disk of '{name}' cannot be opened. "
        "(Virtual machine ID {identifier})"
    ),
}


def as_error(refusal: Refusal) -> CmdletError:
    """The error that a real system would print."""
    message, error_id, category = _ERRORS[refusal.reason]
    target = refusal.values.get("name") if refusal.reason == "no-such-vm" else None
    return CmdletError(
        message.format(**refusal.values),
        error_id,
        category,
        target,
        "String" if target is not None else None,
        explain=(_explanation(refusal), {**refusal.values, **_way(refusal)}),
    )


class RefusalsTold:
    """``with RefusalsTold():`` what the host refuses inside is told as the console's error."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refusal):
            raise as_error(error) from None


def _explanation(refusal: Refusal) -> str:
    """A limit that the handout gives differently is explained with both figures; the root is no machine at all."""
    if refusal.reason == "no-such-vm" and str(refusal.values["name"]).casefold() == "root":
        return "explain.root-is-no-machine"
    if refusal.reason == "wrong-state":
        state = refusal.values["state"]
        if _way(refusal):
            return "explain.wrong-state-way"
        return "explain.wrong-state-passing" if state in _PASSING else "explain.wrong-state"
    return f"explain.{refusal.reason}" + ("-handout" if "handout" in refusal.values else "")


_PASSING = (STARTING, STOPPING, SAVING, SNAPSHOTTING)
_WAYS = {
    (SAVED, OFF): "Remove-VMSavedState",
    (SAVED, RUNNING): "Start-VM",
    (OFF, RUNNING): "Start-VM",
    (PAUSED, RUNNING): "Resume-VM",
    (PAUSED_CRITICAL, RUNNING): "Resume-VM",
    (RUNNING, OFF): "Stop-VM",
    (PAUSED, OFF): "Stop-VM -TurnOff",
    (PAUSED_CRITICAL, OFF): "Stop-VM -TurnOff",
    (RUNNING, PAUSED): "Suspend-VM",
    (RUNNING, SAVED): "Save-VM",
}
"""The command that leads from one state to another."""


def _way(refusal: Refusal) -> dict[str, object]:
    """What leads to the state that is wanted, to be written with the machine's name behind it; empty without."""
    if refusal.reason != "wrong-state":
        return {}
    command = _WAYS.get((str(refusal.values["state"]), str(refusal.values["wanted"])))
    if command is None:
        return {}
    verb, _, option = command.partition(" ")
    return {"way": " ".join(part for part in (verb, str(refusal.values["name"]), option) if part)}


def start_failure(reason: str, name: str, identifier: str, memory: int) -> CmdletError:
    """The error of a machine that did not start; memory in bytes."""
    message = _START_FAILURES[reason].format(name=name, identifier=identifier.upper(), memory=memory >> 20)
    error_id = "OutOfMemory" if reason == "not-enough-memory" else "OperationFailed"
    values: dict[str, object] = {"name": name, "memory": memory >> 20, "limit": POOL_SIZE}
    return CmdletError(message, error_id, "NotSpecified", explain=(f"explain.{reason}", values))
