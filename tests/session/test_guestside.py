"""A guest's view: the same line on top over both paths, what differs marked as it differs, and the lab's guests."""

from __future__ import annotations

from hvlab.console.labmodule.guestview import believes, truth
from hvlab.session import guestside
from hvlab.session.session import Session
from tests.conftest import IMAGE

BOOT = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}; Start-VM web01; Wait-Lab web01"


def test_the_line_on_top_is_the_same_over_both_paths_and_what_is_below_is_another() -> None:
    synthetic, emulated = (guestside.apart("ws2008", "one-host", way) for way in (True, False))
    assert synthetic.synthetic
    assert not emulated.synthetic
    top, other = synthetic.call.aspect, emulated.call.aspect
    assert (top.key, top.believed, top.belief) == ("call", other.believed, other.belief)
    assert top.belief["count"] == guestside.CALLS
    assert synthetic.call.other_belief is False
    assert synthetic.call.other_truth is True
    for key in ("hypervisor", "disk"):
        row = next(row for row in emulated.rows if row.aspect.key == key)
        assert row.other_belief is True
        assert row.other_truth is True


def test_a_mark_says_whether_the_words_differ() -> None:
    text = Session().text
    synthetic, emulated = (guestside.apart("ws2008", "one-host", way) for way in (True, False))
    known = {(row.aspect.key, row.aspect.name): row.aspect for row in emulated.rows}
    for row in synthetic.rows:
        other = known[row.aspect.key, row.aspect.name]
        assert row.other_belief is (believes(text, row.aspect) != believes(text, other))
        assert row.other_truth is (truth(text, row.aspect) != truth(text, other))


def test_a_lab_of_a_hosted_monitor_or_without_that_disk_borrows_another() -> None:
    usual = guestside.apart("ws2008", "one-host", True)
    assert guestside.apart("vs2005", "one-host", True) == usual
    assert guestside.apart("ws2008", "misconfigured-hosts", True) == usual


def test_the_labs_own_guests_are_those_that_are_there() -> None:
    session = Session()
    assert session.run("New-VM db01").ok
    assert guestside.machines(session.world, session.host) == []
    assert session.run(BOOT).ok
    assert guestside.machines(session.world, session.host) == ["web01"]
    side = guestside.look(session.world, session.host, "web01")
    assert side.synthetic
    assert side.call.other_belief is None
    for action in guestside.actions(side):
        assert session.run(action.command).ok, action
    assert guestside.look(session.world, session.host, "web01").call.aspect.belief["count"] == guestside.CALLS


def test_the_command_beside_the_two_paths_works() -> None:
    (action,) = guestside.actions(guestside.apart("ws2008", "one-host", True))
    assert Session().run(action.command).ok
