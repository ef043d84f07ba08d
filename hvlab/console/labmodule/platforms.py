"""Get-LabPlatform, Compare-LabPlatform and Get-LabDevicePath: which platforms there are, what work costs on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hvlab import catalog
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import full_path
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import Column, ObjectType
from hvlab.console.values import Hashtable
from hvlab.datacenter import paths
from hvlab.datacenter.compare import COSTS, NotComparable, Tally, measure
from hvlab.guests.guest import GuestSystem
from hvlab.host.hosted import PROCESS
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.storage import raw
from hvlab.vmbus.host import OPEN

MODULE = "Lab"
TOTAL, CLOCK = "total", "clock"

LIMIT = ObjectType(
    "Hvlab.PlatformLimit",
    {
        "Name": lambda pair: pair[0],
        "Value": lambda pair: pair[1].value,
        "Handout": lambda pair: pair[1].handout,
        "Source": lambda pair: pair[1].source,
    },
    columns=("Name", "Value", "Handout", "Source"),
    text_property="Name",
)

PLATFORM = ObjectType(
    "Hvlab.Platform",
    {
        "Id": lambda pair: pair[1].id,
        "Name": lambda pair: pair[1].name,
        "Type": lambda pair: "Hosted" if pair[1].hosted else "Hypervisor",
        "Current": lambda pair: pair[0].platform.id == pair[1].id,
        "VMBusVersions": lambda pair: list(pair[1].vmbus_versions),
        "Limits": lambda pair: [LIMIT.of((name, limit)) for name, limit in pair[1].limits.items()],
        "Summary": lambda pair: pair[1].summary[pair[0].text.language],
        "NotModelled": lambda pair: pair[1].missing[pair[0].text.language],
    },
    columns=("Id", "Type", "Current", "Name"),
    text_property="Id",
)


def _platforms(call: Call) -> Iterator[object]:
    wanted = [name.casefold() for name in call.args.Id or catalog.platforms()]
    for name in wanted:
        if name not in catalog.platforms():
            call.error(_unknown(name))
        else:
            yield PLATFORM.of((call.lab, catalog.platform(name)))


def _unknown(name: str) -> CmdletError:
    known = ", ".join(catalog.platforms())
    return CmdletError(
        f"There is no platform '{name}'. There are: {known}.",
        "ObjectNotFound",
        "ObjectNotFound",
        explain=("explain.no-such-platform", {"name": name, "known": known}),
    )


# -- comparing ------------------------------------------------------------------------------------


def _changed(table: Hashtable | None) -> dict[str, int]:
    """A learner's costs by counter; `contextswitch` means `context switch`."""
    changed = {}
    names = {counter.replace(" ", ""): counter for counter, cost in COSTS.items() if cost}
    for key, value in table.items() if table is not None else ():
        name = str(key).casefold().replace(" ", "").replace("_", "")
        if name not in names or not isinstance(value, int) or value < 0:
            raise CmdletError(
                f"'{key}' = '{value}' is no cost. Costs are whole nanoseconds of: {', '.join(names)}.",
                explain=("explain.no-such-cost", {"name": str(key), "known": ", ".join(names)}),
            )
        changed[names[name]] = value
    return changed


def _read(label: str, field: Callable[[Tally, str], int], row: tuple[str, dict[str, Tally]]) -> object:
    counter, tallies = row
    tally = tallies[label]
    if counter == TOTAL:
        return tally.total if field is Tally.time else None
    if counter == CLOCK:
        return tally.clock if field is Tally.time else None
    return field(tally, counter)


def _type_of(labels: list[str]) -> ObjectType:
    """Side by side: for each platform the count, the cost of one, and their product in ns."""
    properties: dict[str, Callable[..., object]] = {"Counter": lambda row: row[0]}
    columns: list[str | Column] = ["Counter"]
    for label in labels:
        properties[label] = partial(_read, label, lambda tally, counter: tally.counts[counter])
        properties[f"{label}Cost"] = partial(_read, label, lambda tally, counter: tally.costs[counter])
        properties[f"{label}Time"] = partial(_read, label, Tally.time)
        columns += [label, Column("each", f"{label}Cost"), Column("ns", f"{label}Time")]
    return ObjectType("Hvlab.Comparison", properties, columns=tuple(columns), text_property="Counter")


def _compare(call: Call) -> Iterator[object]:
    args = call.args
    changed = _changed(args.Cost)
    images = [full_path(call, path) for path in args.Image]
    if len(images) not in (1, len(args.Platform)):
        raise CmdletError(
            "Give one image for all platforms, or one for each.",
            explain=("explain.images-for-platforms", {"count": len(args.Platform)}),
        )
    tallies: dict[str, Tally] = {}
    for number, name in enumerate(args.Platform):
        if name.casefold() not in catalog.platforms():
            raise _unknown(name)
        label = name if args.Platform.count(name) == 1 else f"{name}_{number + 1}"
        call.progress("Compare-LabPlatform", label)
        image = images[number % len(images)]
        try:
            tallies[label] = measure(
                name.casefold(),
                call.lab.scenario.id,
                image,
                args.Workload.lower(),
                args.Count,
                args.Size,
                changed,
            )
        except Refusal as refusal:
            raise as_error(refusal) from None
        except NotComparable as error:
            raise _does_not_boot(image, name, error) from None
    kind = _type_of(list(tallies))
    for counter in (*COSTS, TOTAL, CLOCK):
        if counter in (TOTAL, CLOCK) or any(tally.counts[counter] for tally in tallies.values()):
            yield kind.of((counter, tallies))


# -- the same call on two paths ----------------------------------------------------------------------

LEVEL = ObjectType(
    "Hvlab.PathLevel",
    {
        "Layer": lambda level: level.layer,
        "Enlightened": lambda level: level.enlightened,
        "Plain": lambda level: level.plain,
        "Same": lambda level: level.same,
    },
    columns=("Layer", "Same", "Enlightened", Column("Without drivers", "Plain")),
    text_property="Layer",
)


def _paths(call: Call) -> Iterator[object]:
    args = call.args
    image = full_path(call, args.Image)
    call.progress("Compare-LabPath", image)
    try:
        levels = paths.compare(
            call.lab.platform.id, call.lab.scenario.id, image, args.Workload.lower(), args.Count, args.Size
        )
    except Refusal as refusal:
        raise as_error(refusal) from None
    except NotComparable as error:
        raise _does_not_boot(image, call.lab.platform.id, error) from None
    yield from (LEVEL.of(level) for level in levels)


def _does_not_boot(image: str, platform: str, error: NotComparable) -> CmdletError:
    return CmdletError(
        f"The guest on '{image}' does not boot on {platform}: {error.phase}.",
        "InvalidOperation",
        "InvalidOperation",
        explain=("explain.not-comparable", {"image": image, "platform": platform}),
    )


# -- the way to a device --------------------------------------------------------------------------

STATION = ObjectType(
    "Hvlab.DeviceStation",
    {
        "VM": lambda row: row[0],
        "Device": lambda row: row[1],
        "Layer": lambda row: row[2],
        "Part": lambda row: row[3],
        "State": lambda row: row[4],
    },
    columns=("Device", "Layer", "Part", "State"),
    text_property="Part",
)


def _path(
    call: Call, machine: VirtualMachine, guest: GuestSystem, device: str
) -> Iterator[tuple[str, str, str]]:
    """From the physical device to the guest's, as it is at this moment: (layer, part, state)."""
    controller = device.partition(":")[0]
    drives = [
        drive
        for drive in machine.drives
        if f"{drive.controller}:{drive.number}:{drive.location}".casefold().startswith(device.casefold())
    ]
    link = vmms(call.lab).link(machine.name)
    unit = next((name for name in guest.units if name.startswith(device)), "")
    relid = link.relid_of(device) if link is not None else 0
    for drive in drives:
        if raw.number_of(drive.path) is not None:
            yield "physical device", drive.path, "no virtual disk between"
            continue
        yield "physical device", f"volume {drive.path[:2]}", ""
        yield "virtual disk", drive.path, ""
    if drives:
        yield "driver of the host", f"{call.lab.host}/root/storage", ""
    if link is not None and relid and link.server.channels[relid].state == OPEN:
        yield "VSP", f"{call.lab.host}/root/{link.services[device].process(link)}", "serves"
        yield "channel", f"VMBus channel {relid}", link.server.channels[relid].state
        name, (state, detail) = device, guest.drivers.get(device, ("", ""))
        yield "VSC", f"{guest.name}/{link.services[device].PEER}", f"{state} {detail}".strip()
        yield "guest device", unit or name, "synthetic"
    elif controller not in ("ide", "scsi"):
        yield "channel", f"offered as {device}", "not open"
    else:
        process = PROCESS if call.lab.platform.hosted else "vmwp.exe"
        yield "emulation", f"{process}: {controller} board", "an exit for each access"
        yield "guest device", device, "emulated" if controller == "ide" else "not seen by the guest"


def _device_path(call: Call) -> Iterator[object]:
    for machine in find_machines(call, [call.args.VM]):
        guest = guest_of(call.lab, machine)
        if guest is None:
            raise CmdletError(
                f"The virtual machine '{machine.name}' is off: it has no devices.",
                "InvalidState",
                "InvalidOperation",
                explain=("explain.wait-not-running", {"name": machine.name}),
            )
        link = vmms(call.lab).link(machine.name)
        known = dict.fromkeys(
            f"{drive.controller.lower()}:{drive.number}"
            + (f":{drive.location}" if drive.controller == "IDE" else "")
            for drive in machine.drives
        )
        devices = list({**known, **dict.fromkeys(link.services if link is not None else ())})
        wanted = (call.args.Device or "").casefold()
        for device in devices:
            if wanted in ("", device.casefold()):
                for station in _path(call, machine, guest, device):
                    yield STATION.of((machine.name, device, *station))


CMDLETS = (
    Cmdlet(
        "Get-LabPlatform",
        MODULE,
        (Parameter("Id", position=0, array=True, aliases=("Name",)),),
        _platforms,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabPlatform",
    ),
    Cmdlet(
        "Compare-LabPlatform",
        MODULE,
        (
            Parameter("Platform", position=0, array=True, default=["ws2008", "vs2005"]),
            Parameter("Workload", "enum", position=1, values=("Write", "Read"), default="Write"),
            Parameter("Count", "int", default=8, minimum=1, maximum=1000),
            Parameter("Size", "size", default=4096),
            Parameter("Image", array=True, completer="path", default=["C:\\Images\\NT4.vhd"]),
            Parameter("Cost", "hashtable"),
        ),
        _compare,
        lab_only=True,
        read_only=True,
        summary_id="help.Compare-LabPlatform",
    ),
    Cmdlet(
        "Compare-LabPath",
        MODULE,
        (
            Parameter("Image", position=0, completer="path", default="C:\\Images\\WS2008-x64.vhd"),
            Parameter("Workload", "enum", position=1, values=("Write", "Read"), default="Write"),
            Parameter("Count", "int", default=4, minimum=1, maximum=1000),
            Parameter("Size", "size", default=4096),
        ),
        _paths,
        lab_only=True,
        read_only=True,
        summary_id="help.Compare-LabPath",
    ),
    Cmdlet(
        "Get-LabDevicePath",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                mandatory=True,
                completer="vm",
                aliases=("VMName", "Name"),
                pipeline="property",
            ),
            Parameter("Device", position=1, completer="device"),
        ),
        _device_path,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabDevicePath",
    ),
)
