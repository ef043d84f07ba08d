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
    assert messages(session) == 1 and session.world.trace[len(session.world.trace)].kind == "vmbus.message"
    assert session.run("Step-Lab 5 -Kind vmbus.message").ok and messages(session) == 6
    for left in (5, 3, 0):
        assert session.run(f"Move-Lab -Back {messages(session) - left} -Kind vmbus.message").ok
        assert messages(session) == left
    assert not session.run("Move-Lab -Back 1 -Kind vmbus.message").ok, "there is none left"
    assert session.run("Move-Lab end").ok and messages(session) == 6


def test_stepping_is_running() -> None:
    stepped, run = Session(), Session()
    for session in (stepped, run):
        assert session.run(BOOT).ok
    stepped.run("Step-Lab 3 -Kind vmbus.message; Step-Lab 7; Step-Lab 2 -Kind guest.io")
    run.run(f"Step-Lab {stepped.world.processed - run.world.processed}")
    assert run.world.processed == stepped.world.processed
    assert run.world.digest() == stepped.world.digest()


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
