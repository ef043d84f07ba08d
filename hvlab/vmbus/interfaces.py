"""The interface ids by which guests know what kind of device an offer is, and what instance ids tell."""

from __future__ import annotations

import uuid

SCSI = uuid.UUID("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")
IDE_ACCELERATOR = uuid.UUID("32412632-86cb-44a2-9b5c-50d1417354f5")


def ide_instance(controller: int, location: int, tail: bytes) -> uuid.UUID:
    """The instance id of an IDE disk's channel: its path and target lie in the first bytes (as Linux reads them)."""
    return uuid.UUID(bytes_le=controller.to_bytes(4, "little") + location.to_bytes(2, "little") + tail[:10])


def scsi_instance(controller: int, tail: bytes) -> uuid.UUID:
    """The instance id of a SCSI controller's channel; the first bytes number the controllers (the lab's own)."""
    return uuid.UUID(bytes_le=controller.to_bytes(4, "little") + tail[:12])


def storage_name(interface: uuid.UUID, instance: uuid.UUID) -> str:
    """ide:CONTROLLER:LOCATION or scsi:CONTROLLER for a storage channel, or an empty string."""
    raw = instance.bytes_le
    controller = int.from_bytes(raw[:4], "little")
    if interface == IDE_ACCELERATOR:
        return f"ide:{controller}:{int.from_bytes(raw[4:6], 'little')}"
    if interface == SCSI:
        return f"scsi:{controller}"
    return ""
