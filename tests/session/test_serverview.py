"""The view of a server: what it says is Test-LabServer's and Get-EventLog's, and its first action leads on."""

from __future__ import annotations

import pytest

from hvlab.session import serverview
from hvlab.session.serverview import ServerView
from hvlab.session.session import Session


def look(session: Session, number: int = 0) -> ServerView:
    return serverview.look(session.world, serverview.paths(session.world)[number], session.host)


def names(view: ServerView) -> list[str]:
    return [action.name for action in view.actions]


def test_always_doing_the_first_thing_leads_from_a_bare_server_to_a_hypervisor() -> None:
    session = Session(scenario="bare-server")
    done = []
    while not look(session).launched:
        action = look(session).actions[0]
        assert session.run(action.command).ok, action
        done.append(action.name)
        assert len(done) < 12, done
    assert done == ["virtualization", "execute_disable", "shut_down", "power", "role", "release", "restart"]
    assert all(need.met for need in look(session).needs)
    assert names(look(session)) == ["test", "log", "tools"]


def test_every_action_that_is_offered_works() -> None:
    session = Session(scenario="misconfigured-hosts")
    for number in range(len(serverview.paths(session.world))):
        view = look(session, number)
        for action in view.actions:
            if action.name not in ("shut_down", "restart"):
                assert session.run(action.command).ok, (view.computer, action)


@pytest.mark.parametrize(
    ("computer", "first"),
    [("NOVT", "virtualization"), ("NONX", "execute_disable"), ("NOLAUNCH", "launch"), ("ITANIUM", "test")],
)
def test_each_misconfigured_server_is_offered_what_it_lacks(computer: str, first: str) -> None:
    session = Session(scenario="misconfigured-hosts")
    views = [look(session, number) for number in range(len(serverview.paths(session.world)))]
    view = next(view for view in views if view.computer == computer)
    assert names(view)[0] == first
    assert not view.launched
    away = [action for action in view.actions if f"-ComputerName {computer}" in action.command]
    assert bool(away) is (computer != "NOVT"), "only another server has to be named"


def test_the_log_is_the_servers_own_newest_first() -> None:
    session = Session(scenario="bare-server")
    session.run("ServerManagerCmd -install Hyper-V; Restart-Computer")
    said = session.run("Get-EventLog System | ForEach-Object { $_.EventID }")
    assert said.ok
    log = look(session).log
    assert log[0].identifier == 41, "VT is switched off"
    assert [entry.time for entry in log] == sorted((entry.time for entry in log), reverse=True)
    assert dict(log[0].texts).keys() == {"en", "de"}


def test_the_client_sees_a_server_that_is_on_and_has_the_role_once_it_has_its_tools() -> None:
    session = Session()
    assert not look(session).client.seen
    session.run("Install-LabClientTool KB952627")
    assert look(session).client.seen
    assert session.run(look(session).actions[-1].command).ok
    session.run("Stop-Computer -Confirm:$false")
    view = look(session)
    assert not view.client.seen
    assert view.actions[0].command == "Start-LabServer"


def test_a_hosted_monitor_needs_no_hypervisor() -> None:
    view = look(Session(platform="vs2005"))
    assert view.hosted
    assert view.launched
    assert names(view) == ["test", "log", "tools"]
