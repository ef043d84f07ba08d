"""Stepping by what happens: forward to the next event of a kind, back to before the last one."""

from __future__ import annotations

from hvlab.session.session import Session

BOOT = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd; Start-VM web01"


def messages(session: Session) -> int:
    return sum(1 for event in session.world.trace if event.kind == "vmbus.message")


def test_forward_to_a_kind_and_back_before_it() -> None:
    session = Session()
    assert session.run(BOOT).ok
    assert session.run("Step-Lab -Kind vmbus.message").ok
    assert messages(session) == 1
    assert session.run("Step-Lab 5 -Kind vmbus.message").ok
    most = messages(session)
    assert most >= 6, "several may come in one step of the simulation"
    assert session.run("Move-Lab -Back 10 -Kind vmbus.message").ok and messages(session) <= most - 10
    while before := messages(session):
        assert session.run("Move-Lab -Back 1 -Kind vmbus.message").ok
        assert messages(session) < before
    assert not session.run("Move-Lab -Back 1 -Kind vmbus.message").ok, "there is none left"
    assert session.run("Move-Lab end").ok and messages(session) == most


def test_stepping_by_kind_is_stepping() -> None:
    """Only the number of commands counts: each is an event of the trace, to which others refer."""
    by_kind, by_count = Session(), Session()
    for session in (by_kind, by_count):
        assert session.run(BOOT).ok
    for command in ("Step-Lab 3 -Kind vmbus.message", "Step-Lab 7", "Step-Lab 2 -Kind guest.io"):
        before = by_kind.world.processed
        assert by_kind.run(command).ok
        assert by_count.run(f"Step-Lab {by_kind.world.processed - before}").ok
    assert by_count.world.digest() == by_kind.world.digest()


def test_what_never_happens_is_said() -> None:
    session = Session()
    outcome = session.run("Step-Lab -Kind snapshot")
    assert [error.error_id.partition(",")[0] for error in outcome.errors] == ["OperationTimeout"]


def test_back_by_events() -> None:
    session = Session()
    assert session.run(BOOT).ok
    before = len(session.world.trace)
    assert session.run("Move-Lab -Back 3").ok and len(session.world.trace) <= before - 3
    assert session.run("Move-Lab -Back 100000").ok and len(session.world.trace) <= 10
