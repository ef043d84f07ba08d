"""What the classes of WMI share: the machines as they are read, and what an instance belongs to."""

from __future__ import annotations

from hvlab.console.hyperv.objects import MachineView, machine_views, vmms
from hvlab.console.lab import Lab
from hvlab.console.wmi.model import Instance
from hvlab.host.machine import VirtualMachine


def views(lab: Lab) -> list[MachineView]:
    """The machines, in the order of their creation."""
    service = vmms(lab)
    return machine_views(lab, service, service.machines.values())


def machine_of(one: Instance) -> VirtualMachine:
    """The machine that an instance stands for, or for a part of which."""
    subject = one.subject
    return (subject if isinstance(subject, MachineView) else subject[0]).machine


def guid(text: str) -> str:
    """An identifier as WMI writes it."""
    return text.upper()
