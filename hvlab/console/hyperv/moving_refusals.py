"""How the refusals of exports, imports and backups read; joined with the host's own in `refusals`."""

from __future__ import annotations

MOVING_ERRORS: dict[str, tuple[str, str, str]] = {
    "vm-busy": (
        "The operation cannot be performed while '{name}' is in use by another operation ({job}).",
        "InvalidState",
        "ResourceBusy",
    ),
    "no-export": (
        "'{name}': {platform} can neither export nor import virtual machines.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "export-there": (
        "Export failed for virtual machine '{name}': the directory '{path}' is not empty. (0x80070050)",
        "OperationFailed",
        "ResourceExists",
    ),
    "export-same-names": (
        "Export failed for virtual machine '{name}': '{first}' and '{second}' have the same file name. (0x80070050)",
        "OperationFailed",
        "ResourceExists",
    ),
    "export-unreadable": (
        "Export failed for virtual machine '{name}': '{path}' cannot be read. (0x80070002)",
        "OperationFailed",
        "ObjectNotFound",
    ),
    "no-such-folder": (
        "The path '{path}' cannot be found. (0x80070003)",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-export-there": (
        "Import failed.\nNo virtual machine files for import were found in the location '{path}'.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "imported-already": (
        "Import failed.\nNo virtual machine files for import were found in the location '{path}'.",
        "ObjectNotFound",
        "ResourceExists",
    ),
    "bad-configuration": (
        "Import failed.\nThe configuration file '{path}' is damaged or cannot be read.",
        "InvalidData",
        "InvalidData",
    ),
    "id-taken": (
        "Import failed.\nThe operation failed because a virtual machine with the identifier '{identifier}' "
        "already exists.",
        "OperationFailed",
        "ResourceExists",
    ),
    "mounted-already": (
        "Failed to mount the virtual disk.\nThe file '{path}' is mounted already. (0x80070020)",
        "InvalidState",
        "ResourceBusy",
    ),
    "not-mounted": (
        "Failed to dismount the virtual disk.\n'{path}' is not mounted.",
        "InvalidState",
        "InvalidOperation",
    ),
    "mount-no-room": (
        "'{name}' cannot be written onto the virtual disk.",
        "OperationFailed",
        "WriteError",
    ),
    "disk-mounted": (
        "'{name}' failed to start.\n\n'{path}': the process cannot access the file because it is being used by "
        "another process. (0x80070020)",
        "OperationFailed",
        "ResourceBusy",
    ),
    "boot-order": (
        "The startup order must name each of these once: {known}.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "snapshot-name": (
        "The name of a snapshot must have 1 to {limit} characters.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-source": (
        "The computer '{name}' cannot be found.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "source-not-physical": (
        "'{name}' is a virtual machine, not a physical computer.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "source-not-virtual": (
        "'{name}' is a physical computer, not a virtual machine.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "vmm-host": (
        "{manager} cannot manage this host: {platform} is not supported.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "vmm-no-host": (
        "{manager} cannot manage this host: {platform} is not supported.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "vmm-guest": (
        "{manager} cannot convert '{name}': its operating system ({guest}) is not supported.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "vmm-monitor": (
        "{manager} cannot convert '{name}': virtual machines of that kind ({monitor}) are not supported.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "p2v-offline": (
        "'{name}' ({guest}) cannot be converted online.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "p2v-driver": (
        "The offline conversion of '{name}' failed: no driver for its disk controller ({driver}) was found.",
        "OperationFailed",
        "ObjectNotFound",
    ),
    "file-there": (
        "The file '{path}' exists. (0x80070050)",
        "OperationFailed",
        "ResourceExists",
    ),
    "role-not-there": (
        "NoChange: Hyper-V cannot be removed ({state}).",
        "NoChange",
        "InvalidOperation",
    ),
    "backup-there": (
        "The backup of '{name}' failed: the directory '{path}' is not empty. (0x80070050)",
        "OperationFailed",
        "ResourceExists",
    ),
    "no-backup-there": (
        "There is no backup in the location '{path}'.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "no-room-to-restore": (
        "'{name}' could not be restored.\nThere is not enough space on the disk: {needed} MB are needed on {volume}, "
        "{free} MB are free. (0x80070070)",
        "OutOfSpace",
        "ResourceUnavailable",
    ),
    "no-import-copy": (
        "Import failed for virtual machine '{name}': {platform} cannot copy the files at the import.",
        "InvalidParameter",
        "NotImplemented",
    ),
}
