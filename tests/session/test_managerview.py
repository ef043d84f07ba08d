"""What a manager lists, and that every action's command does what the action says."""

from __future__ import annotations

import pytest

from hvlab.console.completion import quoted
from hvlab.session import managerview
from hvlab.session.managerview import Action, MachineRow
from hvlab.session.session import Session
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"
BOOT = f"{CREATE}; Start-VM web01; Wait-Lab web01"


def machine(session: Session) -> MachineRow:
    return managerview.machines(session.world, session.host)[0]


def action(session: Session, name: str) -> Action:
    return next(one for one in managerview.actions(machine(session)) if one.name == name)


def test_without_a_machine_one_can_make_one() -> None:
    session = Session()
    assert managerview.machines(session.world, session.host) == []
    (new,) = managerview.actions(None)
    assert not new.run
    assert session.run(f"{new.command}web01").ok
    assert machine(session).state == "Off"


@pytest.mark.parametrize(
    ("before", "name", "state"),
    [
        ("", "start", "Running"),
        ("Start-VM web01; Wait-Lab web01 -For Heartbeat", "shutdown", "Off"),
        ("Start-VM web01", "turnoff", "Off"),
        ("Start-VM web01; Wait-Lab web01", "save", "Saved"),
        ("Start-VM web01", "pause", "Paused"),
        ("Start-VM web01; Suspend-VM web01", "resume", "Running"),
        ("Start-VM web01", "reset", "Running"),
        ("Start-VM web01; Wait-Lab web01; Save-VM web01", "start", "Running"),
        ("Start-VM web01; Wait-Lab web01; Save-VM web01", "discard", "Off"),
        ("Checkpoint-VM web01 -SnapshotName a", "revert", "Off"),
        ("Start-VM web01", "settings", "Running"),
    ],
)
def test_an_action_leads_to_its_state(before: str, name: str, state: str) -> None:
    session = Session()
    session.run(f"{CREATE}; {before}")
    outcome = session.run(action(session, name).command)
    assert outcome.ok, outcome.errors
    assert machine(session).state == state


def test_snapshot_and_delete() -> None:
    session = Session()
    session.run(CREATE)
    assert session.run(action(session, "snapshot").command).ok
    row = machine(session)
    assert (row.snapshots, row.last_snapshot) == (1, "s1")
    delete = action(session, "delete")
    assert not delete.run, "it waits for the learner's Enter"
    assert session.run(f"{delete.command} -Force").ok
    assert managerview.machines(session.world, session.host) == []


def test_the_figures_are_those_of_get_vm() -> None:
    session = Session()
    session.run(BOOT)
    row = machine(session)
    assert row.memory == 512 << 20
    assert 0 < row.uptime <= session.world.now
    assert session.run("if ((Get-VM web01).CPUUsage -ne 0) { throw 'busy' }").ok == (row.usage == 0)


@pytest.mark.parametrize(
    ("name", "written"),
    [("web01", "web01"), ("a-b_c", "a-b_c"), ("my vm", "'my vm'"), ("it's", "'it''s'"), ("-x", "'-x'")],
)
def test_a_name_that_is_no_plain_word_is_quoted(name: str, written: str) -> None:
    assert quoted(name) == written


def test_a_machine_between_two_states_can_only_be_looked_at() -> None:
    row = MachineRow("web01", "Starting", 0, 0, 0, 1, 0, "", "")
    assert [one.name for one in managerview.actions(row)] == ["settings", "new"]
