"""Keys, mouse and screen of a running guest, through the window that the host shows."""

from __future__ import annotations

from hvlab.guests.screen import guest_screen
from tests.host.support import NEWER, OLD, Lab
from tests.host.test_integration import rows


def screen(lab: Lab) -> str:
    """What stands on the guest's screen."""
    return "\n".join(guest_screen(lab.world, "host1", "web01"))


def ready(path: str = "", **options: object) -> Lab:
    """A guest whose keyboard, mouse and video work."""
    lab = Lab(**options)
    lab.boot(**({"path": path} if path else {}))
    lab.settle(1)
    return lab


def test_ctrl_alt_del_leads_to_the_logon_and_enter_through_it() -> None:
    lab = ready()
    assert "CTRL + ALT + DELETE" in screen(lab)
    lab.run("Send-LabKey web01 Enter; Wait-Lab -Seconds 1")
    assert "CTRL + ALT + DELETE" in screen(lab), "nobody is asked for a name yet"
    lab.run("Send-LabKey web01 CtrlAltDel; Wait-Lab -Seconds 1")
    assert "Password" in screen(lab)
    lab.run("Send-LabKey web01 Escape; Wait-Lab -Seconds 1")
    assert "CTRL + ALT + DELETE" in screen(lab)
    lab.run("Send-LabKey web01 CtrlAltDel, Enter; Wait-Lab -Seconds 1")
    assert "Administrator is logged on." in screen(lab)
    assert lab.guest().desk.held == []


def test_each_key_is_two_packets_and_each_change_of_the_screen_one() -> None:
    lab = ready()
    before = len(lab.world.trace)
    updates = rows(lab, "Get-LabConsole web01", "Updates", "Keys")
    lab.run("Send-LabKey web01 CtrlAltDel; Wait-Lab -Seconds 1")
    assert rows(lab, "Get-LabConsole web01", "Updates", "Keys") == [(int(str(updates[0][0])) + 1, 6)]
    packets = [event for event in lab.events("ring.packet", before) if "/kbd" in event.target]
    assert [len(bytes(event.get("bytes") or b"")) for event in packets] == [40] * 6, (
        "16, 12 rounded up to 16, 8"
    )
    inputs = [event.get("value") for event in lab.events("guest.input", before)]
    assert inputs == ["0x1d 0", "0x38 0", "0x53 4", "0x53 6", "0x38 2", "0x1d 2"]


def test_the_pointer_stands_where_the_mouse_was_put() -> None:
    lab = ready()
    for x, y in ((0, 0), (1023, 767), (511, 300)):
        lab.run(f"Move-LabMouse web01 {x} {y} -Button Left; Wait-Lab -Seconds 1")
        assert rows(lab, "Get-LabConsole web01", "PointerX", "PointerY", "Buttons") == [(x, y, 1)]
    assert lab.tried("Move-LabMouse web01 1024 0") == ["OutOfRange"]


def test_without_drivers_the_mouse_is_captured_and_the_screen_emulated() -> None:
    lab = ready(OLD)
    wanted = ("Keyboard", "Mouse", "Video", "Width")
    assert rows(lab, "Get-LabConsole web01", *wanted) == [("Emulated", "Captured", "Emulated", 800)]
    assert lab.tried("Move-LabMouse web01 1 1") == ["InvalidState"]
    lab.run("Stop-VM web01 -TurnOff")
    assert lab.tried("Send-LabKey web01 CtrlAltDel") == ["InvalidState"]


def test_without_a_driver_keys_come_byte_by_byte_through_the_ports_of_the_keyboard_controller() -> None:
    lab = ready(OLD)
    before = len(lab.world.trace)
    lab.run("Send-LabKey web01 CtrlAltDel; Wait-Lab -Seconds 1")
    inputs = [event.get("value") for event in lab.events("guest.input", before)]
    assert inputs == ["0x1d 0", "0x38 0", "0x53 4", "0x53 6", "0x38 2", "0x1d 2"]
    reads = [event.get("port") for event in lab.events("intercept", before)]
    # Eight bytes, each behind a look at the status; one more look for each of the six times that the line was raised.
    assert (reads.count(0x60), reads.count(0x64)) == (8, 8 + 6)
    lines = [
        event.get("number")
        for event in lab.events("interrupt", before)
        if event.get("reason") == "device line"
    ]
    assert lines == [1] * 6
    assert not lab.events("ring.packet", before)
    assert "Password" in screen(lab)
    lab.run("Send-LabKey web01 Enter; Wait-Lab -Seconds 1")
    assert "Administrator is logged on." in screen(lab) and lab.guest().desk.held == []


def test_the_emulated_keyboard_goes_with_a_saved_machine() -> None:
    lab = ready(OLD)
    lab.run(
        "Send-LabKey web01 CtrlAltDel; Wait-Lab -Seconds 1; Save-VM web01; Start-VM web01; Wait-Lab -Seconds 1"
    )
    lab.run("Send-LabKey web01 Enter; Wait-Lab -Seconds 1")
    assert "Administrator is logged on." in screen(lab)


def test_before_a_system_is_there_nobody_takes_keys() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 512MB -VHDPath {OLD}; Start-VM web01")
    assert lab.tried("Send-LabKey web01 Enter") == ["InvalidState"]


def test_versions_are_those_that_both_know() -> None:
    drivers = ready().guest().drivers
    assert [drivers[name] for name in ("keyboard", "mouse", "video")] == [
        ("ready", "1.0"),
        ("ready", "2.0"),
        ("ready", "3.0"),
    ]
    assert ready(NEWER, platform="ws2012").guest().drivers["video"] == ("ready", "3.2")
    assert ready(NEWER).guest().drivers["video"] == ("ready", "3.0")


def test_a_shutdown_is_seen_on_the_screen_until_its_channel_closes() -> None:
    lab = ready()
    (before,) = rows(lab, "Get-LabConsole web01", "Updates")
    lab.vmms.shut_down("web01", False)
    lab.until(lambda: lab.guest().phase == "shutting-down")
    lab.settle(1)
    (after,) = rows(lab, "Get-LabConsole web01", "Updates")
    assert int(str(after[0])) == int(str(before[0])) + 1
