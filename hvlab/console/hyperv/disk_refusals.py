"""How the refusals about physical disks read; joined with the host's own in `refusals`."""

from __future__ import annotations

DISK_ERRORS: dict[str, tuple[str, str, str]] = {
    "no-such-disk-number": (
        "No disk with the number {number} was found.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "disk-online": (
        "Failed to add device 'Physical Disk Drive'.\nDisk {number} is online at the host. The process cannot access "
        "the file because it is being used by another process. (0x80070020)",
        "ObjectInUse",
        "ResourceBusy",
    ),
    "disk-has-volume": (
        "Failed to add device 'Physical Disk Drive'.\nDisk {number} carries the host's volume {letter}.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "no-pass-through": (
        "{platform} gives no physical disk to a virtual machine.",
        "NotSupported",
        "NotImplemented",
    ),
    "snapshot-physical": (
        "The snapshot of '{name}' could not be taken: the machine has a physical disk (Disk {number}).",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "export-physical": (
        "Export failed for virtual machine '{name}': the machine has a physical disk (Disk {number}).",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "backup-physical": (
        "The backup of '{name}' failed: the machine has a physical disk (Disk {number}).",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "disk-held": (
        "Disk {number} is in use by '{name}'.",
        "ObjectInUse",
        "ResourceBusy",
    ),
    "disk-system": (
        "Disk {number} is the system disk, and cannot be taken offline or cleared.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "disk-shared": (
        "Disk {number} is a disk of the storage network that several servers see.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "disk-has-data": (
        "Disk {number} has partitions, and they are only removed on request.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "volume-in-use": (
        "The volume {letter} is in use ('{name}').",
        "ObjectInUse",
        "ResourceBusy",
    ),
}
