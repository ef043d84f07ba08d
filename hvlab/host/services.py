"""What the services behind a child's channels ask of the root: done through the child's bus link.

storvsp's effects become completions in the ring and requests to the host's disk;
those of the integration components become messages, and events that a person
can see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.devices.integration import host as ic
from hvlab.devices.storage import vsp
from hvlab.host.disks import DiskRequest
from hvlab.host.guest_pages import ForeignPage, copy_from, copy_to
from hvlab.vmbus import packets

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


def serve_storage(link: BusLink, relid: int, key: str, effects: list[vsp.Effect]) -> None:
    """Do what storvsp asks for. A packet that cannot be obeyed stops its channel."""
    for effect in effects:
        try:
            if isinstance(effect, vsp.Complete):
                _complete(link, relid, effect)
            elif isinstance(effect, vsp.MoveSectors):
                _move(link, relid, key, effect)
            else:
                link.stop_channel(relid, effect.reason)
                return
        except ForeignPage as error:
            link.stop_channel(relid, str(error))
            return


def _complete(link: BusLink, relid: int, effect: vsp.Complete) -> None:
    area = link.requests.pop((relid, effect.transaction), (0, 0, ()))
    if effect.data:
        copy_to(link.root.hypervisor, link.partition, area, effect.data)
    link.send(relid, packets.completion(effect.payload, effect.transaction))


def _move(link: BusLink, relid: int, key: str, effect: vsp.MoveSectors) -> None:
    data = b""
    if effect.write:
        area = link.requests[relid, effect.transaction]
        data = copy_from(link.root.hypervisor, link.partition, area, effect.sectors * 512)
    link.world.emit(
        "device.command",
        f"{link.host}/root/storvsp",
        link.disks.name,
        link.partition,
        None,
        relid,
        key,
        "WRITE" if effect.write else "READ",
        effect.lba,
        effect.sectors,
    )
    path = link.paths[key][effect.lun]
    token = (key, effect.transaction, link.partition, link.opened[relid][1])
    link.disks.submit(DiskRequest(link.name, token, path, effect.lba, effect.sectors, data))


def serve_integration(link: BusLink, relid: int, effects: list[ic.Effect]) -> None:
    """Do what an integration component asks for."""
    key = link.server.channels[relid].offer.key
    for effect in effects:
        if isinstance(effect, ic.Say):
            link.send(relid, packets.in_band(effect.payload, 0, False))
        elif isinstance(effect, ic.Agreed):
            note_service(link, key, "ready", f"{effect.version[0]}.{effect.version[1]}")
            if key == "heartbeat":
                link.start_beating(relid)
        elif isinstance(effect, ic.Beat):
            link.last_beat = link.world.now
            note_service(link, key, "beat", str(effect.sequence))
        else:
            note_service(link, key, "accepted" if effect.accepted else "declined", "")


def note_service(link: BusLink, key: str, action: str, value: str) -> None:
    """Something happened in an integration service."""
    process = f"{link.host}/root/vmwp/{link.vm}"
    link.world.emit("integration", process, link.child, link.partition, None, None, key, action, value)
