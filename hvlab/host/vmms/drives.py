"""Disks plugged into virtual machines and pulled out again, while they are off or, by SCSI on later platforms, run."""

from __future__ import annotations

from hvlab.host import physical
from hvlab.host.link import BusLink
from hvlab.host.machine import (
    OFF,
    RUNNING,
    Drive,
    Refusal,
    VirtualMachine,
)
from hvlab.host.services.storage import StorageService
from hvlab.host.vmms.book import MachineBook
from hvlab.storage import raw, vhd
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import StorageError


class DriveKeeper(MachineBook):
    """What a machine has in its controllers."""

    def check_disk(self, path: str) -> str:
        """The full path of a disk, virtual or physical, that can be plugged in; Refusal if it cannot."""
        if raw.number_of(path) is not None:
            if self.platform.hosted:
                raise Refusal("no-pass-through", platform=self.platform.name)
            return physical.check_attach(self, path)
        path = self.storage.files.normalise(path)
        try:
            self.storage.open(path)
        except StorageError:
            raise Refusal("no-such-file", path=path) from None
        except vhd.BadVhd:
            raise Refusal("not-a-vhd", path=path) from None
        for other in self.machines.values():
            if any(drive.path.casefold() == path.casefold() for drive in other.drives):
                raise Refusal("disk-in-use", path=path, name=other.name)
        return path

    def add_drive(
        self, name: str, path: str, controller: str | None, number: int | None, location: int | None
    ) -> Drive:
        """Plug a virtual disk in; without a place, into the first free one (IDE first)."""
        machine = self.machine(name)
        if machine.state == RUNNING and controller is None and self.platform.hot_add_disks:
            controller = "SCSI"
        self._check_plugging(machine, controller or "IDE")
        path = self.check_disk(path)
        drive = Drive(*self._place(machine, controller, number, location), path)
        machine.drives.append(drive)
        if machine.state == RUNNING:
            sectors = self.storage.open(path).size // SECTOR
            service, link = self._controller(machine, drive)
            self.world.because(
                self._note_drive(machine, drive, "plug"), service.plug, link, drive.location, path, sectors
            )
        return drive

    def remove_drive(self, name: str, controller: str, number: int, location: int) -> Drive:
        """Pull a virtual disk out; its file stays."""
        machine = self.machine(name)
        drive = machine.drive_at(controller, number, location)
        if drive is None:
            raise Refusal("no-drive-there", controller=controller, number=number, location=location)
        self._check_plugging(machine, controller)
        machine.drives.remove(drive)
        if machine.state == RUNNING:
            service, link = self._controller(machine, drive)
            self.world.because(
                self._note_drive(machine, drive, "unplug"), service.unplug, link, drive.location
            )
        return drive

    def _check_plugging(self, machine: VirtualMachine, controller: str) -> None:
        """Refusal unless disks can be plugged in and out now: while it is off, or while it runs, by SCSI only."""
        self.check_free(machine)
        if machine.state == OFF:
            return
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        if not self.platform.hot_add_disks:
            raise Refusal("no-hot-add", name=machine.name, platform=self.platform.name)
        if controller != "SCSI":
            raise Refusal("ide-not-hot", name=machine.name)

    def _controller(self, machine: VirtualMachine, drive: Drive) -> tuple[StorageService, BusLink]:
        """The service behind a running machine's SCSI controller."""
        link = self.link(machine.name)
        assert link is not None
        service = link.services[f"scsi:{drive.number}"]
        assert isinstance(service, StorageService)
        return service, link

    def _note_drive(self, machine: VirtualMachine, drive: Drive, action: str) -> int:
        return self.world.emit(
            "vm.drive",
            self.name,
            f"{self.host}/{machine.name}",
            machine.partition,
            None,
            None,
            machine.name,
            action,
            f"{drive.controller} {drive.number}:{drive.location}",
            drive.path,
        )

    def _place(
        self, machine: VirtualMachine, controller: str | None, number: int | None, location: int | None
    ) -> tuple[str, int, int]:
        per_scsi = self.platform.limits["disks_per_scsi_controller"].value
        places = [("IDE", bus, unit) for bus in (0, 1) for unit in (0, 1)]
        places += [("SCSI", bus, unit) for bus in range(machine.scsi_controllers) for unit in range(per_scsi)]
        fitting = [
            place
            for place in places
            if controller in (None, place[0]) and number in (None, place[1]) and location in (None, place[2])
        ]
        if not fitting:
            if controller == "SCSI" and location is not None and location >= per_scsi:
                self.check_limit("disks_per_scsi_controller", location + 1)
            raise Refusal(
                "no-such-place", controller=controller or "IDE", number=number or 0, location=location or 0
            )
        for place in fitting:
            if not machine.taken(*place):
                return place
        raise Refusal("place-taken", controller=fitting[0][0], number=fitting[0][1], location=fitting[0][2])
