"""Install-LabClientTool and Connect-LabServer: a host managed from a client computer with Windows Vista."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import lab_of
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.objects import ObjectType
from hvlab.datacenter.management_client import COMPUTER, client_of

MODULE = "Lab"

CONNECTION = ObjectType(
    "Hvlab.ManagementConnection",
    {
        "Client": lambda lab: COMPUTER,
        "Tools": lambda lab: list(client_of(lab.world).installed),
        "Computer": lambda lab: lab.computer,
        "Installation": lambda lab: vmms(lab).server.build.installation,
        "VirtualMachines": lambda lab: [machine.name for machine in vmms(lab).machines.values()],
    },
    columns=("Client", "Tools", "Computer", "Installation", "VirtualMachines"),
    text_property="Computer",
)


def _install(call: Call) -> None:
    with RefusalsTold():
        client_of(call.lab.world).install(call.args.Update.upper(), call.lab.platform.handout)


def _connect(call: Call) -> Iterator[object]:
    lab: Lab = lab_of(call.lab, call.args.ComputerName) if call.args.ComputerName else call.lab
    with RefusalsTold():
        client_of(lab.world).connect(lab.host)
    yield CONNECTION.of(lab)


CMDLETS = (
    Cmdlet(
        "Install-LabClientTool",
        MODULE,
        (Parameter("Update", position=0, mandatory=True),),
        _install,
        lab_only=True,
        summary_id="help.Install-LabClientTool",
    ),
    Cmdlet(
        "Connect-LabServer",
        MODULE,
        (Parameter("ComputerName", position=0, completer="computer"),),
        _connect,
        lab_only=True,
        summary_id="help.Connect-LabServer",
    ),
)
