"""Get-LabGuestView: what a guest believes about its machine, beside what is true."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.labmodule.asking import not_running
from hvlab.console.objects import Column, ObjectType
from hvlab.host import guestview
from hvlab.host.guestview import Aspect
from hvlab.text import Text

MODULE = "Lab"
VIEW = ObjectType(
    "Hvlab.GuestView",
    {
        "VMName": lambda row: row[0],
        "Aspect": lambda row: row[1].key,
        "Device": lambda row: row[1].name,
        "GuestBelieves": lambda row: believes(row[2], row[1]),
        "True": lambda row: truth(row[2], row[1]),
    },
    columns=(
        "Aspect",
        "Device",
        Column("The guest believes", "GuestBelieves"),
        Column("It is true that", "True"),
    ),
    text_property="GuestBelieves",
)


def believes(text: Text, aspect: Aspect) -> str:
    """The guest's side in words."""
    said = dict(aspect.belief)
    operation = f"tui.word.{said.get('operation')}"
    if text.has(operation):
        said["operation"] = text(operation)
    return text(f"guestview.believes.{aspect.believed}", **said)


def truth(text: Text, aspect: Aspect) -> str:
    """What is so, in words."""
    values = dict(aspect.truth)
    if "kind" in values:
        values["kind"] = text(f"tui.storage.kind.{str(values['kind']).lower()}")
    return text(f"guestview.true.{aspect.true}", **values)


def _look(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VM):
        guest = guest_of(call.lab, machine)
        if guest is None:
            raise not_running(machine, guest)
        for aspect in guestview.look(vmms(call.lab), machine, guest):
            yield VIEW.of((machine.name, aspect, call.lab.text))


CMDLETS = (
    Cmdlet(
        "Get-LabGuestView",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("VMName",),
            ),
        ),
        _look,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabGuestView",
    ),
)
