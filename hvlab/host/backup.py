"""Backing up a virtual machine: a picture of its files at one moment, copied away while the machine goes on.

Online: the guest's writers bring what they have to the disk and hold still, the picture is taken, they go on; what
the picture holds is whole for the applications. Saved: a condition of that is missing, so the machine is saved for
the picture and goes on from there. Plain: nobody in the guest is asked, as by a shadow copy of the volume without
Hyper-V's writer; the picture is what a power failure would leave. At rest: the machine does not run.
The list of files is written last: a backup that broke off cannot be taken for a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.devices.integration import vss
from hvlab.host import backup_file, configuration, kept_states
from hvlab.host.backup_conditions import conditions
from hvlab.host.export import chain, note
from hvlab.host.integration import ask_writers
from hvlab.host.jobs import FileJob, path_of
from hvlab.host.machine import OFF, PAUSED, RUNNING, SAVED, SAVING, STARTING, Refusal, VirtualMachine
from hvlab.host.physical import check_plain
from hvlab.host.saved import SavedState
from hvlab.host.services.exchange import VssService
from hvlab.host.vmms import Vmms
from hvlab.kernel import Component, handler
from hvlab.kernel.state import copy_state
from hvlab.storage.content import FileContent
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import StorageError

JOB = "backup"
ONLINE, SAVED_STATE, PLAIN, AT_REST = "Online", "SavedState", "Plain", "AtRest"
CONSISTENCY = {ONLINE: "Application", SAVED_STATE: "Memory", PLAIN: "Crash", AT_REST: "AtRest"}
CHECK, FREEZE, HOLD, THAW, SAVE, START, COPY = "check", "freeze", "hold", "thaw", "save", "start", "copy"
LOOK_AGAIN = 5_000_000
"""How often a backup looks whether what it asked for is done, in ns."""


@dataclass
class Picture:
    """The files at one moment, by their paths; the configuration as text; the saved states by their .vsv files."""

    files: dict[str, FileContent] = field(default_factory=dict)
    configuration: str = ""
    states: dict[str, SavedState] = field(default_factory=dict)


@dataclass
class BackupRecord:
    """One backup of this host; times in ns. `missing`: the conditions of a live backup that were not met.

    `held`: how long the guest's writes were held back; `stood`: how long the machine stood still.
    """

    number: int
    vm: str
    method: str
    missing: tuple[str, ...]
    folder: str
    begun: int
    taken: int = 0
    ended: int = 0
    held: int = 0
    stood: int = 0
    outcome: str = ""
    """Empty while it is under way."""


class Backups(Component):
    """The backups that were made of this host's machines, as its catalogue has them."""

    STATE = ("records",)

    def __init__(self) -> None:
        self.records: list[BackupRecord] = []


def catalogue(service: Vmms) -> Backups:
    """The host's list of backups; it comes with the first."""
    path = f"{service.host}/root/backups"
    found = service.world.has(path)
    return service.world.get(path, Backups) if found else service.world.add(path, Backups())


class Backup(FileJob):
    """One backup that is under way; it is gone when it has ended."""

    STATE = ("host", "vm", "number", "step", "since", "picture", "pending")

    def __init__(self, host: str, vm: str, number: int) -> None:
        self.host = host
        self.vm = vm
        self.number = number
        self.step = ""
        self.since = 0
        self.picture = Picture()
        self.pending: list[str] = []
        """The files that are still to be copied."""

    @property
    def service(self) -> Vmms:
        """The management service."""
        return self.world.get(f"{self.host}/root/vmms", Vmms)

    @property
    def record(self) -> BackupRecord:
        """Its line in the catalogue."""
        return catalogue(self.service).records[self.number - 1]

    def begin(self) -> None:
        """The first step of its method."""
        record = self.record
        note(self.service, self.vm, f"backup {record.method.lower()}", record.folder)
        if record.method == ONLINE:
            self._ask(CHECK, vss.CHECK)
        elif record.method == SAVED_STATE:
            self._save()
        else:
            self._enter(HOLD, self.service.platform.timing.shadow_copy)

    def _enter(self, step: str, delay: int = LOOK_AGAIN) -> None:
        self.step = step
        self.after(delay, Backup.on_step, None)

    def _ask(self, step: str, operation: int) -> None:
        """Ask the guest's writers for something, and look then and again whether they have done it."""
        try:
            ask_writers(self.service, self.vm, operation)
        except Refusal:
            self._end("backup-no-answer")
            return
        self._enter(step)

    def _save(self) -> None:
        self.since = self.world.now
        try:
            self.service.save(self.vm)
        except Refusal as refusal:
            self._end(refusal.reason)
            return
        self._enter(SAVE)

    @handler
    def on_step(self, payload: None) -> int | None:
        """The present step may have ended: on to the next."""
        if self.service.find(self.vm) is None and self.step != COPY:
            self._end("backup-stopped")
            return None
        return _STEPS[self.step](self)

    def _answer(self) -> int | None:
        """The status with which the guest has answered; None while it has not; -1 if it never will."""
        link = self.service.link(self.vm)
        found = link.services.get("vss") if link is not None else None
        if not isinstance(found, VssService) or found.lost:
            return -1
        return None if found.waiting else found.outcome[1]

    def _checked(self) -> int | None:
        """A guest whose writers cannot be backed up as it runs is saved instead."""
        status = self._answer()
        if status is None:
            return LOOK_AGAIN
        if status:
            self.record.method = SAVED_STATE
            self.record.missing = (*self.record.missing, "Writers")
            self._save()
        else:
            self.since = self.world.now
            self._ask(FREEZE, vss.FREEZE)
        return None

    def _frozen(self) -> int | None:
        """The writers hold still: now the picture is taken, which has its time."""
        status = self._answer()
        if status is None:
            return LOOK_AGAIN
        if status:
            self._end("backup-writers")
        else:
            self.since = self.world.now
            self._enter(HOLD, self.service.platform.timing.shadow_copy)
        return None

    def _hold(self) -> int | None:
        """The picture of the files as they are at this moment."""
        service, record = self.service, self.record
        machine = service.machine(self.vm)
        try:
            self.picture = take_picture(service, machine)
        except (Refusal, StorageError):
            self._end("backup-unreadable")
            return None
        record.taken = self.world.now
        if record.method == ONLINE:
            self._ask(THAW, vss.THAW)
        elif record.method == SAVED_STATE:
            self._go_on(machine)
        else:
            self._begin_to_copy()
        return None

    def _go_on(self, machine: VirtualMachine) -> None:
        """The machine that was saved for the picture starts again from where it stood."""
        machine.job = ""
        try:
            self.service.start(self.vm)
        except Refusal as refusal:
            self._end(refusal.reason)
            return
        self._enter(START)

    def _thawed(self) -> int | None:
        """If the writers had gone on by themselves before, nobody can vouch for the picture."""
        status = self._answer()
        if status is None:
            return LOOK_AGAIN
        self.record.held = self.world.now - self.since
        if status:
            self._end("backup-not-held")
        else:
            self._begin_to_copy()
        return None

    def _saved(self) -> int | None:
        machine = self.service.machine(self.vm)
        if machine.state == SAVED:
            self._enter(HOLD, self.service.platform.timing.shadow_copy)
            return None
        if machine.state == SAVING:
            return LOOK_AGAIN
        self._end("backup-not-saved")
        return None

    def _started(self) -> int | None:
        machine = self.service.machine(self.vm)
        if machine.state == STARTING:
            return LOOK_AGAIN
        self.record.stood = self.world.now - self.since
        self._begin_to_copy()
        return None

    def _begin_to_copy(self) -> None:
        """From here on the machine may do what it likes: the picture does not change."""
        machine = self.service.find(self.vm)
        if machine is not None:
            machine.job = ""
        self.pending = list(self.picture.files)
        self.step = COPY
        self._next()

    def _next(self) -> None:
        timing = self.service.platform.timing
        length = timing.management
        if self.pending:
            size = self.picture.files[self.pending[0]].size
            length = timing.disk_access + 2 * (size // SECTOR) * timing.disk_sector
        self.after(length, Backup.on_step, None)

    def _copy(self) -> int | None:
        """A file has had its time; after the last one comes the list of them."""
        record, files = self.record, self.service.storage.files
        try:
            if not self.pending:
                text = backup_file.text_of(record, self.host, self.picture, CONSISTENCY[record.method])
                files.volume(record.folder).check_growth(len(text))
                files.create(f"{record.folder}\\{backup_file.NAME}").write(0, text)
                self._end("ok")
                return None
            path = self.pending[0]
            content = self.picture.files[path]
            target = f"{record.folder}\\{backup_file.inside(path)}"
            files.volume(target).check_growth(content.size)
            files.create(target).file.content = content.copy()
            if path in self.picture.states:
                kept_states.keep(self.world, self.picture.states[path], files, target)
        except StorageError:
            self._end("backup-disk-full")
            return None
        self.pending.pop(0)
        self._next()
        return None

    def _end(self, outcome: str) -> None:
        """It has ended, one way or the other; whoever holds still goes on."""
        service, record = self.service, self.record
        machine = service.find(self.vm)
        if machine is not None:
            machine.job = ""
        link = service.link(self.vm) if machine is not None else None
        found = link.services.get("vss") if link is not None else None
        if outcome != "ok" and isinstance(found, VssService) and found.frozen and link is not None:
            found.begin(link, vss.THAW)
        record.ended, record.outcome = self.world.now, outcome
        note(service, self.vm, "backed up" if outcome == "ok" else outcome, record.folder)
        if machine is not None:
            service.merge_soon(machine)
        self.world.remove(self)

    def lost(self) -> None:
        """What was under way has come to nothing."""
        self.record.ended, self.record.outcome = self.world.now, "host-lost"


_STEPS = {
    CHECK: Backup._checked,
    FREEZE: Backup._frozen,
    HOLD: Backup._hold,
    THAW: Backup._thawed,
    SAVE: Backup._saved,
    START: Backup._started,
    COPY: Backup._copy,
}


def begin(service: Vmms, name: str, target: str, *, plain: bool = False) -> BackupRecord:
    """Begin to back a machine up into a folder of its own below `target`. Refusal."""
    service.server.check_role()
    machine = service.machine(name)
    service.check_free(machine)
    if service.world.has(path_of(service.host, JOB, machine.name)):
        raise Refusal("vm-busy", name=machine.name, job=JOB)
    if machine.state not in (OFF, SAVED, RUNNING, PAUSED):
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
    check_plain(machine, "backup-physical")
    missing = tuple(one.name for one in conditions(service, machine) if not one.met)
    method = ONLINE if not missing else SAVED_STATE
    if machine.state in (OFF, SAVED):
        method = AT_REST
    elif plain:
        method, missing = PLAIN, ()
    log = catalogue(service)
    number = len(log.records) + 1
    folder = service.storage.files.normalise(f"{target}\\{machine.name}\\Backup {number}")
    try:
        taken = any(
            path.startswith(folder.casefold() + "\\") for path in service.storage.files.volume(folder).files
        )
    except StorageError:
        raise Refusal("no-such-folder", path=target) from None
    if taken:
        raise Refusal("backup-there", name=machine.name, path=folder)
    record = BackupRecord(number, machine.name, method, missing, folder, service.world.now)
    log.records.append(record)
    machine.job, machine.failure = JOB, ""
    path = path_of(service.host, JOB, machine.name)
    service.world.add(path, Backup(service.host, machine.name, number)).begin()
    return record


def take_picture(service: Vmms, machine: VirtualMachine) -> Picture:
    """A machine's files as they are now: disks with all their parents, saved states, snapshots. Refusal."""
    files = service.storage.files
    drives = [*machine.drives, *(drive for one in machine.snapshots.values() for drive in one.drives)]
    states = [machine.saved, *(one.saved for one in machine.snapshots.values())]
    picture = Picture(configuration=configuration.text_of(machine, {}, service.platform.vm_version))
    for drive in drives:
        for path, _ in chain(service, machine, drive.path):
            picture.files[path] = files.open(path).file.content.copy()
    for state in states:
        if state is not None:
            for path in (state.memory_file, state.device_file):
                picture.files[path] = files.open(path).file.content.copy()
            picture.states[state.device_file] = copy_state(state)
    return picture
