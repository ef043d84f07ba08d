"""A shell over three made-up machines, for testing the language without a simulation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hvlab.console.cmdlets import Call, Cmdlet, CmdletTable, Parameter
from hvlab.console.convert import to_text
from hvlab.console.errors import CmdletError
from hvlab.console.general import general_cmdlets
from hvlab.console.host import RecordingHost
from hvlab.console.objects import Column, EnumType, Method, ObjectType, Property, TimeSpan
from hvlab.console.patterns import like
from hvlab.console.shell import Shell
from hvlab.console.texthost import TextHost

STATE = EnumType("Microsoft.HyperV.PowerShell.VMState", [("Running", 2), ("Off", 3), ("Saved", 6)])
MB = 1 << 20


@dataclass
class Machine:
    name: str
    state: str
    memory: int
    uptime: int = 0
    notes: str = ""


def _set_notes(machine: Machine, value: object) -> None:
    machine.notes = to_text(value)


VM = ObjectType(
    "Microsoft.HyperV.PowerShell.VirtualMachine",
    {
        "Name": lambda m: m.name,
        "State": lambda m: STATE[m.state],
        "MemoryAssigned": lambda m: m.memory * MB,
        "Uptime": lambda m: TimeSpan(m.uptime),
        "Disks": lambda m: (f"C:\\{m.name}.vhd",),
        "Notes": Property(lambda m: m.notes, "string", _set_notes),
    },
    columns=(
        "Name",
        "State",
        Column("MemoryAssigned(M)", lambda o: o.get("MemoryAssigned") // MB),
        "Uptime",
    ),
    text_property="Name",
    methods={"Poke": Method(lambda m, a: f"poked {m.name} {len(a)}")},
)


@dataclass
class FakeLab:
    machines: list[Machine] = field(
        default_factory=lambda: [
            Machine("web01", "Running", 512, 83_456_000_000),
            Machine("web02", "Off", 0),
            Machine("db01", "Running", 2048, 90_061_000_000_000),
        ]
    )
    log: list[str] = field(default_factory=list)


def _find(call: Call, pattern: str) -> list[Machine]:
    found = [m for m in call.lab.machines if like(m.name, pattern)]
    if not found and "*" not in pattern:
        call.error(
            CmdletError(
                f'Hyper-V was unable to find a virtual machine with name "{pattern}".', target=pattern
            )
        )
    return found


def _get_vm(call: Call) -> Iterator[object]:
    for pattern in call.args.Name or ["*"]:
        call.lab.log.append(f"get {pattern}")
        yield from (VM.of(m) for m in _find(call, pattern))


def _start_vm(call: Call) -> Iterator[object]:
    machines = [m for n in call.args.Name or [] for m in _find(call, n)]
    machines += [vm.subject for vm in call.args.VM or []]
    for machine in machines:
        if not call.should_process(machine.name, "Start-VM"):
            continue
        if machine.name == "db01" and machine.state == "Running":
            raise CmdletError(
                "The operation cannot be performed while the object is in its current state.",
                "InvalidState",
                "InvalidOperation",
                machine.name,
            )
        call.lab.log.append(f"start {machine.name}")
        call.verbose(f"starting {machine.name}")
        machine.state = "Running"
        if call.args.Passthru:
            yield VM.of(machine)


def _remove_vm(call: Call) -> None:
    for name in call.args.Name:
        for machine in _find(call, name):
            if call.should_process(machine.name, "Remove-VM", high_impact=True):
                call.lab.machines.remove(machine)


def _new_vm(call: Call) -> Iterable[object]:
    return [f"{k}={to_text(v)}" for k, v in sorted(call.args.items())]


def _items(call: Call) -> Iterable[object]:
    return [f"{len(call.input)}:" + ",".join(to_text(item) for item in call.input)]


def cmdlets() -> list[Cmdlet]:
    name = Parameter("Name", array=True, position=0, pipeline="value", aliases=("VMName",), completer="vm")
    return [
        Cmdlet("Get-VM", "Hyper-V", (name,), _get_vm, aliases=("gvm",), read_only=True),
        Cmdlet(
            "Start-VM",
            "Hyper-V",
            (
                Parameter(
                    "Name",
                    array=True,
                    position=0,
                    mandatory=True,
                    pipeline="both",
                    sets=("Name",),
                    completer="vm",
                ),
                Parameter(
                    "VM",
                    "object",
                    position=0,
                    types=("VirtualMachine",),
                    array=True,
                    mandatory=True,
                    pipeline="value",
                    sets=("VMObject",),
                ),
                Parameter("Passthru", "switch"),
            ),
            _start_vm,
            supports_should_process=True,
            default_set="Name",
        ),
        Cmdlet(
            "Remove-VM",
            "Hyper-V",
            (Parameter("Name", array=True, position=0, mandatory=True), Parameter("Force", "switch")),
            _remove_vm,
            supports_should_process=True,
        ),
        Cmdlet(
            "New-VM",
            "Hyper-V",
            (
                Parameter("Name", position=0),
                Parameter("MemoryStartupBytes", "size", position=1, minimum=32 * MB),
                Parameter("BootDevice", "enum", values=("CD", "Floppy", "IDE", "VHD")),
                Parameter("NoVHD", "switch", sets=("None",)),
                Parameter("NewVHDPath", sets=("New",), completer="path"),
                Parameter("NewVHDSizeBytes", "size", sets=("New",)),
                Parameter("Notes", values=("first", "second")),
                Parameter("Delay", "seconds"),
                Parameter("Every", "timespan"),
                Parameter("Auto", "bool"),
            ),
            _new_vm,
            default_set="None",
        ),
        Cmdlet(
            "Test-Items",
            "test",
            (Parameter("InputObject", "object", pipeline="value"),),
            _items,
            collects=True,
        ),
        Cmdlet(
            "Wait-Lab",
            "hvlab",
            (Parameter("Until", "scriptblock", position=0),),
            lambda call: None,
            lab_only=True,
        ),
        Cmdlet(
            "Set-Pair",
            "test",
            (
                Parameter("A", sets=("First",), mandatory=True),
                Parameter("B", sets=("Second",), mandatory=True),
                Parameter("C"),
            ),
            lambda call: [call.parameter_set],
        ),
    ]


def table() -> CmdletTable:
    result = CmdletTable(general_cmdlets())
    result.register(*cmdlets())
    return result


def shell(**options: int) -> tuple[Shell, RecordingHost, FakeLab]:
    host, lab = RecordingHost(), FakeLab()
    return Shell(table(), lab, host, **options), host, lab  # type: ignore[arg-type]


def objects(source: str) -> list[object]:
    """What a source emits; an error fails the test."""
    running, host, _ = shell()
    outcome = running.run(source)
    assert not host.errors, host.errors[0].render()
    assert outcome.exit_code == 0
    return host.objects


def texts(source: str) -> list[str]:
    return [to_text(value) for value in objects(source)]


def printed(source: str, width: int = 120) -> str:
    """All that a learner would see, errors too."""
    pieces: list[str] = []
    running = Shell(table(), FakeLab(), TextHost(pieces.append, width=width))  # type: ignore[arg-type]
    running.run(source)
    return "".join(pieces)


def failure(source: str) -> str:
    """The rendered first error of a source."""
    running, host, _ = shell()
    running.run(source)
    assert host.errors, "no error"
    return host.errors[0].render()
