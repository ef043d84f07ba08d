"""How a server is drawn: what lies on what, what Hyper-V needs, the event log, the client. Pure: Lines out."""

from __future__ import annotations

from hvlab.console.labmodule.firmware import MET, NOT_INSTALLED, Requirement
from hvlab.session.serverview import ServerView
from hvlab.session.units import clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import heading

LEVELS = {"Information": ("·", "dim"), "Warning": ("!", "warn"), "Error": ("✗", "bad")}
BLOCK = 34
"""Columns of a block of the stack at most."""


def state_rows(view: ServerView, text: Text, width: int) -> list[Line]:
    """Name, power and role, then the stack from the hardware up with the present beside it."""
    of = text("tui.server.of", number=view.number, count=view.count) if view.count > 1 else ""
    name = f"{view.computer}  "
    rest = fit(
        f"{view.edition} {view.architecture}, {text(f'tui.server.{view.installation.lower()}')}", width
    )
    gap = max(1, width - len(name) - len(rest) - len(of))
    rows = [
        line(
            (name, "title"),
            (fit(rest, width - len(name) - len(of) - 1), "bold"),
            (" " * gap, ""),
            (of, "dim"),
        )
    ]
    stack = _stack(view, text)
    block = min(BLOCK, width // 2, max(len(words) for words, _, _ in stack) + 2)
    for words, ground, beside in stack:
        room = width - block - 1
        said = wrap(beside, room)
        for number, row in enumerate(said):
            label = fit(words if not number else "", block - 2)
            rows.append(line((f" {label}".ljust(block), ground), (" ", ""), (row, "dim")))
    return rows


def _stack(view: ServerView, text: Text) -> list[tuple[str, str, str]]:
    """From top to bottom: what stands there, its ground, and a sentence."""

    def say(name: str, **values: object) -> str:
        return text(f"tui.server.{name}", **values)

    if view.power != "On":
        return [(view.processor, "hardware~1", say("is_off"))]
    role = say("role", state=say(f"role_{view.role.lower()}"), restarts=view.restarts)
    if view.pending:
        role += " " + say("pending", updates=", ".join(view.pending))
    if view.booting:
        system = say("booting")
    elif view.hosted:
        system = say("system_hosted")
    else:
        system = say("system_root" if view.launched else "system_alone")
    rows = [(say("system"), "root~1", f"{system} {role}")]
    if view.launched and not view.hosted and not view.booting:
        rows.append((say("hypervisor"), "hypervisor~1", say("runs")))
    elif not view.hosted:
        rows.append((say("no_hypervisor"), "faint", say("runs_not")))
    return [*rows, (view.processor, "hardware~1", say("is_on"))]


def _need_name(need: Requirement, text: Text) -> str:
    message = f"tui.server.need.{need.name.split()[0].lower()}"
    return text(message) if text.has(message) else need.name


def need_rows(view: ServerView, text: Text, width: int) -> list[Line]:
    """What Hyper-V needs, in the order in which one meets it; what is not met with its way out."""
    rows = [heading(text("tui.server.needs"), width)]
    room = 24
    for need in view.needs:
        mark, style = ("✓", "good") if need.met else ("✗", "bad")
        name = _need_name(need, text)
        if need.name == "role":
            rest = text(f"tui.server.role_{need.value.lower()}")
        else:
            rest = f"{text(f'tui.server.state.{need.state.lower()}')}  {need.value}".rstrip()
        rows.append(
            line(
                (f" {mark} ", style),
                (fit(name, room - 1).ljust(room), "" if need.met else "bold"),
                (fit(rest, width - room - 3), "dim" if need.met else style),
            )
        )
        if need.state not in (MET, NOT_INSTALLED):
            way = text(f"explain.requirement-{need.state.lower()}", name=name).removeprefix(f"{name}: ")
            rows += [line((f"   {row}", "dim")) for row in wrap(way, width - 3)]
    return rows


def log_rows(view: ServerView, text: Text, width: int) -> list[Line]:
    """The event log, the newest entry first."""
    rows = [heading(text("tui.server.log"), width)]
    for entry in view.log:
        mark, style = LEVELS[entry.level]
        head = f"{clock_text(entry.time)}  "
        source = f"{entry.identifier:>5} {entry.source.removeprefix('Microsoft-Windows-')}: "
        words = dict(entry.texts)[text.language]
        left = width - 2 - len(head)
        rows.append(
            line(
                (f"{mark} ", style),
                (head, "faint"),
                (fit(source, left), "dim"),
                (fit(words, max(0, left - len(source))), style if entry.level != "Information" else ""),
            )
        )
    if not view.log:
        rows.append(line((text("tui.server.log_empty"), "dim")))
    return rows


def client_rows(view: ServerView, text: Text, width: int) -> list[Line]:
    """The computer from which one manages servers, and whether it sees this one."""
    client = view.client
    rows = [heading(text("tui.server.client", name=client.name), width)]
    if not client.tools:
        words, style = text("tui.server.no_tools", right=", ".join(client.right)), "warn"
    elif client.seen:
        words, style = text("tui.server.sees", tools=", ".join(client.tools), server=view.computer), "good"
    else:
        words, style = (
            text("tui.server.sees_not", tools=", ".join(client.tools), server=view.computer),
            "warn",
        )
    return rows + [line((row, style)) for row in wrap(words, width)]
