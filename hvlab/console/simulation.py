"""All cmdlets of the simulation: those of the Hyper-V module, and the lab's own."""

from __future__ import annotations

from hvlab.console.cmdlets import Cmdlet
from hvlab.console.hyperv import disks, hosts, machines
from hvlab.console.labmodule import looking, protocol, time, workloads


def simulation_cmdlets() -> tuple[Cmdlet, ...]:
    """What a session registers beside the general cmdlets."""
    return (
        *machines.CMDLETS,
        *disks.CMDLETS,
        *hosts.CMDLETS,
        *looking.CMDLETS,
        *time.CMDLETS,
        *workloads.CMDLETS,
        *protocol.CMDLETS,
    )
