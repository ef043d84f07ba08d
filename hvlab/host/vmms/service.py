"""The virtual machine management service: its machines, and what becomes of them when the host goes and comes."""

from __future__ import annotations

from hvlab.host import discs, jobs, mounted, role, settings, snapshots
from hvlab.host.crash import crash
from hvlab.host.machine import (
    OFF,
    SAVED,
    SAVING,
    SNAPSHOTTING,
    STARTING,
    STOPPING,
    Refusal,
)
from hvlab.host.server import ON
from hvlab.host.vmms.starting import Starting
from hvlab.kernel import handler


class Vmms(Starting):
    """The management service of one host."""

    def remove(self, name: str) -> list[str]:
        """Delete a machine's definition; its disks stay. Returns those of snapshots that could not be merged.

        It must be off or saved; what was saved goes with it.
        """
        machine = self.machine(name)
        self.check_free(machine)
        if machine.state == SAVED and machine.saved is not None:
            self.remove_saved(name)
        if machine.state != OFF:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        self._leave_no_snapshots(machine)
        del self.machines[name.casefold()]
        self.server.log.write_of("vm-deleted", machine)
        self.world.emit(
            "vm.state",
            self.name,
            f"{self.host}/{machine.name}",
            None,
            None,
            None,
            machine.name,
            machine.state,
            "Removed",
        )
        return [drive.path for drive in machine.drives if drive.path.endswith(snapshots.EXTENSION)]

    # -- the host goes and comes -------------------------------------------------------------------

    def root_crashes(self) -> None:
        """The root crashes, and every child with it; the machine resets and boots."""
        self.server.check_on()
        if self.root.down:
            raise Refusal("host-down")
        ran = tuple(key for key, machine in self.machines.items() if machine.state not in (OFF, SAVED))
        self._reboot(ran)
        self.server.log.write("unexpected")

    def restart_host(self, ran: tuple[str, ...]) -> None:
        """The host starts anew in good order, after what ran (by folded name) was stopped or saved. Refusal."""
        self._go_down("restart")
        self._reboot(ran)

    def switch_host_off(self, ran: tuple[str, ...]) -> None:
        """The host shuts down in good order, after what ran was stopped or saved, and the power goes. Refusal."""
        self._go_down("shutdown")
        self._lose_all()
        self.server.switch_off()
        self.ran_before = ran

    def switch_host_on(self) -> None:
        """The power button is pressed: the firmware reads its switches, and the system boots. Refusal if it is on."""
        if self.server.power == ON:
            raise Refusal("host-on")
        self.server.switch_on()
        self.after(self.platform.timing.host_boot, Vmms.on_root_booted, self.ran_before)

    def _go_down(self, kind: str) -> None:
        self.server.check_on()
        if self.root.down:
            raise Refusal("host-down")
        self.server.log.write("restart-asked", kind=kind, reason="console")
        self.server.log.write("log-stopped")

    def _reboot(self, ran: tuple[str, ...]) -> None:
        self._lose_all()
        self.after(self.platform.timing.host_boot, Vmms.on_root_booted, ran)

    def _lose_all(self) -> None:
        self.world.forget_component(self.index)  # its jobs
        lost = crash(self.world, self.host, list(self.machines.values()))
        self.networks.lose_links()
        seq = self.world.emit(
            "process", f"{self.host}/root", self.name, None, None, None, "end", "vmms.exe", ""
        )
        for machine in self.machines.values():
            jobs.lose(self.world, self.host, machine)
        mounted.lose(self.world, self.host, self.storage.files)
        for machine in lost:
            if machine.state in (STARTING, STOPPING, SAVING, SNAPSHOTTING):
                machine.failure = "state-lost"
            self.networks.power_off(machine)
            self.world.because(seq, self._set_state, machine, OFF)

    @handler
    def on_root_booted(self, ran: tuple[str, ...]) -> int | None:
        """The root is there again: machines are started as their settings say."""
        root = self.root
        beta = not self.server.released
        again = self.server.booted()
        if beta and self.server.released and self.platform.integration_disc:
            discs.put_setup_disc(self.storage.files, self.platform.integration_disc)
        if again:
            self.after(self.platform.timing.host_boot, Vmms.on_root_booted, ran)
            return None
        role.settle(self, self.server.role)
        root.down = False
        if not self.server.launched:
            return None
        root.hypervisor.launch(root.index)
        self._root_is_back()
        self.world.emit("process", f"{self.host}/root", self.name, None, None, None, "start", "vmms.exe", "")
        for key, machine in self.machines.items():
            if settings.comes_back(machine, key in ran):
                self.after(machine.start_delay, Vmms.on_autostart, key)
            else:
                self.merge_soon(machine)
        return None

    @handler
    def on_autostart(self, key: str) -> int | None:
        """A machine's turn has come after the host's boot."""
        machine = self.machines.get(key)
        if machine is not None and machine.state in (OFF, SAVED):
            try:
                self.start(key)
            except Refusal as refusal:
                machine.failure = refusal.reason
        return None

    def _root_is_back(self) -> None:
        """Its kernel switches its synthetic interrupts on."""
        self.root.start()
