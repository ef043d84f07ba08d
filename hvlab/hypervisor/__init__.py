"""The hypervisor: the physical machine, partitions, their memory and processors, hypercalls, SynIC, intercepts."""

from hvlab.hypervisor.calls import HYPERCALLS, STATUS, Call, Status
from hvlab.hypervisor.costs import Costs
from hvlab.hypervisor.hypervisor import Hypervisor
from hvlab.hypervisor.memory import PAGE_SIZE, PhysicalMemory
from hvlab.hypervisor.partition import Partition, VirtualProcessor
from hvlab.hypervisor.results import Result
from hvlab.hypervisor.software import PartitionSoftware
from hvlab.hypervisor.stubs import Hypercalls

__all__ = [
    "HYPERCALLS",
    "PAGE_SIZE",
    "STATUS",
    "Call",
    "Costs",
    "Hypercalls",
    "Hypervisor",
    "Partition",
    "PartitionSoftware",
    "PhysicalMemory",
    "Result",
    "Status",
    "VirtualProcessor",
]
