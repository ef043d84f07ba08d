r"""Copying to another host: its volumes as administrators reach them over the network, \\HV02\D$\folder."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hvlab.console.cmdlets import Call
from hvlab.console.elsewhere import lab_of
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.lab import Lab
from hvlab.console.management import hostfiles as host
from hvlab.console.management.hostfiles import Entry
from hvlab.host.disks import HostStorage
from hvlab.host.networks import VirtualNetworks
from hvlab.host.root import RootKernel
from hvlab.storage.errors import BadPath, DiskFull, NoSuchVolume
from hvlab.storage.volume import HostFiles

SHARE = "$"


@dataclass(frozen=True)
class Share:
    """A place on another host: that host's files, and the path there."""

    lab: Lab
    path: str

    @property
    def files(self) -> HostFiles:
        """The other host's files."""
        return self.lab.world.get(f"{self.lab.host}/root/storage", HostStorage).files

    def is_folder(self) -> bool:
        """Whether the path is a volume or a folder there."""
        inside = self.path.rstrip("\\").casefold() + "\\"
        volume = self.files.volume(self.path)
        made = self.path.casefold() in volume.folders
        return len(self.path) <= 3 or made or any(key.startswith(inside) for key in volume.files)


def share_at(call: Call, path: str) -> Share | None:
    """The place that a network path names; None if it is a path of this host. CmdletError."""
    text = path.strip().replace("/", "\\")
    if not is_network_path(text):
        return None
    computer, _, rest = text[2:].partition("\\")
    volume, _, inside = rest.partition("\\")
    if len(volume) != 2 or volume[1] != SHARE:
        raise host.illegal(path)
    lab = lab_of(call.lab, computer)
    if not (_reachable(call.lab) and _reachable(lab)):
        raise CmdletError(
            f"The network path was not found: '{path}'. (0x80070035)",
            "PathNotFound",
            "ResourceUnavailable",
            explain=("explain.host-not-reached", {"name": lab.computer}),
        )
    place = f"{volume[0].upper()}:\\{inside}".rstrip("\\")
    try:
        found = Share(lab, place if len(place) == 2 else host.files(call).normalise(place))
        found.files.volume(place)
    except BadPath:
        raise host.illegal(path) from None
    except NoSuchVolume as error:
        raise host.no_drive(error.letter[0]) from None
    return found


def listing(call: Call, path: str, deep: bool) -> tuple[list[Entry], Entry | None]:
    """What lies at a network path, whose last name may hold wildcards, and the folder that was named. CmdletError."""
    text = path.strip().replace("/", "\\").rstrip("\\")
    head, _, pattern = text.rpartition("\\")
    named = text if not host.wild(pattern) else head
    share = share_at(call, named)
    assert share is not None
    there = replace(call, lab=share.lab)
    place = f"{share.path}\\" if len(share.path) == 2 else share.path
    found = host.entry_at(there, place)
    if found is None:
        raise host.missing(path)
    if found.size is not None:
        return [_over_the_network(share, found)], None
    entries = host.within(there, found.path, deep)
    if named != text:
        entries = [entry for entry in entries if host.fits(entry, pattern)]
    shown = [_over_the_network(share, entry) for entry in entries]
    return shown, _over_the_network(share, found)


def _over_the_network(share: Share, entry: Entry) -> Entry:
    """The same under the path by which it is reached from elsewhere."""
    return replace(
        entry, path=f"\\\\{share.lab.computer}\\{entry.path[0]}{SHARE}{entry.path[2:]}".rstrip("\\")
    )


def is_network_path(path: str) -> bool:
    """Whether a path names a place on another host."""
    return path.strip().replace("/", "\\").startswith("\\\\")


def _reachable(lab: Lab) -> bool:
    """Whether a host runs, with a cable in an adapter of the one physical network."""
    networks = lab.world.get(f"{lab.host}/root/vmswitch", VirtualNetworks)
    ports = networks.segment.switch.ports
    down = lab.world.get(f"{lab.host}/root", RootKernel).down
    return not down and any(ports[nic.port].linked for nic in networks.nics)


def _there(target: Share) -> CmdletError:
    return CmdletError(
        f"The file '{target.path}' on {target.lab.computer} exists.",
        "CopyFileInfoItemIOError",
        "WriteError",
        explain=("explain.file-exists", {"path": target.path}),
    )


def copy(call: Call, entry: Entry, target: Share) -> None:
    """Copy a file over the network, in the time that reading and writing it takes.

    Both hosts and their cables must be there until the end. CmdletError, with nothing done.
    """
    source = host.files(call).open(entry.path)
    if user := host.held_by(call, entry.path):
        raise host.in_use(entry.path, user)
    if target.files.exists(target.path):
        raise _there(target)
    try:
        target.files.volume(target.path).check_growth(source.size)
    except DiskFull as error:
        raise host.full_volume(error) from None
    watches = [HostWatch(call), HostWatch(replace(call, lab=target.lab))]
    call.lab.advance(2 * (source.size // 512) * call.lab.platform.timing.disk_sector)
    for lab, watch in zip((call.lab, target.lab), watches, strict=True):
        if watch.went_down or not _reachable(lab):
            raise CmdletError(
                f"The specified network name is no longer available: '{target.path}'. (0x80070040)",
                "CopyError",
                "ResourceUnavailable",
                exception="IOException",
                explain=("explain.copy-cut", {"name": lab.computer, "path": target.path}),
            )
    if not host.files(call).exists(entry.path):
        raise host.missing(entry.path)
    if target.files.exists(target.path):
        raise _there(target)
    content = host.files(call).open(entry.path).file.content
    handle = target.files.create(target.path)
    try:
        handle.volume.check_growth(content.size)
    except DiskFull as error:
        target.files.delete(target.path)
        raise host.full_volume(error) from None
    handle.file.content = content.copy()
    source_path, store = f"{call.lab.host}/root/vmms", f"{target.lab.host}/root/storage"
    call.lab.world.emit(
        "host.file", source_path, store, None, None, None, "copy", target.path, content.size, entry.path
    )
