"""The shapes of the data files in assets/: what a platform, a guest and a scenario say.

Versions are written as people write them ("0.13", "2.0") and turned into wire
numbers by the protocol that owns them.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A documented limit: its value, where it comes from, and the handout's figure where that differs."""

    value: int
    source: str
    handout: int | None = None


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What things cost in simulated nanoseconds: a teaching model, with its reasoning in the file."""

    hypercall: int
    exit: int
    intercept: int
    interrupt: int
    repeat_element: int
    native: int
    """An instruction that stays in its partition."""
    system_call: int
    """From level 3 to level 0 and back, within a partition."""
    scheduler_slice: int
    scheduler_window: int
    service_wake: int
    disk_access: int
    disk_sector: int
    switch_forward: int
    wire: int
    time_sample: int = 30_000_000_000
    """Between two samples of the time synchronization."""
    shadow_copy: int = 1_000_000_000
    """Until a picture of a volume's files is taken."""
    host_boot: int
    process_start: int
    management: int
    context_switch: int = 0
    """Where device accesses go through a process of the host's system; elsewhere `intercept` contains it."""
    host_call: int = 0
    copy: int = 0


class Clustering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Failover clustering on a platform; times in ns. `source`: where the figures come from."""

    source: str
    editions: list[str]
    """The editions of Windows Server that have it."""
    heartbeat: int
    """Between two heartbeats of a node."""
    missed: int
    """After how many heartbeats in a row that were not heard a node counts as lost."""
    disk_move: int
    """Until a shared disk has been reserved by another node, checked and brought online there."""
    live: bool = False
    """Whether a machine can be moved while it runs."""
    live_name: str = "Live"
    """What such a move is called."""
    page_copy: int = 0
    """To send one page of memory to another node, where machines move while they run."""
    rounds: int = 0
    """So many rounds of copying at most, before the machine stands still for the rest."""
    few_pages: int = 0
    """So few pages are left over for the end."""
    hand_over: int = 0
    """For the last step between two nodes, while the machine stands still."""


class Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A release of the virtualization platform."""

    id: str
    name: str
    vm_version: str
    """The configuration version that a new virtual machine has."""
    summary: dict[str, str]
    """What it is, in each language."""
    missing: dict[str, str]
    """What of it is not modelled, in each language."""
    vmbus_versions: list[str]
    storage_versions: list[str]
    ic_frameworks: list[str]
    shutdown_versions: list[str]
    heartbeat_versions: list[str]
    network_versions: list[str]
    ide_accelerator: bool
    nested_paging: bool
    """Whether a guest changes its own page tables without leaving its partition."""
    mac_spoofing_setting: bool
    hypercall_codes: dict[str, int]
    timing: Timing
    limits: dict[str, Limit]
    vm_versions: list[str] = []
    """The configuration versions that it can make and run; empty: only its own."""
    integration_disc: str = ""
    """The version of the integration services on its set-up disc; empty if it has none."""
    beta_integration: str = ""
    """The version on the medium's own disc, where the role on it is a beta; empty if it is the release."""
    time_versions: list[str] = []
    kvp_versions: list[str] = []
    vss_versions: list[str] = []
    keyboard_versions: list[str] = []
    mouse_versions: list[str] = []
    video_versions: list[str] = []
    hot_add_disks: bool = False
    """Whether disks of a SCSI controller come and go while the machine runs (from 2008 R2 on)."""
    network_shares: bool = False
    """Whether the files of a machine may lie on a network share (SMB 3, from 2012 on; the lab has no such share)."""
    import_style: Literal["once", "copy", "always"] = "once"
    """What an import makes of an export: used up; used up unless its files are copied; never used up."""
    additions: str = ""
    """The version of the Additions that its guests get; empty if it has none."""
    resource_metering: bool = False
    """Whether what a machine uses can be counted (from 2012 on)."""
    hosted: bool = False
    """Whether guests run on a host's operating system (type 2) and not on a hypervisor."""
    cluster: Clustering | None = None
    """Its failover clustering, where the lab has it."""
    wmi_namespaces: tuple[str, ...] = ("root\\virtualization",)
    """Where its WMI classes are: the second version came with 2012, the first went with 2012 R2 (facts, 2.3)."""
    handout: bool = False
    """Whether it follows the handout's figures and statements to the letter."""
    architecture: Literal["x64", "ia64"] = "x64"
    """Of the processors that it runs on."""
    windows: bool = True
    """Whether a Windows Server runs on the hardware beneath or beside it, and takes that licence's right."""
    without_services: list[str] = []
    """Guests, by id, for which this platform has no integration services although their makers wrote some."""


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phase of a guest's boot: processor time in milliseconds, sectors read from the boot disk."""

    id: str
    processor_ms: int
    sectors: int = 0


class Guest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guest operating system: what it can speak, and how it boots."""

    id: str
    name: str
    bits: int
    year: int
    build: str
    source: str
    maximum_processors: int
    loader: list[Phase]
    kernel: list[Phase]
    services: list[Phase]
    shutdown_ms: int
    logon: str
    licence: str = ""
    """The Windows Server edition whose right an instance of it needs; client: a licence of its own; empty: none."""
    guest_os_id: int = 0
    vmbus_versions: list[str] = []
    storage_versions: list[str] = []
    ic_frameworks: list[str] = []
    shutdown_versions: list[str] = []
    heartbeat_versions: list[str] = []
    time_versions: list[str] = []
    kvp_versions: list[str] = []
    vss_versions: list[str] = []
    keyboard_versions: list[str] = []
    mouse_versions: list[str] = []
    video_versions: list[str] = []
    writers: list[str] = []
    """The system's own VSS writers."""
    clock_drift_ppm: int = 0
    """How many parts in a million its clock is too fast (negative: too slow) while nobody corrects it."""
    network_versions: list[str] = []
    legacy_network: bool = False
    """Whether it has a driver for the emulated network adapter."""
    receive_buffer_kb: int = 0
    send_buffer_kb: int = 0
    drivers: Literal["box", "manual", "none"] = "box"
    """Where its drivers for the VMBus come from: with the system, by hand from the host's set-up disc, or nowhere."""
    integration_version: str = ""
    """The integration services that come with the system."""
    architecture: Literal["x86", "ia64"] = "x86"
    """Of the code on its disk: that of a PC with 32 or 64 bits, or Itanium's."""
    supported: bool = True
    """Whether Microsoft's list for Hyper-V of 2008 (KB954958; S13) has it."""
    disk_timeout_s: int = 60
    """How long the disk driver waits for an answer: Windows' TimeOutValue, 60 s by default (general knowledge)."""

    @property
    def has_vmbus(self) -> bool:
        """Whether the guest has drivers for the VMBus."""
        return bool(self.vmbus_versions)


class Image(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ready system disk that a scenario puts on the host; `guest` empty: a blank one.

    A path that ends in .iso is a disc that sets the guest up; such a disc is as large as what lies on it.
    """

    path: str
    size: str = "0"
    guest: str = ""
    computer: str = ""
    integration: str | None = None
    """The integration services on it, where they are not those that come with the system."""
    additions: str = ""
    """The version of Virtual Server's Additions on it."""
    dynamic: bool = True


class Drive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A volume of the host."""

    letter: str
    size: str
    label: str = ""
    used: str = "0"


class Disk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A disk of the host without a volume of the host's; with `guest`, one with a system on it.

    `online`: whether the host takes it for itself at once, as it does with a disk of its own; disks of a storage
    network stay offline until somebody says so (the policy of Enterprise and Datacenter; K).
    """

    model: str
    bus: Literal["SATA", "SAS", "USB", "iSCSI", "Fibre Channel"]
    size: str
    online: bool = False
    guest: str = ""
    computer: str = ""


class Nic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A physical network adapter of the host, and the address that the host has on it (empty: none)."""

    name: str
    description: str
    mac: str
    address: str = ""
    prefix: int = 24
    gateway: str = ""
    wireless: bool = False


class Station(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A computer on the physical network."""

    name: str
    mac: str
    address: str
    prefix: int = 24
    gateway: str = ""


class Lun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A disk of the storage network, which one host at a time has online, as a volume with this letter."""

    name: str
    letter: str
    size: str
    label: str = ""
    images: list[Image] = []


class ServerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A host with its hardware, volumes and images."""

    host: str
    edition: str
    logical_processors: int
    memory: str
    root_memory: str
    processor_name: str
    sockets: int
    volumes: list[Drive]
    disks: list[Disk] = []
    images: list[Image] = []
    licences: list[str]
    """The edition of each licence assigned to the host."""
    nics: list[Nic] = []
    architecture: str = "x64"
    installation: Literal["Full", "Core"] = "Full"
    platform: str = ""
    """What its virtualization is, where that is not what the session asks for."""
    role: bool = True
    """Whether the role Hyper-V is installed."""
    updates: list[str] = msgspec.field(default_factory=lambda: ["KB950050"])
    virtualization: bool = True
    execute_disable: bool = True
    """The switches of its firmware."""
    launch_type: Literal["Auto", "Off"] = "Auto"
    model: str = ""
    """Its kind among those of assets/servers/economics.toml; empty: the default."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A server that is no machine of the lab's hosts yet: a physical one, or one under another virtualization."""

    name: str
    kind: Literal["physical", "virtual-server", "esx"]
    guest: str
    memory: str
    disk: str
    records: int
    """How many records its applications have written."""
    driver: str = ""
    """The driver of its disk controller; empty: the IDE controller's."""
    integration: str | None = None
    model: str = ""
    """Its kind among those of assets/servers/economics.toml; empty: not known, and it cannot be reckoned with."""
    load: int = 0
    """What its work takes of its processors on average and at its peak, in per cent."""
    peak: int = 0
    age: int = 0
    """Years since it was bought."""
    licence: str = ""
    """The edition of the Windows Server licence that it has; empty if its system needs none."""
    oem: bool = True
    """Whether that licence came with the hardware and ends with it."""


class Scenario(ServerPlan, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A starting situation: one host, whatever other hosts there are, and what stands between them."""

    id: str
    summary: dict[str, str]
    lan: list[Station] = []
    more_hosts: list[ServerPlan] = []
    luns: list[Lun] = []
    sources: list[Source] = []


_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


def read_size(text: str) -> int:
    """Bytes of `512MB`, `40GB` and the like. Raises ValueError."""
    unit = _UNITS.get(text[-2:].upper())
    return int(text[:-2]) * unit if unit else int(text)
