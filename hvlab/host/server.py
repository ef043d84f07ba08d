"""A server beside and before its virtualization: firmware, edition, the role Hyper-V, updates, and its power.

The firmware's switches are read when the machine is switched on: a restart keeps
what was in effect. The role can be installed on any edition for x64, with or
without them; whether the hypervisor starts is decided at each boot, by the first
of its conditions that is not met, which it writes into the event log.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog import servers
from hvlab.catalog.servers import Bulletin, Edition, Processor
from hvlab.host.eventlog import EventLog, event_log
from hvlab.host.hardware import Hardware
from hvlab.host.machine import Refusal
from hvlab.kernel import Component, World, handler

ABSENT, INSTALLING, RESTART_NEEDED, CONFIGURING, INSTALLED = (
    "Absent",
    "Installing",
    "RestartNeeded",
    "Configuring",
    "Installed",
)
"""The role's states: after its installation one restart brings the configuration, which takes another."""
REMOVING, REMOVED = "Removing", "RemovedAtRestart"
"""What a role goes through that is taken away: its services work on until the restart."""
ON, OFF = "On", "Off"
FULL, CORE = "Full", "Core"
AUTO = "Auto"
LAUNCH_TYPES = (AUTO, "Off")
RELEASE = "KB950050"
"""The update that makes the role's beta, which is on the medium, the release."""


@dataclass(frozen=True)
class Firmware:
    """The two switches in the set-up of the machine's firmware."""

    virtualization: bool = True
    execute_disable: bool = True


@dataclass(frozen=True)
class Build:
    """What a server is bought and installed as."""

    edition: str
    architecture: str
    installation: str
    processor: str
    hardware: Hardware


class ServerSystem(Component):
    """One server. `hosted`: its virtualization needs neither the role nor the switches."""

    STATE = (
        "power",
        "setting",
        "effective",
        "role",
        "launch_type",
        "updates",
        "pending",
        "launched",
        "restarts",
    )

    def __init__(
        self,
        build: Build,
        firmware: Firmware,
        role: bool,
        updates: list[str],
        launch_type: str,
        hosted: bool = False,
        beta_integration: str = "",
    ) -> None:
        self.build = build
        self.hosted = hosted
        self.beta_integration = beta_integration
        """The integration services of the beta on its medium; empty if there lies the release."""
        self.power = ON
        self.setting = firmware
        """The switches as they are set."""
        self.effective = firmware
        """The switches as they were when the machine was switched on."""
        self.role = INSTALLED if role else ABSENT
        self.launch_type = launch_type
        self.updates = list(updates)
        self.pending: list[str] = []
        """Updates that wait for a restart."""
        self.launched = False
        """Whether there is a hypervisor below the root since the last boot."""
        self.restarts = 0

    def outcome(self) -> list[object]:
        """Power, firmware, role, updates, and whether a hypervisor runs."""
        return [
            self.power,
            self.setting,
            self.effective,
            self.role,
            self.launch_type,
            sorted(self.updates),
            sorted(self.pending),
            self.launched,
        ]

    @property
    def host(self) -> str:
        """The path of the host."""
        return self.name.rpartition("/")[0]

    @property
    def edition(self) -> Edition:
        """Its edition's facts."""
        return servers.server_facts().editions[self.build.edition]

    @property
    def processor(self) -> Processor:
        """Its processors' facts."""
        return servers.processors()[self.build.processor]

    @property
    def log(self) -> EventLog:
        """Its event log."""
        return event_log(self.world, self.host)

    @property
    def released(self) -> bool:
        """Whether the role is the release and not the beta of the medium."""
        return RELEASE in self.updates or not self.beta_integration

    def integration(self, version: str) -> str:
        """The integration services on its disc, where the platform's are `version`; the beta has older ones."""
        return version if self.released else self.beta_integration

    def raised(self, limit: str) -> int:
        """To what the installed updates have raised one of the platform's limits; 0 if to nothing."""
        known = servers.server_facts().updates
        return max(
            (known[number].limits.get(limit, 0) for number in self.updates if number in known), default=0
        )

    def check_memory(self, memory: int) -> None:
        """Refusal if a machine of so many bytes is more than the edition allows."""
        limit = self.edition.memory_per_vm_mb
        if limit is not None and memory >> 20 > limit and not self.hosted:
            raise Refusal("limit-memory-edition", asked=memory >> 20, limit=limit, edition=self.edition.name)

    # -- firmware and power -----------------------------------------------------------------------

    def set_firmware(self, virtualization: bool | None, execute_disable: bool | None) -> None:
        """Move switches; they count from the next time that the machine is switched on. Refusal if there is none."""
        if virtualization is not None and not self.processor.virtualization:
            raise Refusal(
                "no-firmware-switch",
                processor=self.build.processor,
                switch=self.processor.virtualization_name,
            )
        if execute_disable is not None and not self.processor.execute_disable:
            raise Refusal(
                "no-firmware-switch",
                processor=self.build.processor,
                switch=self.processor.execute_disable_name,
            )
        now = self.setting
        self.setting = Firmware(
            now.virtualization if virtualization is None else virtualization,
            now.execute_disable if execute_disable is None else execute_disable,
        )
        self._note(
            "firmware", f"{_switch(self.setting.virtualization)} {_switch(self.setting.execute_disable)}"
        )

    def switch_on(self) -> None:
        """The power comes: the firmware reads its switches."""
        self.power = ON
        self.effective = self.setting
        self._note("power", ON)

    def switch_off(self) -> None:
        """The power goes."""
        self.power = OFF
        self.launched = False
        self._note("power", OFF)

    def _note(self, action: str, detail: str) -> int:
        return self.world.emit("server", self.name, self.host, None, None, None, action, detail)

    # -- the role and updates ---------------------------------------------------------------------

    def check_role_possible(self) -> None:
        """Refusal if the edition cannot have the role."""
        if self.build.architecture == "ia64":
            raise Refusal("role-on-itanium")
        if self.build.architecture != "x64":
            raise Refusal("role-on-x86", architecture=self.build.architecture)
        if not self.edition.hyperv:
            raise Refusal("role-not-in-edition", edition=self.edition.name)

    def install_role(self) -> None:
        """Begin to install the role. Refusal."""
        self.check_on()
        if self.role != ABSENT:
            raise Refusal("role-there", state=self.role)
        self.check_role_possible()
        self.role = INSTALLING
        self._note("role", INSTALLING)
        self.after(servers.server_facts().timing.install_role, ServerSystem.on_role_copied, None)

    @handler
    def on_role_copied(self, payload: None) -> int | None:
        """The role's files are there; what is left needs a restart."""
        if self.role == INSTALLING:
            self.role = RESTART_NEEDED
            self._note("role", self.role)
            self.log.write("restart-needed", feature="Hyper-V")
        return None

    def remove_role(self) -> None:
        """Begin to remove the role. Refusal unless it is there."""
        self.check_on()
        if self.role != INSTALLED:
            raise Refusal("role-not-there", state=self.role)
        self.role = REMOVING
        self._note("role", REMOVING)
        self.after(servers.server_facts().timing.install_role, ServerSystem.on_role_taken, None)

    @handler
    def on_role_taken(self, payload: None) -> int | None:
        """The role is gone at the next restart; until then its services are there."""
        if self.role == REMOVING:
            self.role = REMOVED
            self._note("role", self.role)
            self.log.write("restart-needed", feature="Hyper-V")
        return None

    def needed(self) -> list[Bulletin]:
        """The year's security bulletins that mend a part which this installation has."""
        return servers.installations().bulletins_of(self.build.installation == CORE)

    def install_update(self, number: str) -> None:
        """Begin to install an update. Refusal if it is for another system, or there already."""
        self.check_on()
        update = servers.server_facts().updates.get(number)
        bulletin = servers.installations().bulletin(number)
        if bulletin is not None and bulletin not in self.needed():
            raise Refusal("update-no-such-part", update=number, part=bulletin.part)
        fitting = update is not None and update.architecture == self.build.architecture
        if bulletin is None and not (fitting and self.beta_integration):
            raise Refusal("update-not-for-this", update=number)
        if number in (*self.updates, *self.pending):
            raise Refusal("update-there", update=number)
        self.after(servers.server_facts().timing.install_update, ServerSystem.on_update_copied, number)

    @handler
    def on_update_copied(self, number: str) -> int | None:
        """The update's files are there; they are taken at the next restart, or at once if it does without one."""
        bulletin = servers.installations().bulletin(number)
        if number in (*self.updates, *self.pending):
            return None
        if bulletin is not None and not bulletin.restart:
            self.updates.append(number)
            self._note("update", number)
            self.log.write("update-installed", update=number)
        else:
            self.pending.append(number)
            self._note("update", number)
            self.log.write("update-needs-restart", update=number)
        return None

    def set_launch_type(self, kind: str) -> None:
        """Whether the boot loader loads the hypervisor (bcdedit)."""
        self.launch_type = kind
        self._note("launchtype", kind)

    # -- the boot ---------------------------------------------------------------------------------

    def booted(self) -> bool:
        """The system is there: what waited for a restart is done. Returns whether it wants another restart."""
        self.restarts += 1
        self.log.write("log-started")
        for number in self.pending:
            self.updates.append(number)
            self.log.write("update-installed", update=number)
        self.pending = []
        if self.role == RESTART_NEEDED:
            self.role = CONFIGURING
            self._note("role", self.role)
            self.log.write("log-stopped")
            return True
        if self.role == CONFIGURING:
            self.role = INSTALLED
            self._note("role", self.role)
            self.log.write("role-installed", feature="Hyper-V")
        elif self.role in (REMOVING, REMOVED):
            self.role = ABSENT if self.role == REMOVED else INSTALLED
            self._note("role", self.role)
            if self.role == ABSENT:
                self.log.write("role-removed", feature="Hyper-V")
        self.launch()
        if self.role == INSTALLED:
            self._note("hypervisor", self.obstacle() or "started")
        return False

    def obstacle(self) -> str:
        """The first condition of the hypervisor that is not met, as the key of its event; empty if all are."""
        if self.hosted:
            return ""
        if self.launch_type != AUTO:
            return "launch-off"
        if not (self.processor.virtualization and self.effective.virtualization):
            return "no-vmx" if self.processor.vendor == "Intel" else "no-svm"
        if not (self.processor.execute_disable and self.effective.execute_disable):
            return "no-nx"
        return ""

    def launch(self) -> None:
        """The boot loader starts the hypervisor if it is there, and writes down how that went."""
        self.launched = False
        if self.role != INSTALLED:
            return
        obstacle = self.obstacle()
        self.launched = not obstacle
        self.log.write(obstacle or "hypervisor-started")

    # -- asked by the management service ----------------------------------------------------------

    def check_on(self) -> None:
        """Refusal while the server is switched off."""
        if self.power != ON:
            raise Refusal("host-off")

    def check_role(self) -> None:
        """Refusal while there is no management service: virtual machines and switches need the role."""
        self.check_on()
        if self.role not in (INSTALLED, REMOVING, REMOVED):
            never = self.build.architecture != "x64" or not self.edition.hyperv
            raise Refusal("no-role-ever" if never else "no-role", state=self.role)


def _switch(value: bool) -> str:
    return ON if value else OFF


def server_of(world: World, host: str) -> ServerSystem:
    """The server of a host."""
    return world.get(f"{host}/server", ServerSystem)
