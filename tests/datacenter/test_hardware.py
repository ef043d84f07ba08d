"""How much of its hardware a host uses: the edition's sockets and memory, the hypervisor's logical processors."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import PAGE_SIZE, Hypervisor
from tests.host.support import Lab


@pytest.mark.parametrize(
    ("platform", "host", "processors", "memory"),
    [
        ("ws2008", 1, 16, 32),
        ("ws2008", 2, 16, 64),
        ("ws2008", 3, 24, 64),
        ("ws2008r2", 1, 16, 32),
        ("ws2008r2", 2, 32, 64),
        ("vs2005", 1, 32, 64),
    ],
)
def test_edition_and_release_say_how_much_is_used(
    platform: str, host: int, processors: int, memory: int
) -> None:
    lab = Lab(scenario="large-hosts", platform=platform)
    hypervisor = lab.world.get(f"host{host}/hypervisor", Hypervisor)
    assert (hypervisor.processors, hypervisor.memory.page_count * PAGE_SIZE >> 30) == (processors, memory)
    script = f"Get-LabHardware -ComputerName HV0{host} | ForEach-Object {{ $_.Used }}"
    assert lab.run(script)[1:] == [processors, memory << 10]


def test_memory_is_never_promised_twice() -> None:
    lab = Lab(scenario="large-hosts")
    lab.run("1..4 | ForEach-Object { New-VM vm$_ 8GB -NoVHD }; 1..3 | ForEach-Object { Start-VM vm$_ }")
    assert lab.tried("Start-VM vm4") == ["OutOfMemory"]
    lab.run("Stop-VM vm1 -TurnOff; Start-VM vm4")
