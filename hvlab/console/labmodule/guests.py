"""Get-LabGuest and Install-LabIntegrationService: which systems there are, and how one gets its drivers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from hvlab import catalog
from hvlab.catalog import Guest, Platform
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.guests.guest import GuestSystem
from hvlab.host import discs
from hvlab.host.machine import Refusal, VirtualMachine

MODULE = "Lab"
SERVICES = (("Shutdown", "shutdown_versions"), ("Heartbeat", "heartbeat_versions"))

_DRIVERS = {"box": "InTheBox", "manual": "ByHand", "none": "None"}

SYSTEM = ObjectType(
    "Hvlab.GuestSystem",
    {
        "Id": lambda system: system.id,
        "Name": lambda system: system.name,
        "Bits": lambda system: system.bits,
        "Year": lambda system: system.year,
        "MaximumProcessors": lambda system: system.maximum_processors,
        "Drivers": lambda system: _DRIVERS[system.drivers],
        "IntegrationServices": lambda system: system.integration_version,
        "Services": lambda system: [name for name, field in SERVICES if getattr(system, field)],
        "LegacyNetwork": lambda system: system.legacy_network,
        "Supported": lambda system: system.supported,
        "License": lambda system: system.licence.capitalize(),
        "Source": lambda system: system.source,
    },
    columns=("Id", "Name", "Bits", "MaximumProcessors", "Drivers", "LegacyNetwork", "License"),
)
INSTALLED = ObjectType(
    "Hvlab.IntegrationSetup",
    {
        "VM": lambda row: row[0],
        "Guest": lambda row: row[1].name,
        "Before": lambda row: row[2],
        "After": lambda row: row[3],
    },
    columns=("VM", "Guest", "Before", "After"),
)


def _on(platform: Platform, system: Guest) -> Guest:
    """The system as this platform treats it: without drivers where the platform has none for it."""
    return structs.replace(system, drivers="none") if system.id in platform.without_services else system


def _systems(call: Call) -> Iterator[object]:
    patterns = call.args.Name or ["*"]
    for name in catalog.guests():
        system = catalog.guest(name)
        if any(like(name, pattern) or like(system.name, pattern) for pattern in patterns):
            yield SYSTEM.of(_on(call.lab.platform, system))


def _error(text: str, reason: str, **values: object) -> CmdletError:
    return CmdletError(
        text, "InvalidOperation", "InvalidOperation", explain=(f"explain.{reason}", dict(values))
    )


def _version(call: Call, machine: VirtualMachine, guest: GuestSystem, system: Guest) -> str:
    """The version to install. CmdletError if there is none for this guest, or it has it already."""
    disc = vmms(call.lab).server.integration(call.lab.platform.integration_disc)
    if not disc:
        raise _error("This platform has no integration services.", "no-integration-disc")
    if system.drivers == "none":
        raise _error(
            f"There are no integration services for {system.name}.",
            "no-integration-services",
            system=system.name,
            name=machine.name,
        )
    assert guest.record is not None
    if guest.record.integration_version == disc:
        raise _error(
            f"'{machine.name}' has the integration services {disc} already.",
            "integration-present",
            version=disc,
        )
    return disc


def _install(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        guest = guest_of(call.lab, machine)
        if guest is None or guest.phase != "running" or guest.record is None:
            call.error(
                CmdletError(
                    f"The guest of '{machine.name}' is not running.",
                    "InvalidState",
                    "InvalidOperation",
                    explain=("explain.guest-not-running", {"name": machine.name}),
                )
            )
            continue
        system = _on(call.lab.platform, catalog.guest(guest.system))
        before = guest.record.integration_version
        version = _version(call, machine, guest, system)
        if not call.should_process(machine.name, "Install-LabIntegrationService"):
            continue
        started = guest.started
        if not machine.dvds:
            call.error(_error(f"'{machine.name}' has no DVD drive.", "no-dvd-drive", name=machine.name))
            continue
        drive = machine.dvds[0]
        try:
            discs.insert(vmms(call.lab), machine, drive, discs.SETUP_DISC)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        guest.install_services(version, drive.location)
        call.progress("Install-LabIntegrationService", machine.name)

        def done(machine: VirtualMachine = machine, started: int = started) -> bool:
            now = guest_of(call.lab, machine)
            if now is None:
                return False
            failed = now.started == started and now.drivers.get("setup", ("", ""))[0] == "failed"
            return failed or (now.started != started and now.phase == "running")

        if not call.lab.wait(done):
            raise CmdletError(
                f"'{machine.name}' has not come back in ten simulated minutes.",
                "OperationTimeout",
                "OperationTimeout",
                explain=("explain.wait-in-vain", {"seconds": 600, "name": machine.name}),
            )
        now = guest_of(call.lab, machine_now(call, machine))
        after = now.record.integration_version if now is not None and now.record is not None else ""
        if after != version:
            raise _error(
                f"The set-up in '{machine.name}' has failed: its disk could not be written.",
                "setup-failed",
                name=machine.name,
            )
        yield INSTALLED.of((machine.name, system, before, after))


CMDLETS = (
    Cmdlet(
        "Get-LabGuest",
        MODULE,
        (Parameter("Name", position=0, array=True, aliases=("Id",)),),
        _systems,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabGuest",
    ),
    Cmdlet(
        "Install-LabIntegrationService",
        MODULE,
        (
            Parameter(
                "VMName",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("Name", "VM"),
            ),
        ),
        _install,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Install-LabIntegrationService",
    ),
)
