"""A server before and below its virtual machines: what the picture of it shows, and what can be done next. Pure data.

Times in ns. What it needs for Hyper-V is judged by the same rules as Test-LabServer.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog.servers import log_events, server_facts
from hvlab.console.elsewhere import computer_of, computers
from hvlab.console.labmodule.firmware import (
    ABSENT,
    POWER_CYCLE,
    SWITCHED_OFF,
    Requirement,
    requirements,
)
from hvlab.datacenter.management_client import CLIENT, COMPUTER, ManagementClient
from hvlab.host import server as servers
from hvlab.host.eventlog import event_log
from hvlab.host.root import RootKernel
from hvlab.host.server import ServerSystem, server_of
from hvlab.kernel import World
from hvlab.session.managerview import Action

LISTED = 40
"""So many of the latest entries of the event log are listed."""


@dataclass(frozen=True)
class LogRow:
    """An entry of the event log; `texts` is its sentence by language."""

    time: int
    log: str
    level: str
    source: str
    identifier: int
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ClientView:
    """The client from which servers are managed: its name, its tools, and those it could install.

    `seen`: whether it would see this server in its Hyper-V Manager.
    """

    name: str
    tools: tuple[str, ...]
    right: tuple[str, ...]
    seen: bool


@dataclass(frozen=True)
class ServerView:
    """One server as it is now; `number` of `count` servers. `booting`: its system is on its way down or up."""

    computer: str
    number: int
    count: int
    power: str
    booting: bool
    edition: str
    architecture: str
    installation: str
    processor: str
    hosted: bool
    role: str
    launch_type: str
    launched: bool
    updates: tuple[str, ...]
    pending: tuple[str, ...]
    restarts: int
    needs: tuple[Requirement, ...]
    log: tuple[LogRow, ...]
    client: ClientView
    actions: tuple[Action, ...]


def paths(world: World) -> list[str]:
    """The paths of all hosts, in the order in which they were built."""
    return list(computers(world).values())


def _log(world: World, host: str) -> tuple[LogRow, ...]:
    rows = []
    for entry in reversed(event_log(world, host).entries[-LISTED:]):
        kind = log_events()[entry.key]
        values = dict(entry.values)
        texts = tuple((language, words.format(**values)) for language, words in kind.text.items())
        rows.append(LogRow(entry.time, kind.log, kind.level, kind.source, kind.id, texts))
    return tuple(rows)


def _client(world: World, server: ServerSystem) -> ClientView:
    tools = tuple(world.get(CLIENT, ManagementClient).installed) if world.has(CLIENT) else ()
    answers = server.power == servers.ON and server.role == servers.INSTALLED
    return ClientView(COMPUTER, tools, tuple(server_facts().tools), bool(tools) and answers)


def _next_steps(server: ServerSystem, needs: tuple[Requirement, ...], down: bool) -> list[tuple[str, str]]:
    """What brings this server nearer to its first virtual machine: names and commands, the next one first."""
    if server.power != servers.ON:
        return [("power", "Start-LabServer")]
    if down:
        return []
    found = []
    states = {need.name: need.state for need in needs}
    processor = server.processor
    if states[processor.virtualization_name] == SWITCHED_OFF:
        found.append(("virtualization", "Set-LabFirmware -Virtualization On"))
    if states[f"DEP ({processor.execute_disable_name})"] == SWITCHED_OFF:
        found.append(("execute_disable", "Set-LabFirmware -ExecuteDisable On"))
    if not found and POWER_CYCLE in states.values():
        found.append(("shut_down", "Stop-Computer"))
    possible = states["x64 processor"] != ABSENT and states["edition"] != ABSENT
    if server.role == servers.ABSENT and possible:
        core = server.build.installation == servers.CORE
        found.append(
            ("role", "start /w ocsetup Microsoft-Hyper-V" if core else "ServerManagerCmd -install Hyper-V")
        )
    if not server.released and servers.RELEASE not in server.pending and possible:
        found.append(("release", f"wusa Windows6.0-{servers.RELEASE}-x64.msu /quiet /norestart"))
    if server.launch_type != servers.AUTO:
        found.append(("launch", "bcdedit /set hypervisorlaunchtype auto"))
    waits = server.role == servers.RESTART_NEEDED or bool(server.pending)
    ready = server.role == servers.INSTALLED and not server.launched and not server.obstacle()
    if waits or ready:
        found.append(("restart", "Restart-Computer"))
    return found


def _actions(server: ServerSystem, view: ClientView, steps: list[tuple[str, str]], name: str) -> list[Action]:
    """The next steps, then what only looks; `name` is the computer's if the console speaks to another one."""
    found = list(steps) if not server.hosted else []
    found.append(("test", "Test-LabServer"))
    if server.power == servers.ON:
        found.append(("log", "Get-EventLog System -Newest 10"))
    there = f" -ComputerName {name}" if name else ""
    actions = [Action(action, command + there) for action, command in found]
    if not view.tools:
        actions.append(Action("tools", f"Install-LabClientTool {view.right[0]}"))
    elif view.seen:
        actions.append(Action("connect", "Connect-LabServer" + (f" {name}" if name else "")))
    return actions


def look(world: World, host: str, here: str) -> ServerView:
    """The server of the host with that path; `here` is the one that the console speaks to."""
    server = server_of(world, host)
    known = paths(world)
    computer = computer_of(world, host)
    needs = tuple(requirements(server))
    client = _client(world, server)
    down = world.get(f"{host}/root", RootKernel).down
    steps = _next_steps(server, needs, down)
    return ServerView(
        computer,
        known.index(host) + 1,
        len(known),
        server.power,
        down and server.power == servers.ON,
        server.edition.name,
        server.build.architecture,
        server.build.installation,
        server.build.processor,
        server.hosted,
        server.role,
        server.launch_type,
        server.launched,
        tuple(server.updates),
        tuple(server.pending),
        server.restarts,
        needs,
        _log(world, host),
        client,
        tuple(_actions(server, client, steps, computer if host != here else "")),
    )
