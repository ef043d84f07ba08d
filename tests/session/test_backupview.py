"""The view of backups: the steps are those of the backup that runs, the conditions and records the host's own."""

from __future__ import annotations

import pytest

from hvlab.host import backup
from hvlab.session import backupview
from hvlab.session.backupview import STEPS, BackupsView
from hvlab.session.session import Session
from hvlab.session.task import Task
from tests.conftest import IMAGE

BOOT = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}; Start-VM web01; Wait-Lab web01; Wait-Lab -Seconds 20"


def look(session: Session) -> BackupsView:
    view = backupview.look(session.world, session.host, "")
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("switch", "method"), [("", backup.ONLINE), (" -WithoutWriter", backup.PLAIN)], ids=["online", "plain"]
)
def test_the_backup_under_way_goes_through_the_steps_of_its_method(switch: str, method: str) -> None:
    session = Session()
    assert session.run(BOOT).ok
    assert all(one.met for one in look(session).conditions)
    seen: list[str] = []
    task = Task(session, rf"New-LabBackup web01 -Path D:\b{switch}")
    while not task.pump(10**15, 1):
        for one in look(session).under_way:
            assert (one.machine, one.method, one.number) == ("web01", method, 1)
            if not seen or seen[-1] != one.step:
                seen.append(one.step)
    assert seen == list(STEPS[method])
    view = look(session)
    assert view.under_way == ()
    (record,) = view.records
    assert (record.outcome, record.method) == ("ok", method)
    assert record.held > 0 if method == backup.ONLINE else record.held == 0


def test_what_is_offered_works_and_the_newest_stands_first() -> None:
    session = Session()
    assert look(session).actions == ()
    assert session.run(BOOT).ok
    for _ in range(2):
        for action in look(session).actions:
            assert session.run(action.command).ok, action
    assert [record.number for record in look(session).records] == [4, 3, 2, 1]


def test_a_machine_that_rests_lacks_the_first_conditions() -> None:
    session = Session()
    assert session.run("New-VM db01").ok
    missing = [one.name for one in look(session).conditions if not one.met]
    assert missing[:2] == ["Running", "BackupService"]
