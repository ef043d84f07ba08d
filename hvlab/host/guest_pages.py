"""The root's access to a child's memory: only the pages that a packet of the child has named, and no further."""

from __future__ import annotations

from hvlab.hypervisor import PAGE_SIZE, Hypervisor

Area = tuple[int, int, tuple[int, ...]]
"""Guest memory that a packet named: byte count, offset in the first page, pages."""


class ForeignPage(Exception):
    """A range names a page that is not the guest's, or is shorter than what goes through it."""

    def __init__(self) -> None:
        super().__init__("a range names a page that is not the guest's")


def _runs(hypervisor: Hypervisor, partition: int, area: Area, count: int) -> list[tuple[int, int, int]]:
    """(machine page, offset, length) of the first `count` bytes of a range."""
    runs = []
    offset = area[1]
    for page in area[2]:
        if count <= 0:
            break
        spa = hypervisor.partitions[partition].translate(page)
        if spa is None:
            raise ForeignPage
        step = min(PAGE_SIZE - offset, count)
        runs.append((spa, offset, step))
        count -= step
        offset = 0
    if count > 0:
        raise ForeignPage
    return runs


def lies_in(hypervisor: Hypervisor, partition: int, area: Area, count: int) -> bool:
    """Whether the first `count` bytes of a range are the guest's."""
    try:
        _runs(hypervisor, partition, area, count)
    except ForeignPage:
        return False
    return True


def part(area: Area, offset: int, count: int) -> Area:
    """The range of `count` bytes from `offset` within a range. ForeignPage if it does not lie in it."""
    size, start, pages = area
    if offset < 0 or offset + count > size:
        raise ForeignPage
    first, within = divmod(start + offset, PAGE_SIZE)
    last = -(-(within + count) // PAGE_SIZE)
    return count, within, pages[first : first + last]


def copy_from(hypervisor: Hypervisor, partition: int, area: Area, count: int) -> bytes:
    """The first `count` bytes of a range. ForeignPage."""
    memory = hypervisor.memory
    if count == PAGE_SIZE and area[1] == 0 and area[0] >= count:  # a whole page, as most are
        spa = hypervisor.partitions[partition].translate(area[2][0])
        if spa is None:
            raise ForeignPage
        return bytes(memory.page(spa))
    runs = _runs(hypervisor, partition, area, count)
    return b"".join(bytes(memory.page(spa)[offset : offset + step]) for spa, offset, step in runs)


def copy_to(hypervisor: Hypervisor, partition: int, area: Area, data: bytes) -> None:
    """Put bytes at the start of a range. ForeignPage, with nothing written."""
    done = 0
    for spa, offset, step in _runs(hypervisor, partition, area, len(data)):
        page = hypervisor.memory.page_for_write(spa)
        page[offset : offset + step] = data[done : done + step]
        done += step
