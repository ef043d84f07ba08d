"""What the emulated devices of a machine's board reach: the guest's memory, as a bus master sees it."""

from __future__ import annotations

from hvlab.hypervisor import Hypervisor


class GuestMemory:
    """The memory of one partition by guest-physical address. LookupError where there is none."""

    def __init__(self, hypervisor: Hypervisor, partition: int) -> None:
        self.hypervisor = hypervisor
        self.partition = partition

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of it."""
        return self.hypervisor.read_gpa(self.partition, gpa, count)

    def write(self, gpa: int, data: bytes) -> None:
        """Change bytes of it."""
        self.hypervisor.write_gpa(self.partition, gpa, data)
