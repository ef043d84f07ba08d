"""What is under way with a machine's files: an export, a backup. It goes down with its host."""

from __future__ import annotations

from hvlab.host.machine import VirtualMachine
from hvlab.kernel import Component, World

KINDS = ("export", "backup")


class FileJob(Component):
    """A job of one machine, at HOST/root/KIND/VM."""

    def lost(self) -> None:
        """The host has gone down in the middle of it; what it had written stays."""


def path_of(host: str, kind: str, vm: str) -> str:
    """Where a machine's job of a kind is while it is under way."""
    return f"{host}/root/{kind}/{vm}"


def lose(world: World, host: str, machine: VirtualMachine) -> None:
    """Whatever was done with a machine's files has come to nothing."""
    for kind in KINDS:
        path = path_of(host, kind, machine.name)
        if world.has(path):
            job = world.get(path, FileJob)
            job.lost()
            world.remove(job)
            machine.failure = "host-lost"
    machine.job = ""
