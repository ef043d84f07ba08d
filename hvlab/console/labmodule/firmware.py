"""Get-LabServer, Set-LabFirmware, Start-LabServer, Test-LabServer, Test-LabProcessor: a server before Hyper-V."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hvlab.catalog.servers import Processor, processors
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.management.power import wait_until_up
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.host.hardware import used
from hvlab.host.server import AUTO, INSTALLED, RELEASE, ServerSystem
from hvlab.hypervisor import PAGE_SIZE

MODULE = "Lab"
ABSENT, SWITCHED_OFF, POWER_CYCLE, MET = "Absent", "SwitchedOff", "NeedsPowerCycle", "Met"
NOT_INSTALLED = "NotInstalled"


def _switch(there: bool, value: bool) -> str:
    return ("On" if value else "Off") if there else ABSENT


SERVER = ObjectType(
    "Hvlab.Server",
    {
        "Computer": lambda pair: pair[0],
        "Power": lambda pair: pair[1].power,
        "Edition": lambda pair: pair[1].edition.name,
        "Architecture": lambda pair: pair[1].build.architecture,
        "Installation": lambda pair: pair[1].build.installation,
        "Processor": lambda pair: pair[1].build.processor,
        "VirtualizationSetting": lambda pair: _switch(
            bool(pair[1].processor.virtualization), pair[1].setting.virtualization
        ),
        "Virtualization": lambda pair: _switch(
            bool(pair[1].processor.virtualization), pair[1].effective.virtualization
        ),
        "ExecuteDisableSetting": lambda pair: _switch(
            pair[1].processor.execute_disable, pair[1].setting.execute_disable
        ),
        "ExecuteDisable": lambda pair: _switch(
            pair[1].processor.execute_disable, pair[1].effective.execute_disable
        ),
        "Role": lambda pair: None if pair[1].hosted else pair[1].role,
        "LaunchType": lambda pair: pair[1].launch_type,
        "HypervisorRunning": lambda pair: pair[1].launched and not pair[1].hosted,
        "Updates": lambda pair: list(pair[1].updates),
        "PendingUpdates": lambda pair: list(pair[1].pending),
        "Restarts": lambda pair: pair[1].restarts,
    },
    columns=("Computer", "Power", "Virtualization", "ExecuteDisable", "Role", "HypervisorRunning"),
    text_property="Computer",
)


def _show(call: Call) -> Iterator[object]:
    yield SERVER.of((call.lab.computer, vmms(call.lab).server))


def _set_firmware(call: Call) -> None:
    values = {"On": True, "Off": False, None: None}
    server = vmms(call.lab).server
    virtualization, execute_disable = values[call.args.Virtualization], values[call.args.ExecuteDisable]
    if call.args.Name is not None:
        value = values[call.args.Value]
        if _switch_named(server, call.args.Name):
            virtualization = value
        else:
            execute_disable = value
    with RefusalsTold():
        server.set_firmware(virtualization, execute_disable)


def _switch_named(server: ServerSystem, name: str) -> bool:
    """Whether it is the switch for virtualization that the maker calls so, not the other. CmdletError."""
    known = (server.processor.virtualization_name, server.processor.execute_disable_name)
    if name.casefold() in (known[0].casefold(), known[0].rpartition(" ")[2].casefold()):
        return True
    if name.casefold() == known[1].casefold():
        return False
    raise CmdletError(
        f"The firmware has no switch '{name}'. It has: {known[0]}, {known[1]}.",
        "ObjectNotFound",
        "ObjectNotFound",
        target=name,
        target_type="String",
        explain=(
            "explain.no-such-switch-name",
            {"name": name, "vendor": server.processor.vendor, "first": known[0], "second": known[1]},
        ),
    )


def _power_on(call: Call) -> None:
    """The power button; the command comes back when the system is there."""
    with RefusalsTold():
        vmms(call.lab).switch_host_on()
    call.progress("Start-LabServer", call.lab.computer)
    wait_until_up(call)


# -- the check before buying or installing --------------------------------------------------------


@dataclass(frozen=True)
class Requirement:
    """One thing that Hyper-V needs, and how it stands."""

    name: str
    value: str
    state: str

    @property
    def met(self) -> bool:
        """Whether it is in effect."""
        return self.state == MET


REQUIREMENT = ObjectType(
    "Hvlab.Requirement",
    {
        "Requirement": lambda row: row[1].name,
        "Value": lambda row: row[1].value,
        "State": lambda row: row[1].state,
        "Met": lambda row: row[1].met,
        "WayOut": lambda row: row[0].text(f"explain.requirement-{row[1].state.lower()}", name=row[1].name),
    },
    columns=("Requirement", "Value", "State", "Met"),
    text_property="State",
)


def _state_of(there: bool, setting: bool, effective: bool) -> str:
    if not there:
        return ABSENT
    if effective and setting:
        return MET
    return POWER_CYCLE if setting else SWITCHED_OFF


def requirements(server: ServerSystem) -> Iterator[Requirement]:
    """All that must hold until a virtual machine starts, in the order in which one meets it."""
    processor, setting, effective = server.processor, server.setting, server.effective
    x64 = processor.architecture == "x64"
    yield Requirement("x64 processor", processor.architecture, MET if x64 else ABSENT)
    yield Requirement(
        processor.virtualization_name,
        server.build.processor,
        _state_of(bool(processor.virtualization), setting.virtualization, effective.virtualization),
    )
    yield Requirement(
        f"DEP ({processor.execute_disable_name})",
        server.build.processor,
        _state_of(processor.execute_disable, setting.execute_disable, effective.execute_disable),
    )
    fitting = server.edition.hyperv and server.build.architecture == "x64"
    name = f"{server.edition.name} {server.build.architecture}"
    yield Requirement("edition", name, MET if fitting else ABSENT)
    yield Requirement("role", server.role, MET if server.role == INSTALLED else NOT_INSTALLED)
    if server.beta_integration:
        yield Requirement(RELEASE, "", MET if server.released else NOT_INSTALLED)
    yield Requirement(
        "hypervisorlaunchtype", server.launch_type, MET if server.launch_type == AUTO else SWITCHED_OFF
    )


def _test_server(call: Call) -> Iterator[object]:
    for requirement in requirements(vmms(call.lab).server):
        yield REQUIREMENT.of((call.lab, requirement))


def _verdict(processor: Processor) -> str:
    """Whether Hyper-V can run on it, and what is absent if not."""
    if processor.architecture == "ia64":
        return "Itanium"
    missing = [
        name
        for name, there in (
            ("x64", processor.architecture == "x64"),
            (processor.virtualization_name, bool(processor.virtualization)),
            (f"DEP ({processor.execute_disable_name})", processor.execute_disable),
        )
        if not there
    ]
    return f"Missing: {', '.join(missing)}" if missing else "Suitable"


PROCESSOR = ObjectType(
    "Hvlab.ProcessorModel",
    {
        "Name": lambda pair: pair[0],
        "Vendor": lambda pair: pair[1].vendor,
        "Year": lambda pair: pair[1].year,
        "Cores": lambda pair: pair[1].cores,
        "Architecture": lambda pair: pair[1].architecture,
        "Virtualization": lambda pair: pair[1].virtualization or ABSENT,
        "ExecuteDisable": lambda pair: pair[1].execute_disable_name if pair[1].execute_disable else ABSENT,
        "Suitable": lambda pair: _verdict(pair[1]) == "Suitable",
        "Verdict": lambda pair: _verdict(pair[1]),
    },
    columns=("Name", "Year", "Architecture", "Virtualization", "ExecuteDisable", "Verdict"),
    text_property="Name",
)


HARDWARE = ObjectType(
    "Hvlab.Hardware",
    {
        "Hardware": lambda one: one.what,
        "BuiltIn": lambda one: one.built_in,
        "Used": lambda one: one.used,
        "Limit": lambda one: one.limit or None,
        "LimitOf": lambda one: one.whose,
    },
    columns=("Hardware", "BuiltIn", "Used", "Limit", "LimitOf"),
    text_property="Hardware",
)


def _hardware(call: Call) -> Iterator[object]:
    """Built in as bought, used as the hypervisor has it."""
    server, hypervisor = vmms(call.lab).server, vmms(call.lab).root.hypervisor
    running = {
        "LogicalProcessors": hypervisor.processors,
        "MemoryMB": hypervisor.memory.page_count * PAGE_SIZE >> 20,
    }
    for one in used(server.build.hardware, server.edition, call.lab.platform, server.updates):
        yield HARDWARE.of(replace(one, used=running.get(one.what, one.used)))


def _test_processor(call: Call) -> Iterator[object]:
    for wanted in call.args.Name or ["*"]:
        found = [
            (name, model)
            for name, model in processors().items()
            if wanted.casefold() == name.casefold() or like(name, wanted)
        ]
        if not found:
            call.error(
                CmdletError(
                    f"The catalogue has no processor '{wanted}'.",
                    "ObjectNotFound",
                    "ObjectNotFound",
                    explain=("explain.no-such-processor", {"name": wanted}),
                )
            )
        for pair in found:
            yield PROCESSOR.of(pair)


_ON_OFF = ("On", "Off")

_HERE = (
    Cmdlet(
        "Get-LabServer", MODULE, (), _show, lab_only=True, read_only=True, summary_id="help.Get-LabServer"
    ),
    Cmdlet(
        "Set-LabFirmware",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, sets=("Name",)),
            Parameter("Value", "enum", position=1, mandatory=True, values=_ON_OFF, sets=("Name",)),
            Parameter("Virtualization", "enum", values=_ON_OFF, sets=("Kind",)),
            Parameter("ExecuteDisable", "enum", values=_ON_OFF, sets=("Kind",)),
        ),
        _set_firmware,
        default_set="Kind",
        lab_only=True,
        summary_id="help.Set-LabFirmware",
    ),
    Cmdlet(
        "Get-LabHardware",
        MODULE,
        (),
        _hardware,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabHardware",
    ),
    Cmdlet("Start-LabServer", MODULE, (), _power_on, lab_only=True, summary_id="help.Start-LabServer"),
    Cmdlet(
        "Test-LabServer",
        MODULE,
        (),
        _test_server,
        lab_only=True,
        read_only=True,
        summary_id="help.Test-LabServer",
    ),
    Cmdlet(
        "Test-LabProcessor",
        MODULE,
        (Parameter("Name", position=0, array=True),),
        _test_processor,
        lab_only=True,
        read_only=True,
        summary_id="help.Test-LabProcessor",
    ),
)

CMDLETS = tuple(with_computer_name(cmdlet) for cmdlet in _HERE)
