"""How the machine room is drawn: boxes of servers, the cluster's votes, the shared disks. Pure: Lines out."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.datacenterview import (
    COVERED,
    NOT_JUDGED,
    NOT_NEEDED,
    RESTS,
    UNCOVERED,
    HostBox,
    RoomView,
)
from hvlab.session.units import bytes_text, pages_text
from hvlab.text import Text
from hvlab.tui.canvas import DASHED, ROUND, Canvas, Line, fit, line, wrap
from hvlab.tui.view_pane import heading

NARROWEST = 29
"""Columns that the box of a server needs at least."""
MARKS = {
    COVERED: ("✓", "good"),
    UNCOVERED: ("✗", "bad"),
    NOT_JUDGED: ("?", "warn"),
    NOT_NEEDED: ("·", "dim"),
    RESTS: ("○", "faint"),
}

Run = list[tuple[str, str]]


def _inside(host: HostBox, text: Text, width: int) -> list[Run]:
    """The lines in a server's box."""
    physical = host.physical
    mark, style = MARKS[physical.cover]
    edition = physical.edition.capitalize() or text("tui.datacenter.no_physical")
    rows: list[Run] = [[(f"POSE {mark} ", style), (edition, "root+3" if host.on else "dim")]]
    if physical.edition:
        work = text(f"tui.datacenter.{'other_work' if physical.other_work else 'serves_only'}")
        rows[0].append((f" · {work}", "dim"))
    for machine in host.virtual:
        mark, style = MARKS[machine.cover]
        row = [(f"VOSE {mark} ", style), (machine.name, "guest+3" if machine.state == "Running" else "dim")]
        if machine.cover == RESTS:
            row.append((f" · {text(f'tui.state.{machine.state.lower()}')}", "dim"))
        elif machine.cover == NOT_NEEDED:
            row.append((f" · {text('tui.datacenter.not_needed')}", "dim"))
        else:
            row.append((f" · {machine.edition.capitalize()}", ""))
            if machine.by and machine.by != machine.edition:
                row.append((f" ← {machine.by.capitalize()}", "dim"))
        rows.append(row)
    owned = ", ".join(f"{edition.capitalize()} #{number}" for number, edition in host.licences)
    rows.append([(text("tui.datacenter.licences") + " ", "dim"), (owned or "–", "accent")])
    if host.legal:
        rows.append([(text("tui.datacenter.legal"), "good")])
    else:
        reason = text(f"tui.datacenter.reason.{host.reason}", **dict(host.values))
        rows += [[(row, "bad")] for row in wrap(f"{host.rule}: {reason}", width)]
    return rows


def _title(host: HostBox, text: Text) -> Run:
    if not host.on:
        state, style = text("tui.datacenter.off"), "warn"
    elif host.down:
        state, style = text("tui.datacenter.booting"), "warn"
    elif not host.launched:
        state, style = text("tui.datacenter.no_hypervisor"), "warn"
    else:
        state, style = text("tui.datacenter.free", size=pages_text(host.free_pages, text)), "dim"
    return [(f" {host.name} ", "bold"), (f"{state} ", style)]


def host_rows(hosts: Sequence[HostBox], chosen: str, text: Text, width: int) -> list[Line]:
    """The servers side by side, as many as fit."""
    side = max(1, min(len(hosts), width // NARROWEST))
    rows: list[Line] = []
    for start in range(0, len(hosts), side):
        part = hosts[start : start + side]
        size = width // side
        insides = [_inside(host, text, size - 5) for host in part]
        height = max(len(inside) for inside in insides) + 2
        canvas = Canvas(width, height)
        for place, (host, inside) in enumerate(zip(part, insides, strict=True)):
            x = place * size
            style = "title" if host.name == chosen else "dim"
            canvas.box(x, 0, size - 1, height, style, ROUND if host.on else DASHED)
            canvas.runs(x + 2, 0, _title(host, text), size - 5)
            for number, row in enumerate(inside):
                canvas.runs(x + 2, number + 1, row, size - 5)
        rows += canvas.lines()
    return rows


def cluster_rows(room: RoomView, text: Text, width: int) -> list[Line]:
    """The cluster: its votes, its nodes, and what moves as one."""
    cluster = room.cluster
    if cluster is None:
        return [
            heading(text("tui.datacenter.cluster"), width),
            line((fit(text("tui.datacenter.no_cluster"), width), "dim")),
        ]
    rows = [heading(text("tui.datacenter.cluster_named", name=cluster.name), width)]
    votes = "■" * cluster.votes + "□" * (cluster.all_votes - cluster.votes)
    style = "good" if cluster.has_quorum else "bad"
    said = text(
        f"tui.datacenter.{'quorum' if cluster.has_quorum else 'no_quorum'}",
        votes=cluster.votes,
        all=cluster.all_votes,
    )
    kind = text(f"tui.datacenter.{cluster.quorum.lower()}")
    first = line((f"{votes} ", style), (fit(said, width - len(votes) - 1), ""))
    if len(votes) + len(said) + len(kind) + 3 <= width:
        rows.append(line(*first, (f"  {kind}", "dim")))
    else:
        rows += [first, line((fit(" " * (len(votes) + 1) + kind, width), "dim"))]
    for node in cluster.nodes:
        mark, style = ("●", "good") if node.state == "Up" else ("○", "bad")
        words = text(f"tui.datacenter.node_{node.state.lower()}")
        if node.missed:
            words += " · " + text("tui.datacenter.missed", count=node.missed)
        if node.has_witness:
            words += " · " + text("tui.datacenter.has_witness")
        if not node.in_majority and node.state == "Up":
            words += " · " + text("tui.datacenter.alone")
        rows.append(
            line((f" {mark} ", style), (node.name.ljust(10), "bold"), (fit(f" {words}", width - 13), "dim"))
        )
    for group in cluster.groups:
        style = {"Online": "good", "Failed": "bad"}.get(group.state, "dim")
        state = text(f"tui.datacenter.group_{group.state.lower()}")
        where = group.owner
        if group.step:
            where += f" ⇒ {group.target} ({group.step})"
        disks = " ".join(f"{letter}:" for letter in group.letters)
        rows.append(
            line(
                (" ▸ ", style),
                (group.name.ljust(10), "guest+3"),
                (fit(f" {state} · {where} · {disks}", width - 13), style if group.step else ""),
            )
        )
    if not cluster.groups:
        rows.append(line((fit(text("tui.datacenter.no_groups"), width), "dim")))
    return rows


def disk_rows(room: RoomView, text: Text, width: int) -> list[Line]:
    """The disks of the storage network across the servers: ● stands where a disk is online."""
    rows = [heading(text("tui.datacenter.san"), width)]
    if not room.disks:
        return [*rows, line((fit(text("tui.datacenter.no_san"), width), "dim"))]
    label = 30
    column = max(6, min(14, (width - label) // max(1, len(room.hosts)) - 1))
    heads = "".join(fit(host.name, column - 1).center(column) for host in room.hosts)
    rows.append(line((" " * label, ""), (fit(heads, width - label), "faint")))
    for disk in room.disks:
        name = fit(f"{disk.letter}: {disk.name}", label - 10).ljust(label - 10)
        cells = [
            ("●".center(column), "good") if host.name == disk.owner else ("·".center(column), "faint")
            for host in room.hosts
        ]
        uses = text("tui.datacenter.witness") if disk.votes else ", ".join(disk.groups)
        if not disk.owner:
            uses = f"{text('tui.datacenter.nobody')} {uses}"
        left = width - label - column * len(room.hosts) - 1
        rows.append(
            line(
                (name, "device+3"),
                (f"{bytes_text(disk.size, text):>9} ", "dim"),
                *cells,
                (fit(f" {uses}", max(0, left)), "accent"),
            )
        )
    return rows
